#include "tls/posture.hpp"

#include "tls/openssl_ptr.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace asio_chat;

namespace {

using context_ptr = tls::openssl_ptr<SSL_CTX, SSL_CTX_free>;

context_ptr new_context() {
  return context_ptr(SSL_CTX_new(TLS_method()));
}

std::string refusal(const tls_posture& wanted) {
  const auto done = tls::set_posture(new_context().get(), wanted);
  return done ? "taken" : done.error().message;
}

std::string value_of(const std::vector<tls::posture_row>& rows, std::string_view name) {
  const auto row = std::ranges::find(rows, name, &tls::posture_row::name);
  return row == rows.end() ? "missing" : row->value + ", " + row->origin;
}

} // namespace

TEST_CASE("B12: OpenSSL's own strings are taken, and choose", "[tls][B12]") {
  for (const char* list : {"ECDHE+AESGCM:DHE+AESGCM", "ECDHE+AESGCM:DHE+AESGCM:!aNULL:!MD5:!DSS"}) {
    CAPTURE(list);
    const auto context = new_context();
    REQUIRE(tls::set_posture(context.get(), {.ciphers = list}).has_value());
    const auto names = tls::suite_names(context.get());
    CHECK(std::ranges::find(names, "DHE-RSA-AES128-GCM-SHA256") != names.end());
    CHECK(std::ranges::find(names, "ECDHE-RSA-CHACHA20-POLY1305") == names.end());
  }
  const auto context = new_context();
  REQUIRE(tls::set_posture(context.get(), {.minimum = tls_version::tls_1_3,
                                           .ciphersuites = "TLS_CHACHA20_POLY1305_SHA256",
                                           .groups = "P-384"})
              .has_value());
  CHECK(tls::suite_names(context.get()) ==
        std::vector<std::string>{"TLS_CHACHA20_POLY1305_SHA256"});
}

TEST_CASE("B12: a string that matches nothing is named", "[tls][B12]") {
  using Catch::Matchers::Contains;
  CHECK_THAT(refusal({.ciphers = "NOSUCH"}),
             Contains("1.2 ciphers \"NOSUCH\"") && Contains("match no cipher suite"));
  CHECK_THAT(refusal({.ciphersuites = "TLS_NONE"}), Contains("\"TLS_NONE\""));
  CHECK_THAT(refusal({.groups = "X25519:P-1"}), Contains("\"X25519:P-1\""));
}

TEST_CASE("B31: suites without forward secrecy or authentication cannot be enabled", "[tls][B31]") {
  using Catch::Matchers::Contains;
  CHECK_THAT(refusal({.ciphers = "AES128-GCM-SHA256"}), Contains("no forward secrecy"));
  CHECK_THAT(refusal({.ciphers = "ECDHE-RSA-AES128-SHA256"}),
             Contains("no authenticated encryption"));
  CHECK_THAT(refusal({.ciphers = "ADH-AES256-GCM-SHA384:@SECLEVEL=0"}),
             Contains("no authentication of the server"));
}

TEST_CASE("B13, B19: every setting is printed, with who decided it", "[tls][B13][B19]") {
  const auto context = new_context();
  const tls_posture wanted{.minimum = tls_version::tls_1_3, .groups = "P-256"};
  REQUIRE(tls::set_posture(context.get(), wanted).has_value());
  const auto rows = tls::describe_posture(context.get(), wanted);
  CHECK(value_of(rows, "minimum version") == "TLSv1.3, chosen");
  CHECK(value_of(rows, "maximum version") == "TLSv1.3, set");
  CHECK(value_of(rows, "groups") == "P-256, chosen");
  CHECK(value_of(rows, "compression") == "off, set");
  CHECK(value_of(rows, "renegotiation") == "off, set");
  CHECK(value_of(rows, "preference") == "server, set");
  CHECK(value_of(rows, "session tickets") == "off, set");
  CHECK(value_of(rows, "security level") == "2, set");
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK_FALSE(row.value.empty());
    CHECK_FALSE(row.why.empty());
  }
  // The value is read from the context, not from the settings.
  SSL_CTX_clear_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_EXTENDED_MASTER_SECRET);
  const auto changed = tls::describe_posture(context.get(), wanted);
  CHECK(value_of(changed, "renegotiation") == "on, set");
  CHECK(value_of(rows, "extended master secret") == "on, OpenSSL's");
  CHECK(value_of(changed, "extended master secret") == "off, OpenSSL's");
}

TEST_CASE("tickets are given only where they are asked for", "[tls]") {
  const auto context = new_context();
  REQUIRE(tls::set_posture(context.get(), {.tickets = true}).has_value());
  CHECK((SSL_CTX_get_options(context.get()) & SSL_OP_NO_TICKET) == 0);
  CHECK(SSL_CTX_get_num_tickets(context.get()) == 1);
}
