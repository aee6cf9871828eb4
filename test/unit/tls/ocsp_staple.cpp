#include "tls/ocsp_staple.hpp"
#include "tls/server_context.hpp"

#include "ocsp_responses.hpp"
#include "world.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/server_verifier.hpp>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// A server whose certificate is followed by its issuer, and a client that trusts the CA.
struct stapling_world : world {
  x509::identity shown = make_server(ca);
  tls_server_config server;

  stapling_world() { show(); }

  void show() {
    files.put("shown", shown);
    server = files.server("shown");
    server.certificate_file =
        files.write("chain.pem", files.read("shown-cert.pem") + files.read("ca-cert.pem"));
  }
  void must_staple() {
    add_extension(shown, ca, NID_tlsfeature, "status_request");
    show();
  }
  void staple(const response_request& what = {}) { staple_of(ca, what); }
  void staple_of(const x509::identity& signer, const response_request& what = {}) {
    server.ocsp_response_file =
        files.write("answer.der", make_response(shown.certificate.get(), ca, signer, what));
  }
  result<std::string> verdict() const { return meet(client, server).verdict; }
  std::string refusal() const {
    const auto v = verdict();
    return v ? "accepted" : v.error().message;
  }
};

response_request with_status(int status) {
  response_request what;
  what.status = status;
  return what;
}

/// A server that staples any bytes, which ours would not do.
int hand_out(SSL* ssl, void* bytes) {
  const auto& der = *static_cast<const std::string*>(bytes);
  SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, static_cast<long>(der.size()),
           OPENSSL_memdup(der.data(), der.size()));
  return SSL_TLSEXT_ERR_OK;
}

std::string met_with(const stapling_world& w, std::string der, int version = TLS1_3_VERSION) {
  const auto server = tls::make_server_context(w.server).value();
  const auto client = tls::make_client_context(w.client).value();
  SSL_CTX_set_max_proto_version(client->native_handle(), version);
  tls::on_staple(server->native_handle(), &hand_out);
  SSL_CTX_ctrl(server->native_handle(), SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB_ARG, 0, &der);
  pair ends(client->native_handle(), server->native_handle());
  tls::server_verifier verifier(w.client, "localhost");
  verifier.attach(ends.client.ssl()).value();
  ends.run();
  const auto verdict = verifier.outcome(ends.client.ssl(), ends.client.error());
  return verdict ? "accepted" : verdict.error().message;
}

} // namespace

TEST_CASE("A19: a staple that says revoked ends the handshake", "[tls][A19]") {
  stapling_world w;
  w.staple();
  CHECK(w.verdict().has_value());
  w.staple(with_status(V_OCSP_CERTSTATUS_REVOKED));
  const meeting m = meet(w.client, w.server);
  REQUIRE_FALSE(m.verdict.has_value());
  CHECK(m.verdict.error().code == errc::certificate_revoked);
  CHECK_THAT(m.verdict.error().message, Contains("'localhost' was revoked"));
  CHECK_THAT(m.server_reason, Contains("alert: bad certificate status response"));
}

TEST_CASE("A19: in TLS 1.2 as well as in 1.3", "[tls][A19]") {
  const stapling_world w;
  const auto about = w.shown.certificate.get();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CHECK(met_with(w, make_response(about, w.ca, w.ca), version) == "accepted");
    CHECK_THAT(met_with(w, make_response(about, w.ca, w.ca, with_status(V_OCSP_CERTSTATUS_REVOKED)),
                        version),
               Contains("was revoked"));
  }
}

TEST_CASE("A19: a pinned server is refused as well once its issuer has revoked it", "[tls][A19]") {
  stapling_world w;
  w.client.ca_file.clear();
  w.client.pins = {tls::describe(w.shown.certificate.get()).pin};
  w.staple();
  CHECK(w.verdict().has_value());
  w.staple(with_status(V_OCSP_CERTSTATUS_REVOKED));
  CHECK_THAT(w.refusal(), Contains("was revoked"));
}

TEST_CASE("A19: a staple that proves nothing is as none", "[tls][A19]") {
  stapling_world w;
  const auto about = w.shown.certificate.get();
  const auto revoked = with_status(V_OCSP_CERTSTATUS_REVOKED);
  auto old = revoked;
  old.age = 48h;
  old.left = -24h;
  auto endless = revoked;
  endless.left.reset();
  const auto sister = make_server(w.ca);
  const std::string useless[] = {
      "x",
      make_response(about, w.ca, w.ca, old),
      make_response(about, w.ca, w.ca, endless),
      make_response(about, w.ca, make_ca(), revoked),
      make_response(about, w.ca, w.shown, revoked),
      make_response(sister.certificate.get(), w.ca, w.ca, revoked),
      make_response(about, w.ca, w.ca, with_status(V_OCSP_CERTSTATUS_UNKNOWN)),
  };
  for (const std::string& der : useless)
    CHECK(met_with(w, der) == "accepted");
  w.must_staple();
  for (const std::string& der : useless)
    CHECK_THAT(met_with(w, der), Contains("(must-staple), and the one that came"));
}

TEST_CASE("A19: must-staple takes a good staple", "[tls][A19]") {
  stapling_world w;
  w.must_staple();
  CHECK_THAT(w.refusal(), Contains("(must-staple), and the server gave none"));
  w.staple();
  CHECK(w.refusal() == "accepted");
  w.staple(with_status(V_OCSP_CERTSTATUS_REVOKED));
  CHECK_THAT(w.refusal(), Contains("was revoked"));
}

TEST_CASE("A19: a response that is out of date is taken and not sent", "[tls][A19]") {
  stapling_world w;
  w.must_staple(); // so that the client says whether one came
  for (const auto& [age, left] : {std::pair(48h, -24h), std::pair(-24h, 48h)}) {
    response_request what;
    what.age = age;
    what.left = left;
    w.staple(what);
    CHECK_THAT(w.refusal(), Contains("the server gave none"));
  }
}

TEST_CASE("A19: the end of a response from a file is known with its notice", "[tls][A19]") {
  stapling_world w;
  response_request what;
  what.age = 1h;
  what.left = 5h;
  w.staple(what);
  const auto context = tls::server_context::make(w.server).value();
  const auto expiration = context->expirations(system_wall_now()).back();
  CHECK(expiration.what == "the OCSP response");
  CHECK(expiration.time.ends - system_wall_now() > 4h);
  CHECK(expiration.notice == 2h);
  what.left = std::chrono::days(14);
  w.staple(what);
  const auto longer = tls::server_context::make(w.server).value();
  CHECK(longer->expirations(system_wall_now()).back().notice == std::chrono::days(1));
}

TEST_CASE("A19: a new context keeps the staple of the same certificate", "[tls][A19]") {
  stapling_world w;
  w.server.ocsp_responder = "http://ocsp.example/";
  const auto first = tls::server_context::make(w.server).value();
  CHECK(first->responder()->host == "ocsp.example");
  const std::string der = make_response(w.shown.certificate.get(), w.ca, w.ca);
  first->stapler()->take(
      tls::check_ocsp_response(der, w.shown.certificate.get(), w.ca.certificate.get(), "the answer")
          .value());
  CHECK_FALSE(tls::server_context::make(w.server).value()->stapler()->now().has_value());
  const auto second = tls::server_context::make(w.server, first.get()).value();
  CHECK(second->stapler()->now()->der == der);
  w.shown = make_server(w.ca);
  w.show();
  w.server.ocsp_responder = "http://ocsp.example/";
  const auto third = tls::server_context::make(w.server, second.get()).value();
  CHECK_FALSE(third->stapler()->now().has_value());
}

TEST_CASE("A19: a response comes from a file or from a responder", "[tls][A19]") {
  stapling_world w;
  w.staple();
  w.server.ocsp_responder = "http://ocsp.example/";
  CHECK(tls::server_context::make(w.server).error().code == errc::bad_setting);
  w.server.ocsp_response_file.clear();
  w.server.ocsp_responder = "auto";
  CHECK_THAT(tls::server_context::make(w.server).error().message,
             Contains("names no OCSP responder"));
  w.server.ocsp_responder = "x\x1b";
  CHECK_THAT(tls::server_context::make(w.server).error().message, Contains("\"x?\" is not the"));
  CHECK(tls::server_context::make(w.files.server("shown")).value()->stapler() == nullptr);
}
