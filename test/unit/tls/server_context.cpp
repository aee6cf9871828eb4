#include "tls/server_context.hpp"

#include "unit/tls/revocation_lists.hpp"
#include "unit/tls/world.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>

#include "support/catch.hpp"
#include "tls/x509/revocation_list.hpp"

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

namespace {

/// alice's session with a server, whose files may change afterwards.
struct session_world : world {
  x509::identity alice = make_client(ca, "alice");
  tls_server_config config;
  std::shared_ptr<const tls::server_context> context;
  std::shared_ptr<boost::asio::ssl::context> alices;
  std::optional<pair> ends;

  explicit session_world(client_certificates asked = client_certificates::required) {
    files.put("alice", alice);
    config = asking(asked);
    context = tls::server_context::make(config).value();
    alices = tls::make_client_context(as("alice")).value();
    ends.emplace(alices->native_handle(), context->ssl()->native_handle());
    ends->run();
    REQUIRE(ends->server.done());
  }
  /// The verdict of a context with these settings on alice's session.
  std::string verdict(const tls_server_config& c) {
    const auto other = tls::server_context::make(c).value();
    const auto admitted = other->admit(ends->server.ssl(), system_wall_now());
    return admitted ? "admitted" : admitted.error().message;
  }
};

} // namespace

TEST_CASE("a client that is good still is admitted by a new context", "[tls]") {
  session_world w;
  CHECK(w.context->admit(w.ends->server.ssl(), system_wall_now()).has_value());
  CHECK(w.verdict(w.config) == "admitted");
}

TEST_CASE("A19: a client revoked, blocked or of a CA that has gone is no longer admitted",
          "[tls][A19]") {
  session_world w;
  const auto info = tls::describe(w.alice.certificate.get());

  auto revoking = w.config;
  const x509::revocation entry{info.serial, {}, ""};
  const auto list = x509::revocation_list::reissue(nullptr, &entry, w.ca, 30).value();
  revoking.client_crl_file = w.files.write("crl.pem", list.pem());
  CHECK_THAT(w.verdict(revoking), Contains("CN=alice") && Contains("revoked"));

  auto blocking = w.config;
  blocking.blocked_certificates_file = w.files.write("block", info.fingerprint + "\n");
  CHECK_THAT(w.verdict(blocking), Contains("CN=alice") && Contains("blocked"));
  const auto ca = tls::describe(w.ca.certificate.get());
  blocking.blocked_certificates_file = w.files.write("block", ca.fingerprint + "\n");
  CHECK_THAT(w.verdict(blocking), Contains("blocked")); // a blocked CA blocks all of its clients

  auto other = w.config;
  const auto new_ca = make_ca("another CA");
  w.files.put("new-ca", new_ca);
  other.client_ca_file = w.files.certificate("new-ca");
  CHECK(w.verdict(other) != "admitted");
}

TEST_CASE("B24, B25: names and time are looked at", "[tls][B24][B25]") {
  session_world w;
  auto config = w.config;
  config.client_certificate_allow = {"cn:bob", "cn:alice"};
  CHECK(w.verdict(config) == "admitted");
  config.client_certificate_allow = {"cn:bob"};
  CHECK_THAT(w.verdict(config), Contains("alice") && Contains("cn:bob"));
  const auto much_later = system_wall_now() + std::chrono::days(4000);
  const auto late = w.context->admit(w.ends->server.ssl(), much_later);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == errc::certificate_expired);
}

TEST_CASE("the end of an admission is known, and it is not admitted after that", "[tls][A19]") {
  session_world w;
  // The clock of time(), by which lists are made, is a tick behind: here it may be a second less.
  const auto now = std::chrono::floor<std::chrono::seconds>(system_wall_now()) - 1s;
  const auto until = [&](const tls::server_context& c, wall_time when) {
    return c.admit(w.ends->server.ssl(), when).value();
  };
  const auto alices_end = tls::describe(w.alice.certificate.get()).not_after;
  const auto cas_end = tls::describe(w.ca.certificate.get()).not_after;
  const auto first = std::min(alices_end, cas_end);
  CHECK(until(*w.context, now) == first);

  // There are two CAs; the list of the other one does not concern alice.
  const auto other = make_ca("another CA");
  w.files.put("other", other);
  auto config = w.config;
  config.client_ca_file =
      w.files.write("cas.pem", w.files.read("ca-cert.pem") + w.files.read("other-cert.pem"));
  config.client_crl_file =
      w.files.write("crl.pem", make_list(w.ca, {.ends = 2h}) + make_list(other, {.ends = 1h}));
  const auto two = tls::server_context::make(config).value();
  const auto listed = std::chrono::floor<std::chrono::seconds>(system_wall_now()); // a new second
  const auto others_end = until(*two, listed);
  CHECK(others_end - now >= 1h);
  CHECK(others_end - now < 2h);
  const auto lists_end = until(*two, others_end + 1s);
  CHECK(lists_end - now >= 2h);
  const auto late = two->admit(w.ends->server.ssl(), lists_end + 1s);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().message == "the certificate CN=alice cannot be checked: the revocation list "
                                "of CN=test CA is out of date");

  // The time is the same if the handshake was made with these very files.
  pair again(w.alices->native_handle(), two->ssl()->native_handle());
  again.run();
  REQUIRE(again.server.done());
  CHECK(two->admit(again.server.ssl(), listed).value() == others_end);
  CHECK(two->admit(again.server.ssl(), others_end + 1s).value() == lists_end);
  CHECK_FALSE(two->admit(again.server.ssl(), lists_end + 1s).has_value());
}

TEST_CASE("when a client CA ends its clients are admitted no more", "[tls]") {
  session_world w;
  tls::x509::request what;
  what.common_name = "short CA";
  what.for_role = x509::role::ca;
  what.days = 10;
  const auto ca = x509::issue(what).value();
  w.files.put("short", ca);
  w.files.put("alice", make_client(ca, "alice"));
  w.config.client_ca_file = w.files.certificate("short");
  w.context = tls::server_context::make(w.config).value();
  const auto as_alice = tls::make_client_context(w.as("alice")).value();
  pair ends(as_alice->native_handle(), w.context->ssl()->native_handle());
  ends.run();
  REQUIRE(ends.server.done());
  const auto end = tls::describe(ca.certificate.get()).not_after;
  CHECK(w.context->admit(ends.server.ssl(), end - 1s).value() == end);
  CHECK_FALSE(w.context->admit(ends.server.ssl(), end + 1s).has_value());
}

TEST_CASE("a client without a certificate is admitted for ever", "[tls]") {
  session_world w(client_certificates::optional);
  const auto nobodys = tls::make_client_context(w.client).value();
  pair ends(nobodys->native_handle(), w.context->ssl()->native_handle());
  ends.run();
  REQUIRE(ends.server.done());
  CHECK(w.context->admit(ends.server.ssl(), system_wall_now()).value() == no_end);
}

TEST_CASE("a context is made whole or not at all", "[tls]") {
  session_world w;
  for (auto member :
       {&tls_server_config::client_crl_file, &tls_server_config::blocked_certificates_file,
        &tls_server_config::client_ca_file, &tls_server_config::certificate_file}) {
    auto broken = w.config;
    broken.*member = w.files.path("not there");
    CHECK_FALSE(tls::server_context::make(broken).has_value());
  }
  auto broken = w.config;
  broken.client_certificate_allow = {"alice"};
  CHECK_FALSE(tls::server_context::make(broken).has_value());
  broken = w.config;
  broken.posture.tickets = true; // and certificates are asked for
  CHECK_FALSE(tls::server_context::make(broken).has_value());
}

TEST_CASE("an expiry is known with its time of warning", "[tls]") {
  session_world w;
  const auto expirations = w.context->expirations(system_wall_now());
  REQUIRE(expirations.size() == 2);
  CHECK(expirations[0].what == "the server's certificate");
  CHECK(expirations[0].of == "CN=localhost");
  CHECK(expirations[0].time.ends ==
        tls::describe_file(w.config.certificate_file).value().not_after);
  CHECK(expirations[0].time.ends == w.context->certificate_ends());
  CHECK(expirations[0].notice <= std::chrono::days(30));
  CHECK(expirations[0].notice > std::chrono::hours(1));
  CHECK(expirations[1].what == "the client CA");
  CHECK(expirations[1].of == "CN=test CA");
}

TEST_CASE("a ticket resumes a session until its key is thrown away", "[tls]") {
  const world w;
  auto config = w.files.server("server");
  config.posture.tickets = true;
  const auto server = tls::server_context::make(config).value();
  tls::openssl_ptr<SSL_CTX, SSL_CTX_free> client(SSL_CTX_new(TLS_client_method()));
  tls::openssl_ptr<SSL_SESSION, SSL_SESSION_free> ticket;
  const auto resumes = [&] {
    pair ends(client.get(), server->ssl()->native_handle());
    if (ticket) SSL_set_session(ends.client.ssl(), ticket.get());
    ends.run();
    REQUIRE(ends.server.done());
    const bool resumed = SSL_session_reused(ends.server.ssl()) == 1;
    ticket.reset(SSL_get1_session(ends.client.ssl()));
    // OpenSSL does not resume a session that ended without close_notify.
    SSL_set_shutdown(ends.client.ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    return resumed;
  };
  CHECK_FALSE(resumes());
  CHECK(resumes());
  server->forget_tickets();
  CHECK_FALSE(resumes());
  CHECK(resumes());
}

TEST_CASE("a certificate until the year 9999 is valid, its last second included") {
  const wall_time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28);
  CHECK(tls::validity{{}, no_end}.holds(now));
  CHECK(tls::validity{{}, no_end - 1s}.holds(now));
  CHECK_FALSE(tls::validity{no_end, no_end}.holds(now));
  const auto end = std::chrono::floor<std::chrono::seconds>(now);
  const tls::validity v{end, end};
  CHECK_FALSE(v.holds(now - 1ms));
  CHECK(v.holds(now));
  CHECK(v.holds(now + 999ms));
  CHECK_FALSE(v.holds(now + 1s));
}
