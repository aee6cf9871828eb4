#include "client/reconnection.hpp"

#include "support/catch.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

using namespace asio_chat;
using namespace asio_chat::client_room;
using namespace std::chrono_literals;

TEST_CASE("backoff: doubles up to its bound, from half the step to the whole") {
  backoff low(500ms, 3s);
  CHECK(low.next(0) == 250ms);
  CHECK(low.next(0) == 500ms);
  CHECK(low.next(0) == 1000ms);
  CHECK(low.next(0) == 1500ms);
  CHECK(low.next(0) == 1500ms);
  low.reset();
  CHECK(low.next(0.999) == 499ms);
  backoff odd(0ms, 0ms);
  CHECK(odd.next(0.5) >= 0ms);
}

TEST_CASE("reconnect policy: certificates and passphrases are for a person to look at") {
  const close_reason none;
  CHECK(worth_another_attempt(errc::timed_out, none));
  CHECK(worth_another_attempt(errc::name_taken, none));
  CHECK(worth_another_attempt(errc::server_stopping, none));
  CHECK(worth_another_attempt(
      boost::system::errc::make_error_code(boost::system::errc::connection_refused), none));
  CHECK_FALSE(worth_another_attempt(errc::certificate_changed, none));
  CHECK_FALSE(worth_another_attempt(errc::certificate_expired, none));
  CHECK_FALSE(worth_another_attempt(errc::wrong_passphrase, none));
  CHECK(comes_back({close_code::server_stopping, ""}));
  CHECK_FALSE(comes_back({close_code::quit, ""}));
  CHECK_FALSE(comes_back({close_code::protocol_error, ""}));
  CHECK(reason_of(fail(errc::certificate_changed, "x")).code == close_code::handshake_failed);
  CHECK(reason_of(fail(errc::name_taken, "x")).code == close_code::connection_lost);
}

TEST_CASE("reconnect policy: a server that refuses our certificate is not asked again") {
  const auto alert = [](int number) {
    return error_code(static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + number)),
                      boost::asio::error::get_ssl_category());
  };
  const close_reason none;
  CHECK_FALSE(worth_another_attempt(alert(SSL_AD_CERTIFICATE_REVOKED), none));
  CHECK_FALSE(worth_another_attempt(alert(SSL_AD_UNKNOWN_CA), none));
  CHECK(worth_another_attempt(alert(SSL_AD_INTERNAL_ERROR), none));
  CHECK(reason_of({alert(SSL_AD_CERTIFICATE_REVOKED), "x"}).code == close_code::not_trusted);
  CHECK(reason_of({alert(SSL_AD_INTERNAL_ERROR), "x"}).code == close_code::connection_lost);
}

TEST_CASE("reconnect policy: what a server says with its goodbye is followed") {
  CHECK(worth_another_attempt(errc::closed_by_server, {close_code::idle, ""}));
  CHECK_FALSE(worth_another_attempt(errc::closed_by_server, {close_code::not_trusted, ""}));
  CHECK_FALSE(worth_another_attempt(errc::closed_by_server, {close_code::replaced, ""}));
}
