// The operations of a server: their cancellation, and what is left of them after `async_stop`.
#include "memory_world.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <functional>

using namespace asio_chat;
using namespace asio_chat::test;
namespace asio = boost::asio;
using type = asio::cancellation_type;
using endpoint = asio::ip::tcp::endpoint;

namespace {

const error_code aborted = asio::error::operation_aborted;
constexpr std::array<type, 3> each_type{type::terminal, type::partial, type::total};

server_config listening() {
  server_config c;
  c.tls = server_tls();
  return c;
}

/// The code with which a call fails; none if it does not.
error_code code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const error& e) {
    return e.code();
  }
  return {};
}

template <class T>
struct outcome {
  int calls = 0;
  error_code code;
  std::optional<T> value;

  auto handler() {
    return asio::bind_cancellation_slot(signal.slot(), [this](const result<T>& r) {
      ++calls;
      code = r ? error_code() : r.error().code;
      if constexpr (!std::is_void_v<T>) {
        if (r) value = *r;
      }
    });
  }
  asio::cancellation_signal signal;
};
template <>
struct outcome<void> {
  int calls = 0;
  error_code code;

  auto handler() {
    return asio::bind_cancellation_slot(signal.slot(), [this](const result<void>& r) {
      ++calls;
      code = r ? error_code() : r.error().code;
    });
  }
  auto stop_handler() {
    return asio::bind_cancellation_slot(signal.slot(), [this](const error_code& e) {
      ++calls;
      code = e;
    });
  }
  asio::cancellation_signal signal;
};

/// Runs until the operation has ended.
template <class T>
void finish(server_world& w, const outcome<T>& o) {
  w.context.restart();
  while (o.calls == 0 && w.context.run_one() > 0) {
  }
}

} // namespace

TEST_CASE("operations: async_listen listens, without blocking for the name") {
  server_world w(listening());
  outcome<endpoint> o;
  w.chat->async_listen("localhost", 0, o.handler());
  CHECK(o.calls == 0);
  finish(w, o);
  CHECK_FALSE(o.code);
  REQUIRE(o.value);
  CHECK(o.value->port() != 0);
  CHECK(w.chat->listening_on().front() == *o.value);
}

TEST_CASE("operations: async_listen fails as listen does") {
  server_world bare;
  outcome<endpoint> no_certificate;
  bare.chat->async_listen("127.0.0.1", 0, no_certificate.handler());
  finish(bare, no_certificate);
  CHECK(no_certificate.code == errc::bad_certificate_file);

  server_world w(listening());
  outcome<endpoint> no_host;
  w.chat->async_listen("", 0, no_host.handler());
  finish(w, no_host);
  CHECK(no_host.code == errc::bad_setting);
  const endpoint taken = w.chat->listen("127.0.0.1", 0);
  outcome<endpoint> in_use;
  w.chat->async_listen("127.0.0.1", taken.port(), in_use.handler());
  finish(w, in_use);
  CHECK(in_use.code == asio::error::address_in_use);
}

TEST_CASE("cancellation: async_listen binds nothing then, whatever the type") {
  for (const type t : each_type) {
    server_world w(listening());
    outcome<endpoint> o;
    // In one turn, so that the name is not looked up yet.
    asio::post(w.context, [&] {
      w.chat->async_listen("127.0.0.1", 0, o.handler());
      o.signal.emit(t);
      CHECK(o.calls == 0);
    });
    finish(w, o);
    w.run();
    CHECK(o.calls == 1);
    CHECK(o.code == aborted);
    CHECK(w.chat->listening_on().empty());
  }
}

TEST_CASE("cancellation: a reload that has begun is carried out, total waits for it") {
  for (const type t : each_type) {
    server_world w(listening());
    outcome<void> o;
    asio::post(w.context, [&] {
      w.chat->async_reload_tls(server_tls(), o.handler());
      o.signal.emit(t);
    });
    finish(w, o);
    CHECK(o.code == (t == type::total ? error_code() : aborted));
    while (!w.logged("Loaded certificates"))
      w.context.run_one();
    CHECK(o.calls == 1);
  }
}

TEST_CASE("cancellation: stopping is cut short by terminal, and goes on after partial and total") {
  for (const type t : each_type) {
    server_world w;
    const auto alice = w.log_in("alice");
    alice->stop_reading(); // so that it does not end by itself
    outcome<void> o;
    outcome<void> other;
    w.chat->async_stop(o.stop_handler());
    w.chat->async_stop(other.stop_handler());
    o.signal.emit(t);
    w.context.restart();
    w.context.poll();
    if (t == type::total) {
      CHECK(o.code != aborted);
    } else {
      CHECK(o.calls == 1);
      CHECK(o.code == aborted);
    }
    if (t == type::terminal) {
      CHECK(w.chat->stats().sessions == 0);
      CHECK(other.calls == 1);
      CHECK_FALSE(other.code);
    }
    alice->hang_up();
    w.run();
    CHECK(other.calls == 1);
    CHECK(o.calls == 1);
  }
}

TEST_CASE("operations: after async_stop nothing listens or reloads any more, the rest works") {
  server_world w(listening());
  w.chat->listen("127.0.0.1", 0);
  outcome<void> stopped;
  w.chat->async_stop(stopped.stop_handler());
  finish(w, stopped);
  CHECK_FALSE(stopped.code);

  CHECK(code_of([&] { w.chat->listen("127.0.0.1", 0); }) == errc::server_stopping);
  CHECK(code_of([&] { w.chat->listen_insecure_plaintext("127.0.0.1", 0); }) ==
        errc::server_stopping);
  CHECK(code_of([&] { w.chat->reload_tls(server_tls()); }) == errc::server_stopping);
  CHECK(code_of([&] { w.chat->reload_storage({}); }) == errc::server_stopping);
  outcome<endpoint> listen;
  w.chat->async_listen("127.0.0.1", 0, listen.handler());
  finish(w, listen);
  CHECK(listen.code == errc::server_stopping);
  for (const bool tls : {true, false}) {
    outcome<void> reload;
    tls ? w.chat->async_reload_tls(server_tls(), reload.handler())
        : w.chat->async_reload_storage({}, reload.handler());
    finish(w, reload);
    CHECK(reload.code == errc::server_stopping);
  }
  CHECK(w.chat->listening_on().empty());
  CHECK(w.chat->stats().sessions == 0);
  const auto refused = w.connect();
  w.run();
  CHECK(refused->ended);
  outcome<void> again;
  w.chat->async_stop(again.stop_handler());
  finish(w, again);
  CHECK(again.calls == 1);
  CHECK_FALSE(again.code);
}
