// Members who do not read: what a room says is in memory once, however many of them there are.
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

#include <fmt/format.h>

#include <cstdlib>

using namespace asio_chat;
using namespace asio_chat::test;

namespace {

constexpr std::ptrdiff_t MiB = 1 << 20;
/// In memory a connection holds up to 64 KiB, in a string that grows by doubling, and a session
/// that writes a record more.
constexpr std::ptrdiff_t of_a_connection = 192 * 1024;

server_config roomy() {
  server_config config;
  config.limits.presence_members = 0;
  config.limits.join_history = 0;
  config.limits.room_bytes = 4 << 20; // the log takes its share before anything is counted
  return config;
}

std::vector<server_world::client> stopped(server_world& w, std::size_t count) {
  std::vector<server_world::client> all;
  for (std::size_t n = 0; n < count; ++n) {
    all.push_back(w.log_in(fmt::format("reader-{}", n)));
    all.back()->stop_reading();
  }
  return all;
}

std::size_t readers_wanted() {
  const char* given = std::getenv("ASIO_CHAT_STOPPED_READERS");
  return given ? std::strtoul(given, nullptr, 10) : 200;
}

/// Sends so many bytes, a thousand at a time.
void say(server_world& w, const server_world::client& who, std::size_t bytes) {
  const std::string text(1'000, 'x');
  static std::uint64_t id = 0;
  for (std::size_t said = 0; said < bytes; said += text.size()) {
    who->send(fmt::format("{{'type':'send','room':'lobby','text':'{}','id':'{}'}}", text, ++id));
    if (said % 20'000 == 0) w.run();
  }
  w.run();
  who->take();
}

} // namespace

TEST_CASE("what readers who stopped wait for is in memory once, and the rest in the log") {
  const std::size_t readers = readers_wanted();
  server_world w(roomy());
  const auto speaker = w.log_in("speaker");
  say(w, speaker, 5 << 20); // the log is as long as it gets
  auto slow = stopped(w, readers);
  const allocation_count before;
  say(w, speaker, 3 << 20);
  const std::ptrdiff_t more = before.since().bytes;
  INFO(more);
  CHECK(more < 4 * MiB + static_cast<std::ptrdiff_t>(readers) * of_a_connection);
  CHECK(w.chat->stats().sessions == readers + 1);
  slow.front()->go_on_reading();
  w.run();
  std::size_t told = 0;
  for (const auto& m : slow.front()->take())
    told += m.contains("text") ? 1u : 0u;
  CHECK(told == (3u << 20) / 1'000 + 1);
}

TEST_CASE("readers who stopped at different times keep no more in memory than all may") {
  constexpr std::size_t readers = 60;
  server_config config = roomy();
  config.limits.outbox_total_bytes = 4 << 20;
  config.limits.room_bytes = 1 << 20; // so that readers who continue do not get all of it here
  server_world w(config);
  const auto speaker = w.log_in("speaker");
  say(w, speaker, 2 << 20);
  const allocation_count before;
  std::vector<server_world::client> slow;
  for (std::size_t n = 0; n < readers; ++n) {
    slow.push_back(w.log_in(fmt::format("reader-{}", n)));
    slow.back()->stop_reading();
    say(w, speaker, 500'000);
  }
  const std::ptrdiff_t more = before.since().bytes;
  INFO(more);
  // Otherwise each would keep a MiB, most of it its own.
  CHECK(more < 6 * MiB + static_cast<std::ptrdiff_t>(readers) * of_a_connection);
  CHECK(w.chat->stats().sessions == readers + 1); // no session was closed because of it
  for (const auto& one : slow)
    one->go_on_reading();
  w.run();
  for (const auto& one : slow) {
    const auto heard = one->take();
    REQUIRE_FALSE(heard.empty());
    REQUIRE_FALSE(one->ended);
  }
  w.say(speaker, "{'type':'send','room':'lobby','text':'the end','id':'end'}");
  for (const auto& one : slow)
    REQUIRE(last(one->take(), "text") == "the end");
}
