// On which executor a client runs, with which tokens it may be used, and what it allocates.
#include "memory_world.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/counting_allocator.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <concepts>
#include <functional>

using namespace asio_chat;
using namespace asio_chat::test;
namespace asio = boost::asio;

namespace {

const error_code aborted = asio::error::operation_aborted;

} // namespace

TEST_CASE("executor: a client says on which one it runs, and takes those of any type") {
  asio::io_context context;
  client on_context(context, {});
  CHECK(on_context.get_executor() == asio::any_io_executor(context.get_executor()));

  const auto strand = asio::make_strand(context);
  client on_strand(strand, {});
  CHECK(on_strand.get_executor() == asio::any_io_executor(strand));

  using strand_client = basic_client<asio::strand<asio::io_context::executor_type>>;
  strand_client typed(strand, {});
  CHECK(typed.get_executor() == strand);
  static_assert(std::same_as<client::rebind_executor<int>::other, basic_client<int>>);
  static_assert(!std::is_copy_constructible_v<client>);
  static_assert(std::is_nothrow_move_constructible_v<client>);
}

TEST_CASE("executor: handlers run on the client's strand, and the context may run there alone") {
  memory_world w;
  const auto strand = asio::make_strand(w.context);
  auto ends = detail::memory_socket::make_pair(strand);
  fake_server::pointer server(
      new fake_server(transport::make_memory_stream(std::move(ends.second)), answer_politely));
  server->start();
  client chat(strand, {});
  int on_strand = 0;
  const auto count = [&](const error_code& e) {
    on_strand += !e && strand.running_in_this_thread();
  };
  chat.async_connect_in_memory(memory_transport(std::move(ends.first)),
                               [&](error_code e, const connected&) { count(e); });
  w.run();
  CHECK(on_strand == 1);
  chat.async_send("lobby", "x", [&](error_code e, const acknowledged&) { count(e); });
  chat.async_command("lobby", "/who", [&](error_code e, const reply&) { count(e); });
  chat.async_history("lobby", {}, [&](error_code e, const history_page&) { count(e); });
  chat.async_receive([&](error_code e, const client_event&) { count(e); });
  w.run();
  CHECK(on_strand == 5);
  chat.async_close([&](error_code e) { count(e); });
  w.run();
  CHECK(on_strand == 6);
  server->close();
}

TEST_CASE("executor: a client has the default token of its executor") {
  memory_world w;
  w.log_in();
  using awaitable_client = asio::use_awaitable_t<>::as_default_on_t<client>;
  awaitable_client chat(std::move(*w.chat));
  bool done = false;
  const auto talk = [&]() -> asio::awaitable<void> {
    const acknowledged kept = co_await chat.async_send("lobby", "x");
    diagnostics why;
    const reply who = co_await chat.async_command("lobby", "/who", why);
    co_await chat.async_close();
    done = kept.at == position{1, 7} && who.command == "who";
  };
  asio::co_spawn(w.context, talk, asio::detached);
  w.run();
  CHECK(done);
}

TEST_CASE("executor: operations go on when their client is moved") {
  memory_world w;
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", "x", w.into(sent));
  client other(std::move(*w.chat));
  w.run();
  CHECK(sent.calls == 1);
  CHECK_FALSE(sent.code);

  // What a client does that is assigned to ends, as if it were destroyed.
  outcome<acknowledged> late;
  other.async_send("lobby", "y", w.into(late));
  other = client(w.context, {});
  w.run();
  CHECK(late.code == aborted);
}

TEST_CASE("executor: a deferred operation begins when it is called") {
  memory_world w;
  w.log_in();
  auto send = w.chat->async_send("lobby", "x", asio::deferred);
  w.run();
  CHECK(w.server->heard<native::send>().empty());
  outcome<acknowledged> sent;
  std::move(send)(w.into(sent));
  w.run();
  CHECK(sent.calls == 1);
}

TEST_CASE("allocation: an operation takes one block of its handler's allocator, and returns it") {
  memory_world w;
  w.log_in();
  counts c;
  int live = -1;
  const auto counted = [&](auto f) {
    c = {};
    return asio::bind_allocator(counting_allocator<void>(c), std::move(f));
  };
  w.chat->async_send("lobby", "x",
                     counted([&](error_code, const acknowledged&) { live = c.live; }));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
  w.chat->async_command("lobby", "/who", counted([&](error_code, const reply&) { live = c.live; }));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
  w.chat->async_history("lobby", {},
                        counted([&](error_code, const history_page&) { live = c.live; }));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
  // On another executor too, which is one more way to go.
  w.chat->async_close(asio::bind_executor(asio::make_strand(w.context),
                                          counted([&](error_code) { live = c.live; })));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
}

TEST_CASE("allocation: with the recycling allocator a wait for an event allocates once at most") {
  memory_world w;
  w.connect();
  w.run();
  outcome<client_event> first;
  w.chat->async_receive(w.into(first));
  w.run();
  asio::cancellation_signal signal;
  constexpr int rounds = 200;
  int calls = 0;
  // The blocks to recycle belong to the thread that runs the context, as long as it does.
  std::function<void()> round = [&] {
    w.chat->async_receive(asio::bind_cancellation_slot(
        signal.slot(), asio::bind_allocator(asio::recycling_allocator<void>(),
                                            [&round, &calls](error_code, const client_event&) {
                                              if (++calls < rounds) round();
                                            })));
    signal.emit(asio::cancellation_type::total);
  };
  asio::post(w.context, [&] { round(); });
  const allocation_count before;
  w.run();
  CHECK(calls == rounds);
  CHECK(before.since().calls <= rounds);
}
