// Clients and servers on strands of a context that several threads run.
#include "support/chat_world.hpp"

#include "support/catch.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/log_watch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <memory>
#include <thread>

using namespace asio_chat;
using namespace asio_chat::test;

namespace {

constexpr int messages = 20;

/// Says so much, receives meanwhile, and closes.
struct talker {
  talker(asio::io_context& context, const client_config& config)
      : strand(asio::make_strand(context))
      , chat(strand, config) {}

  asio::awaitable<void> talk() {
    co_await chat.async_connect(asio::use_awaitable);
    const auto receiving = [this] { return receive(); };
    asio::co_spawn(strand, receiving, asio::detached);
    for (int i = 0; i < messages; ++i) {
      co_await chat.async_send("lobby", std::to_string(i), asio::use_awaitable);
      ++kept;
    }
    co_await chat.async_close(asio::use_awaitable);
    done = true;
  }
  asio::awaitable<void> receive() {
    // Ends with the exception of the client that has no connection any more.
    while (true) {
      const client_event e = co_await chat.async_receive(asio::use_awaitable);
      if (std::holds_alternative<entry>(e)) ++heard;
    }
  }

  asio::strand<asio::io_context::executor_type> strand;
  client chat;
  int kept = 0;
  int heard = 0;
  std::atomic<bool> done = false;
};

} // namespace

TEST_CASE("strand: clients talk and receive while four threads run their context") {
  chat_world w;
  client_config config;
  config.host = "localhost";
  config.port = w.at.port();
  config.tls.ca_file = certificates().ca_certificate;
  config.tls.alpn = {GENERATE(as<std::string>(), native_alpn, compact_alpn)};

  asio::io_context context;
  std::vector<std::unique_ptr<talker>> talkers;
  for (int i = 0; i < 8; ++i) {
    config.name = "talker" + std::to_string(i);
    talker& one = *talkers.emplace_back(std::make_unique<talker>(context, config));
    const auto talking = [&one] { return one.talk(); };
    asio::co_spawn(one.strand, talking, asio::detached);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { context.run(); });
  const bool all_done = w.until(
      [&] { return std::ranges::all_of(talkers, [](const auto& t) { return !!t->done; }); });
  if (!all_done) context.stop();
  for (std::thread& t : threads)
    t.join();
  REQUIRE(all_done);
  int heard = 0;
  for (const auto& t : talkers) {
    CHECK(t->kept == messages);
    heard += t->heard;
  }
  CHECK(heard > 0);
}

namespace {

/// Follows all rooms, on the strand of its server, until that has stopped.
asio::awaitable<void> follow(log_watch& watch, int& seen) {
  while (true) {
    const result<watched> next = co_await watch.async_receive(asio::use_awaitable);
    if (!next) co_return;
    ++seen;
  }
}

/// Speaks itself, and reads what was said.
asio::awaitable<void> announce(host_member& system, std::uint64_t& stored) {
  for (int i = 0; i < messages; ++i) {
    const host_message one{"lobby", std::to_string(i), entry_kind::message, ""};
    const result<position> at = co_await system.async_post(one, asio::use_awaitable);
    stored = at.value().offset;
    const log_range all;
    const result<history_page> page =
        co_await system.async_history("lobby", all, asio::use_awaitable);
    (void)page.value();
  }
}

} // namespace

TEST_CASE("strand: a server with clients, hooks and a host, while four threads run their context") {
  asio::io_context context;
  const auto strand = asio::make_strand(context);
  server_config config;
  config.tls = server_tls();
  server_hooks hooks;
  std::atomic<int> beside = 0;
  hooks.on_post = [&](const post_request&, const post_answer_handler& answer) {
    if (!strand.running_in_this_thread()) ++beside;
    answer(post_accepted());
  };
  server chat(strand, config, hooks);
  const auto at = chat.listen("127.0.0.1", 0);
  auto system = std::make_unique<host_member>(chat, "system");
  auto watch = std::make_unique<log_watch>(chat);

  client_config mine;
  mine.host = "localhost";
  mine.port = at.port();
  mine.tls.ca_file = certificates().ca_certificate;
  std::vector<std::unique_ptr<talker>> talkers;
  for (int i = 0; i < 4; ++i) {
    mine.name = "talker" + std::to_string(i);
    talker& one = *talkers.emplace_back(std::make_unique<talker>(context, mine));
    const auto talking = [&one] { return one.talk(); };
    asio::co_spawn(one.strand, talking, asio::detached);
  }
  int seen = 0;
  std::uint64_t stored = 0;
  const auto following = [&] { return follow(*watch, seen); };
  asio::co_spawn(strand, following, asio::detached);
  std::atomic<bool> announced = false;
  const auto announcing = [&]() -> asio::awaitable<void> {
    co_await announce(*system, stored);
    co_await chat.async_reload_tls(server_tls(), asio::use_awaitable);
    announced = true;
  };
  asio::co_spawn(strand, announcing, asio::detached);
  const auto stop_when_all_is_said = [&]() -> asio::awaitable<void> {
    asio::steady_timer pause(strand);
    const auto all_done = [&] {
      return announced && std::ranges::all_of(talkers, [](const auto& t) { return !!t->done; });
    };
    while (!all_done()) {
      pause.expires_after(std::chrono::milliseconds(5));
      co_await pause.async_wait(asio::use_awaitable);
    }
    co_await chat.async_stop(asio::use_awaitable);
  };
  asio::co_spawn(strand, stop_when_all_is_said, asio::detached);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { context.run_for(patience); });
  for (std::thread& t : threads)
    t.join();
  REQUIRE(announced);
  CHECK(beside == 0);
  CHECK(seen == 5 * messages);
  CHECK(stored >= messages);
  for (const auto& t : talkers)
    CHECK(t->kept == messages);
}
