// What cancelling an operation does, for each operation and type of cancellation.
#include "memory_world.hpp"
#include "scripted_world.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <variant>

using namespace asio_chat;
using namespace asio_chat::test;
namespace asio = boost::asio;
using type = asio::cancellation_type;

namespace {

const error_code aborted = asio::error::operation_aborted;
constexpr std::array<type, 3> each_type{type::terminal, type::partial, type::total};

/// The outcome of an operation, and the signal that cancels it.
template <class T>
struct cancellable : outcome<T> {
  asio::cancellation_signal signal;

  auto handler() {
    return asio::bind_cancellation_slot(signal.slot(), [this](error_code e, T v) {
      ++this->calls;
      this->code = e;
      this->value = std::move(v);
    });
  }
};

/// As a server that answers what it is asked, except messages and commands.
void say_nothing_to_them(fake_server& s, const native::request& r) {
  if (std::holds_alternative<native::send>(r) || std::holds_alternative<native::command_line>(r))
    return;
  answer_politely(s, r);
}
void say_nothing(fake_server&, const native::request&) {}

/// A client that is logged in, and whose socket is full of one message.
struct full_world : scripted_world {
  explicit full_world(fake_server::responder answer = answer_politely)
      : scripted_world({std::move(answer)}) {
    connect();
    peers[0]->stop_taking();
    chat->async_send("lobby", "first", first.handler());
    time.run();
  }
  std::vector<std::string> heard() const {
    std::vector<std::string> texts;
    for (const auto& m : servers[0]->heard<native::send>())
      texts.push_back(m.text);
    return texts;
  }
  void go_on() {
    peers[0]->go_on_taking();
    time.run();
  }
  cancellable<acknowledged> first;
};

} // namespace

TEST_CASE("cancellation: connecting ends, and the client may connect again") {
  for (const type t : each_type) {
    scripted_world w({say_nothing, answer_politely});
    cancellable<connected> login;
    diagnostics why;
    w.chat->async_connect(why, login.handler());
    w.time.run();
    CHECK(login.calls == 0);
    login.signal.emit(t);
    w.time.run();
    CHECK(login.calls == 1);
    CHECK(login.code == aborted);
    CHECK(why.message() == "connecting was cancelled");
    CHECK(w.peers[0]->closed);
    w.connect();
    CHECK_FALSE(w.code);
  }
}

TEST_CASE("cancellation: a message of which nothing was written is withdrawn") {
  for (const type t : each_type) {
    full_world w;
    cancellable<acknowledged> second;
    cancellable<acknowledged> third;
    w.chat->async_send("lobby", "second", second.handler());
    w.chat->async_send("lobby", "third", third.handler());
    second.signal.emit(t);
    w.time.run();
    CHECK(second.code == aborted);
    w.go_on();
    CHECK(w.heard() == std::vector<std::string>{"first", "third"});
    CHECK(w.first.calls == 1);
    CHECK(third.calls == 1);
    CHECK_FALSE(third.code);
  }
}

TEST_CASE("cancellation: a message that waits for a connection is withdrawn") {
  for (const type t : each_type) {
    scripted_world w({answer_politely});
    w.connect();
    w.servers[0]->close();
    w.until([&] { return !w.seen<disconnected>().empty(); });
    cancellable<acknowledged> sent;
    w.chat->async_send("lobby", "x", sent.handler());
    sent.signal.emit(t);
    w.time.run();
    CHECK(sent.code == aborted);
    w.until([&] { return w.seen<connected>().size() == 1; });
    CHECK(w.servers[1]->heard<native::send>().empty());
  }
}

TEST_CASE("cancellation: total does nothing to a message that may have been written") {
  full_world w;
  w.first.signal.emit(type::total);
  w.time.run();
  CHECK(w.first.calls == 0);
  w.go_on();
  CHECK(w.first.calls == 1);
  CHECK_FALSE(w.first.code);
}

TEST_CASE("cancellation: a message that may have been written is still carried to the server") {
  for (const type t : {type::terminal, type::partial}) {
    scripted_world w({say_nothing_to_them, answer_politely});
    w.connect();
    cancellable<acknowledged> sent;
    w.chat->async_send({"lobby", "hello", "my-id"}, sent.handler());
    w.time.run();
    sent.signal.emit(t);
    w.time.run();
    CHECK(sent.calls == 1);
    CHECK(sent.code == aborted);
    // Over the next connection it is said again, and its answer is nobody's event.
    w.servers[0]->close();
    w.until([&] { return w.seen<connected>().size() == 1; });
    w.time.run();
    REQUIRE(w.servers[1]->heard<native::send>().size() == 1);
    CHECK(w.servers[1]->heard<native::send>()[0].id == "my-id");
    CHECK(w.seen<acknowledged>().empty());
    CHECK(sent.calls == 1);
  }
}

TEST_CASE("cancellation: a message whose outcome is unknown is said again with its id") {
  std::vector<std::string> ids;
  memory_world w([&](fake_server& s, const native::request& r) {
    const auto* m = std::get_if<native::send>(&r);
    if (!m) return answer_politely(s, r);
    ids.push_back(m->id);
    if (ids.size() == 2)
      for (int i = 0; i < 2; ++i)
        s.say_event(acknowledged{m->id, "lobby", {1, 7}, {}, i == 1});
  });
  w.log_in();
  cancellable<acknowledged> first;
  cancellable<acknowledged> again;
  w.chat->async_send({"lobby", "hello", "my-id"}, first.handler());
  w.run();
  first.signal.emit(type::terminal);
  w.chat->async_send({"lobby", "hello", "my-id"}, again.handler());
  w.run();
  CHECK(ids == std::vector<std::string>{"my-id", "my-id"});
  CHECK(first.code == aborted);
  CHECK(again.calls == 1);
  CHECK_FALSE(again.code);
  CHECK(again.value.at == position{1, 7});
}

TEST_CASE("client: an id that cannot be one is refused") {
  memory_world w;
  w.log_in();
  for (const std::string& id :
       {std::string(65, 'x'), std::string("a b"), std::string("\xC3\xA4")}) {
    outcome<acknowledged> sent;
    w.chat->async_send({"lobby", "hello", id}, w.why, w.into(sent));
    w.run();
    CHECK(sent.code == errc::bad_arguments);
    CHECK(w.why.message() ==
          "outgoing_message::id must be 1 to 64 characters of printable ASCII without spaces");
  }
}

TEST_CASE("cancellation: a command that was not written is withdrawn") {
  for (const type t : each_type) {
    full_world w;
    cancellable<reply> run;
    cancellable<history_page> page;
    w.chat->async_command("lobby", "/who", run.handler());
    w.chat->async_history("lobby", {}, page.handler());
    run.signal.emit(t);
    page.signal.emit(t);
    w.go_on();
    CHECK(run.code == aborted);
    CHECK(page.code == aborted);
    CHECK(w.servers[0]->heard<native::command_line>().empty());
    CHECK(w.servers[0]->heard<native::history>().empty());
  }
}

TEST_CASE("cancellation: the answer to a command that has ended is thrown away") {
  for (const type t : each_type) {
    std::string ref;
    memory_world w([&](fake_server& s, const native::request& r) {
      const auto* c = std::get_if<native::command_line>(&r);
      if (!c || !ref.empty()) return answer_politely(s, r);
      ref = c->ref;
    });
    w.log_in();
    cancellable<reply> run;
    w.chat->async_command("lobby", "/who", run.handler());
    w.run();
    run.signal.emit(t);
    w.run();
    CHECK(run.calls == (t == type::total ? 0 : 1));
    const std::size_t before = w.events.size();
    w.server->say_event(reply{ref, "who", {"online: bob"}, {"bob"}});
    w.run();
    CHECK(run.calls == 1);
    CHECK(run.code == (t == type::total ? error_code() : aborted));
    CHECK(w.events.size() == before);
    outcome<reply> next;
    w.chat->async_command("lobby", "/who", w.into(next));
    w.run();
    CHECK_FALSE(next.code);
  }
}

TEST_CASE("cancellation: a request for history ends whatever the type") {
  for (const type t : each_type) {
    memory_world w([&](fake_server& s, const native::request& r) {
      if (!std::holds_alternative<native::history>(r)) answer_politely(s, r);
    });
    w.log_in();
    cancellable<history_page> page;
    w.chat->async_history("lobby", {}, page.handler());
    w.run();
    page.signal.emit(t);
    w.run();
    CHECK(page.code == aborted);
  }
}

TEST_CASE("cancellation: terminal cuts what is closing, partial ends the waiting alone") {
  for (const type t : each_type) {
    memory_world w(say_nothing_to_them);
    w.log_in();
    cancellable<acknowledged> sent;
    w.chat->async_send("lobby", "x", sent.handler());
    w.run();
    int closes = 0;
    error_code code;
    asio::cancellation_signal signal;
    w.chat->async_close(asio::bind_cancellation_slot(signal.slot(), [&](error_code e) {
      ++closes;
      code = e;
    }));
    w.run();
    CHECK(closes == 0);
    signal.emit(t);
    w.run();
    CHECK(closes == (t == type::total ? 0 : 1));
    CHECK(sent.calls == (t == type::terminal ? 1 : 0));
    w.time.advance(std::chrono::seconds(5));
    CHECK(closes == 1);
    CHECK(code == (t == type::total ? error_code() : aborted));
    CHECK(sent.calls == 1);
    CHECK(sent.code == errc::connection_lost);
  }
}

TEST_CASE("cancellation: a slot is about one operation, and not about the next one") {
  memory_world w;
  w.connect();
  w.run();
  cancellable<client_event> first;
  cancellable<acknowledged> sent;
  w.chat->async_receive(first.handler());
  w.chat->async_send("lobby", "one", sent.handler());
  w.run();
  CHECK(first.calls == 1);
  CHECK(sent.calls == 1);
  outcome<client_event> next;
  outcome<acknowledged> other;
  w.chat->async_receive(w.into(next));
  w.chat->async_send("lobby", "two", w.into(other));
  first.signal.emit(type::all);
  sent.signal.emit(type::all);
  w.run();
  CHECK(next.calls == 0);
  CHECK(other.calls == 1);
  CHECK_FALSE(other.code);
}

TEST_CASE("cancellation: a send or a timer, whichever is first") {
  using namespace asio::experimental::awaitable_operators;
  memory_world w(say_nothing_to_them);
  w.log_in();
  bool timed_out = false;
  const auto say = [&]() -> asio::awaitable<void> {
    asio::steady_timer timer(w.context, std::chrono::seconds(0));
    const auto first = co_await (w.chat->async_send("lobby", "x", asio::use_awaitable) ||
                                 timer.async_wait(asio::use_awaitable));
    timed_out = first.index() == 1;
  };
  asio::co_spawn(w.context, say, asio::detached);
  w.run();
  CHECK(timed_out);
}
