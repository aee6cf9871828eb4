#include "tls/server_context.hpp"

#include "unit/tls/world.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>

#include "support/catch.hpp"
#include "tls/x509/revocation_list.hpp"

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using Catch::Matchers::Contains;
using std::chrono::system_clock;

namespace {

/// alice in a session with a server; what the server knows may change then.
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
  /// What a context of these settings says to alice's session.
  std::string verdict(const tls_server_config& c) {
    const auto other = tls::server_context::make(c).value();
    const auto admitted = other->admit(ends->server.ssl(), system_clock::now());
    return admitted ? "admitted" : admitted.error().message;
  }
};

} // namespace

TEST_CASE("a client that is good still is admitted by a new context", "[tls]") {
  session_world w;
  CHECK(w.context->admit(w.ends->server.ssl(), system_clock::now()).has_value());
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
  CHECK_THAT(w.verdict(blocking), Contains("blocked")); // all of its clients

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
  const auto much_later = system_clock::now() + std::chrono::days(4000);
  const auto late = w.context->admit(w.ends->server.ssl(), much_later);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == errc::certificate_expired);
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

TEST_CASE("what ends is known with its notice", "[tls]") {
  session_world w;
  const auto terms = w.context->terms(system_clock::now());
  REQUIRE(terms.size() == 2);
  CHECK(terms[0].what == "the server's certificate");
  CHECK(terms[0].of == "CN=localhost");
  CHECK(terms[0].time.ends == tls::describe_file(w.config.certificate_file).value().not_after);
  CHECK(terms[0].time.ends == w.context->certificate_ends());
  CHECK(terms[0].notice <= std::chrono::days(30));
  CHECK(terms[0].notice > std::chrono::hours(1));
  CHECK(terms[1].what == "the client CA");
  CHECK(terms[1].of == "CN=test CA");
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
    // A session that ends without close_notify is not resumed.
    SSL_set_shutdown(ends.client.ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    return resumed;
  };
  CHECK_FALSE(resumes());
  CHECK(resumes());
  server->forget_tickets();
  CHECK_FALSE(resumes());
  CHECK(resumes());
}
