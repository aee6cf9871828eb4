// Clients on strands of a context that several threads run.
#include "support/chat_world.hpp"

#include "support/catch.hpp"

#include <asio_chat/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
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
