// Certificates, keys and lists that no file holds, and a context of the host's.
#include "tls/server_context.hpp"

#include "unit/tls/revocation_lists.hpp"
#include "unit/tls/world.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>

#include "support/catch.hpp"

#include <functional>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using Catch::Matchers::Contains;

namespace {

struct memory_world : world {
  x509::identity alice = make_client(ca, "alice");

  memory_world() { files.put("alice", alice); }
  std::string certificate_of(const std::string& name) const {
    return files.read(name + "-cert.pem");
  }
  std::string key_of(const std::string& name) const { return files.read(name + "-key.pem"); }

  tls_server_config server_in_memory() const {
    tls_server_config config;
    config.certificate_pem = certificate_of("server");
    config.private_key_pem = key_of("server");
    return config;
  }
  tls_client_config client_in_memory() const {
    tls_client_config config;
    config.ca_pem = certificate_of("ca");
    config.certificate_pem = certificate_of("alice");
    config.private_key_pem = key_of("alice");
    return config;
  }
};

std::string why_not(const tls_server_config& config) {
  const auto made = tls::server_context::make(config);
  return made ? "made" : made.error().message;
}

} // namespace

TEST_CASE("PEM in memory: both ends, with the certificate of the client", "[tls]") {
  const memory_world w;
  auto config = w.server_in_memory();
  config.client_ca_pem = w.certificate_of("ca");
  config.client_crl_pem = make_list(w.ca);
  config.clients = client_certificates::required;
  const meeting met = meet(w.client_in_memory(), config);
  CHECK(met.verdict.has_value());
  CHECK_FALSE(met.server_error);
  CHECK(met.server_view.peer_subject == "CN=alice");
  config.client_crl_pem = make_list(w.ca, {.revoked = {serial_of(w.alice)}});
  CHECK(meet(w.client_in_memory(), config).server_error);
}

TEST_CASE("PEM in memory: what is wrong is told by the name of the setting", "[tls]") {
  const memory_world w;
  const auto with = [&](const std::function<void(tls_server_config&)>& change) {
    auto config = w.server_in_memory();
    change(config);
    return why_not(config);
  };
  CHECK(with([](auto&) {}) == "made");
  CHECK(with([](auto& c) { c.certificate_pem = "x"; }) ==
        "certificate_pem holds no certificate: it is not PEM");
  CHECK(with([&](auto& c) { c.private_key_pem = w.certificate_of("ca"); }) ==
        "private_key_pem holds no private key: it holds a certificate");
  CHECK(with([&](auto& c) { c.private_key_pem = w.key_of("alice"); }) ==
        "private_key_pem does not belong to certificate_pem: they hold different keys");
  CHECK(with([](auto& c) { c.private_key_pem.clear(); }) ==
        "a TLS server needs a certificate file and a private key file");
  CHECK(with([](auto& c) { c.certificate_file = "x"; }) ==
        "give certificate_file or certificate_pem, not both");
  CHECK(with([](auto& c) { c.private_key_file = "x"; }) ==
        "give private_key_file or private_key_pem, not both");
  CHECK_THAT(with([](auto& c) { c.client_ca_pem = "x"; }), Contains("are not asked"));
  const auto asking = [&](const std::function<void(tls_server_config&)>& change) {
    return with([&](tls_server_config& c) {
      c.clients = client_certificates::required;
      c.client_ca_pem = w.certificate_of("ca");
      change(c);
    });
  };
  CHECK(asking([](auto&) {}) == "made");
  CHECK(asking([](auto& c) { c.client_ca_pem = "x"; }) ==
        "client_ca_pem holds no certificate: it is not PEM");
  CHECK(asking([](auto& c) { c.client_ca_file = "x"; }) ==
        "give client_ca_file or client_ca_pem, not both");
  CHECK_THAT(asking([](auto& c) { c.client_crl_pem = "x"; }),
             Contains("client_crl_pem holds none"));
  CHECK(asking([](auto& c) { c.client_crl_pem = c.client_crl_file = "x"; }) ==
        "give client_crl_file or client_crl_pem, not both");

  auto client = w.client_in_memory();
  client.ca_file = "x";
  CHECK(tls::make_client_context(client).error().message == "give ca_file or ca_pem, not both");
  client = w.client_in_memory();
  client.private_key_pem.clear();
  CHECK_THAT(tls::make_client_context(client).error().message, Contains("given together"));
}

TEST_CASE("a context of the host: is used as it is, and who comes is up to it", "[tls]") {
  const memory_world w;
  auto made_by_host = w.server_in_memory();
  made_by_host.client_ca_pem = w.certificate_of("ca");
  made_by_host.clients = client_certificates::required;
  tls_server_config config;
  config.context = tls::make_server_context(made_by_host).value();
  const auto used = tls::server_context::make(config).value();
  CHECK(used->ssl() == config.context);
  const auto ends_of = [](const std::string& path) {
    return tls::describe_file(path).value().not_after;
  };
  CHECK(used->certificate_ends() == ends_of(w.files.certificate("server")));
  CHECK(used->expirations(system_wall_now()).size() == 1);
  CHECK(used->blocked() == 0);
  used->forget_tickets();

  const auto alices = tls::make_client_context(w.client_in_memory()).value();
  pair ends(alices->native_handle(), used->ssl()->native_handle());
  ends.run();
  REQUIRE(ends.server.done());
  const auto until = used->admit(ends.server.ssl(), system_wall_now());
  REQUIRE(until.has_value());
  CHECK(*until ==
        std::min(ends_of(w.files.certificate("alice")), ends_of(w.files.certificate("ca"))));
  // After a reload she is judged by the new one.
  const auto other_ca = make_ca("another CA");
  w.files.put("other", other_ca);
  made_by_host.client_ca_pem = w.certificate_of("other");
  config.context = tls::make_server_context(made_by_host).value();
  const auto next = tls::server_context::make(config, used.get()).value();
  CHECK(next->admit(ends.server.ssl(), system_wall_now()).has_error());
}

TEST_CASE("a context of the host: nothing else is set beside it, and it has a certificate",
          "[tls]") {
  const memory_world w;
  tls_server_config config;
  config.context =
      std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  CHECK(why_not(config) == "tls.context has no certificate, or not its key");
  config.context = tls::make_server_context(w.server_in_memory()).value();
  CHECK(why_not(config) == "made");
  config.posture.minimum = tls_version::tls_1_3;
  CHECK(why_not(config) == "tls.context is used as it is: leave tls.posture out");
  config.posture = {};
  config.certificate_file = "x";
  CHECK(why_not(config) == "tls.context is used as it is: leave tls.certificate_file out");
  CHECK(tls::make_server_context(config).error().code == errc::bad_setting);
}
