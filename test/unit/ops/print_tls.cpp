#include "ops/print_tls.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <sstream>

using namespace asio_chat;
using Catch::Matchers::Contains;

TEST_CASE("B13: the suites as JSON, their count, the oldest version", "[ops][B13]") {
  ops::settings s;
  s.server.tls.posture.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  const auto shown = boost::json::parse(ops::print_tls(s, true)).as_object();
  const auto& suites = shown.at("cipher_suites").as_array();
  CHECK(suites.size() == 4);
  CHECK(shown.at("cipher_suite_count").to_number<std::size_t>() == suites.size());
  CHECK(suites.back() == "ECDHE-ECDSA-AES128-GCM-SHA256");
  CHECK(shown.at("minimum_version") == "TLSv1.2");
  CHECK(shown.at("settings").as_array().size() > 10);
}

TEST_CASE("B19: a table for a terminal, with who decided", "[ops][B19]") {
  ops::settings s;
  s.server.tls.clients = client_certificates::required;
  s.server.tls.client_ca_file = "/etc/chat/clients.pem";
  const std::string table = ops::print_tls(s, false);
  CHECK_THAT(table, Contains("client certificates") && Contains("required"));
  CHECK_THAT(table, Contains("/etc/chat/clients.pem"));
  CHECK_THAT(table, Contains("OpenSSL's"));
  std::istringstream in(table);
  for (std::string line; std::getline(in, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 110);
    CHECK((line.empty() || line.back() != ' '));
  }
}

TEST_CASE("a setting that OpenSSL does not take is an error", "[ops]") {
  ops::settings s;
  s.server.tls.posture.groups = "none";
  CHECK_THROWS_AS(ops::print_tls(s, false), asio_chat::error);
}
