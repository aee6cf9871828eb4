// On which executor a server runs, with which tokens it may be used, and what its operations
// allocate.
#include "memory_world.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/counting_allocator.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/log_watch.hpp>
#include <asio_chat/memory_journal.hpp>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <concepts>
#include <functional>
#include <type_traits>

using namespace asio_chat;
using namespace asio_chat::test;
namespace asio = boost::asio;
using strand = asio::strand<asio::io_context::executor_type>;

TEST_CASE("executor: a server says on which one it runs, and takes those of any type") {
  asio::io_context context;
  server on_context(context, {});
  CHECK(on_context.get_executor() == asio::any_io_executor(context.get_executor()));
  const auto one = asio::make_strand(context);
  server on_strand(one, {});
  CHECK(on_strand.get_executor() == asio::any_io_executor(one));
  basic_server<strand> typed(one, {});
  CHECK(typed.get_executor() == one);
  CHECK(basic_host_member<strand>(typed, "system").get_executor() == one);
  CHECK(basic_log_watch<strand>(typed).get_executor() == one);
  static_assert(std::same_as<server::rebind_executor<strand>::other, basic_server<strand>>);
  static_assert(!std::is_copy_constructible_v<server>);
  static_assert(std::is_nothrow_move_constructible_v<server>);
}

TEST_CASE("executor: everything of a server happens on its strand") {
  asio::io_context context;
  const auto one = asio::make_strand(context);
  int hooks = 0;
  int handlers = 0;
  const auto count = [&one](int& what) { what += one.running_in_this_thread() ? 1 : 100; };
  server_hooks mine;
  mine.on_post = [&](const post_request&, post_answer_handler answer) {
    count(hooks);
    answer(post_accepted());
  };
  server chat(one, {}, mine);
  host_member system(chat, "system");
  log_watch watch(chat);
  watch.async_receive([&](const result<watched>&) { count(handlers); });
  system.async_post({.room = "den", .text = "x"}, [&](const result<position>&) {
    count(handlers);
    system.async_history("den", {}, [&](const result<history_page>&) { count(handlers); });
  });
  client alice(one, {});
  alice.async_connect_in_memory(chat.connect_in_memory(), [&](error_code, const connected&) {
    alice.async_send("lobby", "x", [&](error_code, const acknowledged&) {
      chat.async_stop([&](error_code) { count(handlers); });
    });
  });
  context.run_for(std::chrono::minutes(2));
  CHECK(hooks == 1);
  CHECK(handlers == 4);
}

TEST_CASE("executor: a server runs on a pool of threads, on a strand") {
  asio::thread_pool pool(2);
  const auto one = asio::make_strand(pool);
  server chat(one, {});
  client alice(one, {});
  const auto run = [&]() -> asio::awaitable<std::string> {
    auto transport = chat.connect_in_memory();
    const connected me =
        co_await alice.async_connect_in_memory(std::move(transport), asio::use_awaitable);
    co_await alice.async_close(asio::use_awaitable);
    co_await chat.async_stop(asio::use_awaitable);
    co_return me.name;
  };
  const std::string name = asio::co_spawn(one, run, asio::use_future).get();
  pool.join();
  CHECK_FALSE(name.empty());
}

TEST_CASE("tokens: a server, a host's member and a watch have the default one of their executor") {
  asio::io_context context;
  using chat_server = asio::use_awaitable_t<>::as_default_on_t<server>;
  using member = asio::use_awaitable_t<>::as_default_on_t<host_member>;
  using watcher = asio::use_awaitable_t<>::as_default_on_t<log_watch>;
  chat_server chat(context.get_executor(), {});
  member system(chat, "system");
  watcher watch(chat);
  std::string seen;
  const auto run = [&]() -> asio::awaitable<void> {
    host_message tea{"den", "tea", entry_kind::message, ""};
    const result<position> at = co_await system.async_post(tea);
    const result<watched> first = co_await watch.async_receive();
    const log_range all;
    const result<history_page> page = co_await system.async_history("den", all);
    seen = std::to_string(at->offset) + std::get<entry>(*first).text + page->entries.at(0).from;
    co_await chat.async_stop();
    seen += " stopped";
  };
  asio::co_spawn(context, run, asio::detached);
  context.run();
  CHECK(seen == "1teasystem stopped");
}

TEST_CASE("tokens: an operation of a server may be deferred, and bound to a default later") {
  asio::io_context context;
  server chat(context, {});
  auto later = chat.async_stop(asio::deferred);
  bool stopped = false;
  std::move(later)([&](error_code) { stopped = true; });
  context.run();
  CHECK(stopped);
  auto as_default = asio::use_awaitable.as_default_on(server(context, {}));
  static_assert(!std::same_as<decltype(as_default), server>);
  CHECK(as_default.stats().sessions == 0);
}

TEST_CASE("moving: a server's operations go on when it is moved, and end when it is assigned to") {
  server_world w;
  const auto alice = w.log_in("alice");
  host_member system(*w.chat, "system");
  error_code stopped = errc::bad_setting;
  int posts = 0;
  system.async_post({.room = "lobby", .text = "x"},
                    [&](const result<position>& at) { posts += at ? 1 : 100; });
  server moved = std::move(*w.chat);
  w.run();
  CHECK(posts == 1);
  CHECK(moved.stats().sessions == 1);
  moved.async_stop([&](error_code e) { stopped = e; });
  moved = server(w.context, {});
  w.run();
  CHECK(stopped == asio::error::operation_aborted);
  CHECK(moved.stats().sessions == 0);
  CHECK(alice->ended);
}

TEST_CASE("allocation: an operation of the host takes one block of its handler's allocator") {
  server_world w;
  host_member system(*w.chat, "system");
  log_watch watch(*w.chat);
  counts c;
  int live = -1;
  const auto counted = [&](auto f) {
    c = {};
    return asio::bind_allocator(counting_allocator<void>(c), std::move(f));
  };
  system.async_post({.room = "den", .text = "x"},
                    counted([&](const result<position>&) { live = c.live; }));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
  system.async_history("den", {}, counted([&](const result<history_page>&) { live = c.live; }));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
  watch.async_receive(counted([&](const result<watched>&) { live = c.live; }));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
  w.chat->async_reload_storage({}, counted([&](const result<void>&) { live = c.live; }));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
  // On another executor too, which is one more way to go.
  w.chat->async_stop(asio::bind_executor(asio::make_strand(w.context),
                                         counted([&](error_code) { live = c.live; })));
  w.run();
  CHECK(c.calls == 1);
  CHECK(live == 0);
}

namespace {

/// Answers all with what it was made with, and allocates nothing itself.
struct prompt_journal final : journal {
  explicit prompt_journal(asio::io_context& c)
      : context(c) {}
  void follow(std::string, std::shared_ptr<listener>, follow_done) override {}
  void unfollow(std::string, std::shared_ptr<listener>, unfollow_done) override {}
  void append(entry, const identity&, append_done done) override { answer(append_done_, done); }
  void read(std::string, range, read_done done) override { answer(read_done_, done); }
  void search(search_query, search_done) override {}

  template <class Done>
  void answer(Done& kept, Done& done) {
    kept.swap(done);
    asio::post(context, [this, &kept] {
      Done now;
      now.swap(kept);
      if constexpr (std::same_as<Done, append_done>)
        now(appended{{7, 1}, {}, false});
      else
        now(page());
    });
  }
  asio::io_context& context;
  append_done append_done_;
  read_done read_done_;
};

} // namespace

TEST_CASE("allocation: with the recycling allocator an operation of the host allocates once") {
  asio::io_context context;
  server_hooks hooks;
  hooks.journal = std::make_shared<prompt_journal>(context);
  server chat(context, {}, hooks);
  host_member system(chat, "system");
  constexpr std::size_t rounds = 200;
  std::size_t calls = 0;
  // The blocks to recycle belong to the thread that runs the context, as long as it does.
  std::function<void()> round;
  const auto again = [&](const auto&) {
    if (++calls % rounds != 0) round();
  };
  const auto bound = [&] { return asio::bind_allocator(asio::recycling_allocator<void>(), again); };
  const auto allocated_by = [&](std::function<void()> what) {
    round = std::move(what);
    asio::post(context, round);
    context.restart();
    const allocation_count before;
    context.run_for(std::chrono::milliseconds(1)); // warms up, if it is that slow
    while (calls % rounds != 0)
      context.run_one();
    return before.since().calls;
  };
  // One for the std::function by which the host's own journal is asked.
  CHECK(allocated_by([&] { system.async_post({"den", "x"}, bound()); }) <= rounds + 20);
  CHECK(allocated_by([&] { system.async_history("den", {}, bound()); }) <= rounds + 20);
  CHECK(calls == 2 * rounds);
}
