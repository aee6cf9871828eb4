#include "client/connection_state.hpp"

#include "support/catch.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

using namespace asio_chat;
using namespace asio_chat::client_room;
using namespace std::chrono_literals;
using phase = connection_state::phase;
using kind = connection_state::action::kind;
namespace asio = boost::asio;

namespace {

const steady_time start{1h};

connection_state made(phase p = phase::looking_up) {
  auto config = std::make_shared<client_config>();
  config->connect_time = 10s;
  config->ping_time = 60s;
  connection_state s(std::move(config), start);
  if (p <= phase::logging_in) s.enter(p);
  if (p == phase::open || p == phase::leaving) s.logged_in(start);
  if (p == phase::leaving) s.leave(start);
  if (p == phase::closed) s.closed();
  return s;
}

const error_code bad_record(static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0,
                                                      SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC)),
                            asio::error::get_ssl_category());

} // namespace

TEST_CASE("connection state: frames go both ways from the login on") {
  for (const phase p : {phase::looking_up, phase::connecting, phase::securing, phase::closed})
    CHECK_FALSE(made(p).carries_frames());
  for (const phase p : {phase::logging_in, phase::open, phase::leaving})
    CHECK(made(p).carries_frames());
}

TEST_CASE("connection state: up to the login one deadline holds, whatever was reached") {
  for (const phase p : {phase::looking_up, phase::connecting, phase::securing, phase::logging_in}) {
    connection_state s = made(p);
    CHECK(s.next_check() == start + 10s);
    CHECK(s.check(start + 9'999ms, true).what == kind::nothing);
    CHECK(s.time_to_connect(start + 4s) == 6s);
    const auto end = s.check(start + 10s, true);
    CHECK(end.what == kind::close);
    CHECK(end.why.code == errc::timed_out);
  }
}

TEST_CASE("connection state: who is welcomed and not let in pings, and is still bounded") {
  connection_state s = made(phase::logging_in);
  s.welcomed(9s);
  CHECK(s.next_check() == start + 3s);
  CHECK(s.check(start + 3s, true).what == kind::ping);
  CHECK(s.next_check() == start + 6s);
  s.said(start + 8s);
  CHECK(s.next_check() == start + 10s);
  CHECK(s.check(start + 10s, true).why.code == errc::timed_out);
}

TEST_CASE("connection state: open, only silence ends it, and only where something is read") {
  connection_state s = made(phase::open);
  s.welcomed(0s);
  CHECK(s.next_check() == start + 60s);
  CHECK(s.check(start + 60s, true).what == kind::ping);
  const auto lost = s.check(start + 120s, true);
  CHECK(lost.what == kind::close);
  CHECK(lost.why.code == errc::connection_lost);
  CHECK(lost.why.message == "nothing was heard from 127.0.0.1:8443 for 120 s");

  connection_state deaf = made(phase::open);
  deaf.welcomed(0s);
  CHECK(deaf.check(start + 60s, false).what == kind::nothing);
  CHECK(deaf.next_check() == start + 120s);
}

TEST_CASE("connection state: leaving takes five seconds, and is no failure") {
  connection_state s = made(phase::leaving);
  CHECK(s.next_check() == start + 5s);
  CHECK(s.check(start + 4'999ms, true).what == kind::nothing);
  const auto end = s.check(start + 5s, true);
  CHECK(end.what == kind::close);
  CHECK_FALSE(end.why.code);
}

TEST_CASE("connection state: closed, nothing follows any more") {
  connection_state s = made(phase::closed);
  CHECK(s.check(start + 24h, true).what == kind::nothing);
}

TEST_CASE("connection state: the end of the input is in order when we leave and have said all") {
  const connection_state s = made(phase::leaving);
  CHECK(s.end_of_input(asio::error::eof, false, nullptr).what == kind::shut_down);
  CHECK(s.end_of_input(asio::error::eof, true, nullptr).what == kind::close);
  CHECK(s.end_of_input(asio::error::connection_reset, false, nullptr).what == kind::close);
  CHECK_FALSE(s.end_of_input(asio::error::connection_reset, false, nullptr).why.code);
}

TEST_CASE("connection state: says how a connection was lost") {
  const connection_state s = made(phase::open);
  const auto end = [&](error_code e) {
    auto next = s.end_of_input(e, false, nullptr);
    CHECK(next.what == kind::close);
    CHECK(next.why.code == errc::connection_lost);
    return next.why.message;
  };
  CHECK(end(asio::error::eof) == "127.0.0.1:8443 closed the connection");
  CHECK(end(asio::ssl::error::stream_truncated) == "127.0.0.1:8443 closed the connection");
  CHECK(end(asio::error::connection_reset) ==
        "the connection to 127.0.0.1:8443 was lost: Connection reset by peer");
  CHECK(end(bad_record).starts_with("the connection to 127.0.0.1:8443 was lost: a record"));
}

TEST_CASE("connection state: in the login a TLS error is why we cannot connect") {
  const connection_state s = made(phase::logging_in);
  const auto next = s.end_of_input(bad_record, false, nullptr);
  CHECK(next.why.code == bad_record);
  CHECK(next.why.message.starts_with("cannot connect to 127.0.0.1:8443: a record"));
  CHECK(s.end_of_input(asio::error::eof, false, nullptr).why.code == errc::connection_lost);
}
