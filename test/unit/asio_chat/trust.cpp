#include "trust.hpp"

#include "exit_code.hpp"
#include "support/catch.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <chrono>

using namespace asio_chat;
using namespace asio_chat::app;

TEST_CASE("asio-chat trust: a person is asked about the unknown, not about the wrong") {
  const server_certificate seen{"CN=localhost", "AB:CD", "sha256/x", true};
  CHECK(may_be_asked(errc::untrusted_certificate, seen));
  CHECK(may_be_asked(errc::host_name_mismatch, seen));
  CHECK_FALSE(may_be_asked(errc::certificate_changed, seen));
  CHECK_FALSE(may_be_asked(errc::certificate_expired, seen));
  CHECK_FALSE(may_be_asked(errc::certificate_revoked, seen));
  CHECK_FALSE(may_be_asked(errc::untrusted_certificate, {}));
  server_certificate of_a_ca = seen;
  of_a_ca.self_issued = false;
  CHECK_FALSE(may_be_asked(errc::host_name_mismatch, of_a_ca));
}

TEST_CASE("asio-chat trust: a changed key names the line to remove") {
  const std::string said = changed_key("localhost:8443", {"CN=x", "AB", "sha256/new", true},
                                       {"localhost:8443", "sha256/old", 3}, "/home/x/known_hosts");
  CHECK(said.find("sha256/old") != std::string::npos);
  CHECK(said.find("sha256/new") != std::string::npos);
  CHECK(said.find("line 3 of /home/x/known_hosts") != std::string::npos);
}

TEST_CASE("asio-chat trust: without a terminal the advice is what can be done") {
  const server_certificate of_a_ca{"CN=x", "AB:CD", "sha256/x", false};
  CHECK(advice_without_terminal("h:1", of_a_ca).find("--ca FILE") != std::string::npos);
  const server_certificate by_itself{"CN=x", "AB:CD", "sha256/x", true};
  const std::string said = advice_without_terminal("h:1", by_itself);
  CHECK(said.find("--ca") == std::string::npos);
  CHECK(said.ends_with("give --pin sha256/x"));
}

TEST_CASE("asio-chat D19: a certificate's subject cannot paint on the terminal") {
  const std::string said = introduction("h:1", {"CN=\x1b[2J", "AB", "sha256/p", true});
  CHECK(said.find('\x1b') == std::string::npos);
}

TEST_CASE("asio-chat trust: the question shows issuer, names and dates") {
  using namespace std::chrono;
  server_certificate seen{"CN=chat", "AB", "sha256/p", false, "CN=\x1b[2J some CA"};
  seen.names = {"chat.example.org", "192.0.2.7"};
  seen.valid_from = sys_days(year(2026) / 11 / 1);
  seen.valid_until = sys_days(year(2027) / 2 / 3);
  const std::string said = introduction("h:1", seen);
  CHECK(said.find("some CA") != std::string::npos);
  CHECK(said.find('\x1b') == std::string::npos);
  CHECK(said.find("chat.example.org, 192.0.2.7\n") != std::string::npos);
  CHECK(said.find("2026-11-01 00:00:00 UTC to 2027-02-03 00:00:00 UTC") != std::string::npos);
  seen.self_issued = true;
  seen.names.assign(12, "x");
  const std::string by_itself = introduction("h:1", seen);
  CHECK(by_itself.find("issuer:      itself") != std::string::npos);
  CHECK(by_itself.find(", and 2 more\n") != std::string::npos);
  seen.names.clear();
  CHECK(introduction("h:1", seen).find("names:       none\n") != std::string::npos);
}

TEST_CASE("asio-chat: every failure has its exit code") {
  CHECK(exit_code_of(error_code(errc::untrusted_certificate)) == exit_not_trusted);
  CHECK(exit_code_of(error_code(errc::certificate_revoked)) == exit_not_trusted);
  CHECK(exit_code_of(error_code(errc::wrong_passphrase)) == exit_not_let_in);
  CHECK(exit_code_of(error_code(errc::name_taken)) == exit_not_let_in);
  const auto alert = [](int number) {
    return error_code(static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + number)),
                      boost::asio::error::get_ssl_category());
  };
  CHECK(exit_code_of(alert(SSL_AD_CERTIFICATE_REQUIRED)) == exit_not_let_in);
  CHECK(exit_code_of(alert(SSL_AD_CERTIFICATE_REVOKED)) == exit_not_let_in);
  CHECK(exit_code_of(alert(SSL_AD_PROTOCOL_VERSION)) == exit_no_connection);
  CHECK(exit_code_of(close_reason{close_code::not_trusted, ""}) == exit_not_let_in);
  CHECK(exit_code_of(error_code(errc::bad_certificate_file)) == exit_usage);
  CHECK(exit_code_of(error_code(errc::timed_out)) == exit_no_connection);
  CHECK(exit_code_of(boost::system::errc::make_error_code(
            boost::system::errc::connection_refused)) == exit_no_connection);
  CHECK(exit_code_of(close_reason{close_code::server_stopping, ""}) == exit_no_connection);
  // What is told last says more by why the attempt failed, or by the server's own reason.
  const close_reason lost{close_code::connection_lost, ""};
  CHECK(exit_code_of(disconnected{lost, {}, {}}) == exit_no_connection);
  CHECK(exit_code_of(disconnected{lost, {}, errc::name_invalid}) == exit_not_let_in);
  CHECK(exit_code_of(disconnected{lost, {}, errc::certificate_changed}) == exit_not_trusted);
  CHECK(exit_code_of(disconnected{{close_code::not_trusted, ""}, {}, errc::closed_by_server}) ==
        exit_not_let_in);
}
