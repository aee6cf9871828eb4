#include "net/reactor.hpp"

#include "support/catch.hpp"
#include "unit/net/session_world.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t crowd_size = 100;

/// A room of many, to each of whom it takes a millisecond to write.
class crowd {
 public:
  crowd() {
    for (std::size_t n = 0; n < crowd_size; ++n) {
      all_.push_back(w.log_in(sound, "c" + std::to_string(n)));
      all_.back()->on_written = [this, n](std::string_view) {
        ++written;
        ++written_to[n];
        w.time.work_for(1ms);
        if (looks) looks();
      };
    }
    alice = w.log_in(sound, "alice");
    w.time.advance(1s);
    forget();
  }
  void forget() {
    written = 0;
    written_to.assign(crowd_size, 0);
    for (const auto& c : all_)
      c->take_written();
  }
  bool each_has_heard(const std::string& text) {
    return std::ranges::all_of(
        all_, [&](const auto& c) { return c->take_written().find(text) != std::string::npos; });
  }

  io_plan sound;
  session_world w;
  std::shared_ptr<scripted_peer> alice;
  std::size_t written = 0;
  std::vector<std::size_t> written_to = std::vector<std::size_t>(crowd_size);
  std::function<void()> looks;

 private:
  std::vector<std::shared_ptr<scripted_peer>> all_;
};

std::string message(const std::string& room, const std::string& id, const std::string& text) {
  return framed("{'type':'send','room':'" + room + "','id':'" + id + "','text':'" + text + "'}");
}

} // namespace

/// Two who have a room of their own, beside the crowd's.
struct aside {
  explicit aside(crowd& of)
      : bob(of.w.log_in(of.sound, "bob"))
      , carol(of.w.log_in(of.sound, "carol")) {
    for (const auto& p : {bob, carol}) {
      p->say(framed("{'type':'join','room':'side'}"));
      p->say(framed("{'type':'leave','room':'lobby'}"));
      of.w.time.advance(1s);
      p->take_written();
    }
    of.forget();
    bob->on_written = [this, &of](std::string_view bytes) {
      if (bytes.find("quick") != std::string_view::npos) heard_after = of.written;
    };
  }

  std::shared_ptr<scripted_peer> bob;
  std::shared_ptr<scripted_peer> carol;
  std::size_t heard_after = 0; ///< writes to the crowd
};

TEST_CASE("what many are told is written in slices, and what few are told comes in between") {
  crowd c;
  aside two(c);
  c.looks = [&] {
    if (c.written == 20) two.carol->say(message("side", "1", "quick"));
  };
  c.alice->say(message("lobby", "1", "long"));
  c.w.time.run();
  CHECK(two.heard_after >= 20);
  CHECK(two.heard_after < 50);
  CHECK(c.each_has_heard("long"));
}

TEST_CASE("what is left of much, behind a first record, waits for what few are told as well") {
  crowd c;
  aside two(c);
  const std::size_t half = crowd_size / 2;
  c.looks = [&] {
    if (c.written == half) two.carol->say(message("side", "1", "quick"));
  };
  std::string much; // three records for each
  for (int n = 0; n < 8; ++n)
    much += message("lobby", std::to_string(n), std::string(6'000, 'x'));
  c.alice->say(much);
  c.w.time.run();
  CHECK(two.heard_after >= half);
  CHECK(two.heard_after < half + 30);
  CHECK(c.written >= 3 * crowd_size);
}

/// Pairs who talk without a pause, each line when the one before it was written, which takes a
/// millisecond; and three others, one of whom goes.
struct chatter {
  static constexpr std::size_t pairs = 8;
  static constexpr int last_line = 3'000;

  chatter() {
    for (std::size_t n = 0; n < pairs; ++n) {
      const std::string room = "side" + std::to_string(n);
      talkers.push_back(in_room("t" + std::to_string(n), room));
      listeners.push_back(in_room("l" + std::to_string(n), room));
      listeners.back()->on_written = [this, n, room](std::string_view) {
        w.time.work_for(1ms);
        if (++lines == 100) frank->say(framed("{'type':'leave','room':'quiet'}"));
        if (lines == speaks_at) gina->say(message("quiet", "1", "quick"));
        if (lines < last_line) talkers[n]->say(message(room, std::to_string(lines), "chatter"));
      };
    }
    eve->on_written = [this](std::string_view bytes) {
      if (bytes.find("frank") != std::string_view::npos) gone_after = lines;
      if (bytes.find("quick") != std::string_view::npos) heard_after = lines;
    };
    lines = 0;
  }
  std::shared_ptr<scripted_peer> in_room(const std::string& name, const std::string& room) {
    auto peer = w.log_in(sound, name);
    peer->say(framed("{'type':'join','room':'" + room + "'}"));
    peer->say(framed("{'type':'leave','room':'lobby'}"));
    w.time.advance(1s);
    return peer;
  }
  void run() {
    for (std::size_t n = 0; n < pairs; ++n)
      talkers[n]->say(message("side" + std::to_string(n), "first", "chatter"));
    w.time.run();
  }

  io_plan sound;
  session_world w;
  std::vector<std::shared_ptr<scripted_peer>> talkers, listeners;
  std::shared_ptr<scripted_peer> eve = in_room("eve", "quiet"), frank = in_room("frank", "quiet"),
                                 gina = in_room("gina", "quiet");
  int lines = 0;
  int speaks_at = 0;
  int gone_after = 0;
  int heard_after = 0;
};

TEST_CASE("who goes is told of within a second, although others never stop to talk") {
  chatter c;
  c.run();
  CHECK(c.lines >= chatter::last_line);
  CHECK(c.gone_after >= 1'000);
  CHECK(c.gone_after <= 1'200);
}

TEST_CASE("who is told something waits no longer for who has gone") {
  chatter c;
  c.speaks_at = 300;
  c.run();
  CHECK(c.heard_after >= 300);
  CHECK(c.heard_after <= 330);
  CHECK(c.gone_after == c.heard_after); // in the order in which they were told
}

TEST_CASE("who sends much goes on when all have what was sent before") {
  crowd c;
  constexpr std::size_t in_each = 20, reads = 5;
  std::uint64_t stored = 0; // before everybody has heard anything
  c.looks = [&] {
    if (std::ranges::count(c.written_to, 0u) > 0) stored = c.w.counters.entries;
  };
  for (std::size_t n = 0; n < reads; ++n) {
    std::string much;
    for (std::size_t m = 0; m < in_each; ++m)
      much += message("lobby", std::to_string(n * in_each + m), std::string(1'000, 'x'));
    c.alice->say(much);
  }
  c.w.time.run();
  CHECK(c.w.counters.entries == reads * in_each);
  CHECK(stored > 0);
  CHECK(stored <= 3 * in_each);
  CHECK(c.each_has_heard("xxx"));
}

} // namespace asio_chat::test
