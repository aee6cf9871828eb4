#include "client/reconnection.hpp"

#include "support/catch.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cmath>

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

namespace {

client_config patient() {
  client_config config;
  config.retry_first = 1s;
  config.retry_most = 8s;
  return config;
}
const close_reason stopping{close_code::server_stopping, ""};
const error_code refused_connection =
    boost::system::errc::make_error_code(boost::system::errc::connection_refused);

} // namespace

TEST_CASE(
    "reconnection: a server that lets us in only to throw us out is asked more and more slowly") {
  reconnection r(patient(), 1);
  steady_time now{1h};
  for (const auto step : {1s, 2s, 4s, 8s, 8s}) {
    r.ready(now);
    now += 8s; // not longer than the longest wait
    const auto wait = r.lost(stopping, now).value();
    CHECK(wait >= step / 2);
    CHECK(wait <= step);
  }
  r.ready(now);
  now += 8s + 1ms;
  CHECK(r.lost(stopping, now).value() <= 1s);
  r.ready(now);
  CHECK(r.lost(stopping, now).value() >= 1s);
  r.begin(true);
  CHECK(r.lost(stopping, now).value() <= 1s);
}

TEST_CASE("reconnection: stays away where it is not wanted, not possible, or not advised") {
  client_config never = patient();
  never.reconnect = false;
  CHECK_FALSE(reconnection(never, 1).lost(stopping, {}));
  reconnection r(patient(), 1);
  CHECK_FALSE(r.lost({close_code::replaced, ""}, {}));
  r.begin(false);
  CHECK_FALSE(r.lost(stopping, {}));
  r.begin(true);
  CHECK(r.lost(stopping, {}));
}

TEST_CASE("reconnection: the random part of a pause is what the program gives, if it gives any") {
  client_config known = patient();
  double next = 0;
  known.random = [&] { return next; };
  reconnection r(known, 1);
  CHECK(r.lost(stopping, {}) == 500ms);
  next = 0.5;
  CHECK(r.lost(stopping, {}) == 1500ms);
  reconnection strange(known, 1);
  next = std::nan("");
  CHECK(strange.lost(stopping, {}) == 500ms);
  next = -1e300;
  CHECK(strange.lost(stopping, {}) == 1s);
}

TEST_CASE("reconnection: of one lost connection each reason is told once") {
  reconnection r(patient(), 1);
  const close_reason none{close_code::connection_lost, ""};
  CHECK(r.failed(refused_connection, none).is_news);
  CHECK(r.failed(errc::name_taken, none).is_news);
  CHECK_FALSE(r.failed(refused_connection, none).is_news);
  CHECK(r.failed(refused_connection, none).after);
  r.ready({});
  CHECK(r.failed(refused_connection, none).is_news);
  const auto last = r.failed(errc::wrong_passphrase, none);
  CHECK(last.is_news);
  CHECK_FALSE(last.after);
}
