#include "read_reports.hpp"

#include "json_display.hpp"
#include "support/catch.hpp"
#include "testing/manual_clock.hpp"
#include "testing/manual_time.hpp"
#include "text_display.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::app;
using namespace std::chrono_literals;
using outcome = read_reports::outcome;
using told = std::vector<std::string>;

namespace {

struct reporter {
  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  told all;
  outcome answer = outcome::kept;
  read_reports reads{
      time, [this](const std::string& room, std::uint64_t offset, const read_reports::done& then) {
        all.push_back(fmt::format("{} {}", room, offset));
        then(answer);
      }};

  reporter() { time.advance(5s); }
  void enter(const std::string& room, std::uint64_t head, std::uint64_t read = 0) {
    room_state s;
    s.room = room;
    s.head = {1, head};
    s.read = read;
    reads.entered(s);
  }
  told news() { return std::exchange(all, {}); }
};

entry said(const std::string& room, std::uint64_t offset) {
  entry e;
  e.room = room;
  e.at = {1, offset};
  return e;
}

} // namespace

TEST_CASE("asio-chat reads: the newest of each room is told at once, then once a second") {
  reporter r;
  r.reads.seen("den", 1);
  CHECK(r.news() == told{"den 1"});
  for (std::uint64_t n = 2; n <= 9; ++n)
    r.reads.seen("den", n);
  r.reads.seen("hall", 4);
  r.reads.seen("den", 3);
  r.time.advance(999ms);
  CHECK(r.news().empty());
  r.time.advance(1ms);
  CHECK(r.news() == told{"den 9", "hall 4"});
  r.time.advance(10s);
  CHECK(r.news().empty());
  r.reads.seen("den", 10);
  CHECK(r.news() == told{"den 10"});
  r.reads.seen("den", 11);
  r.reads.flush(); // the person leaves
  CHECK(r.news() == told{"den 11"});
}

TEST_CASE("asio-chat reads: what the server did not hear is told over the next connection") {
  reporter r;
  r.enter("den", 9, 4);
  r.reads.seen("den", 4); // it knows that
  CHECK(r.news().empty());
  r.answer = outcome::not_told;
  r.reads.seen("den", 7);
  CHECK(r.news() == told{"den 7"});
  r.answer = outcome::kept;
  r.time.advance(2s);
  r.enter("den", 9, 4);
  CHECK(r.news() == told{"den 7"});
  r.time.advance(2s);
  r.enter("den", 9, 8); // another device
  r.reads.seen("den", 8);
  CHECK(r.news().empty());
  r.enter("den", 3); // the log was begun anew
  r.reads.seen("den", 2);
  CHECK(r.news() == told{"den 2"});
}

TEST_CASE("asio-chat reads: a guest's server is asked once in a room, and again after a login") {
  reporter r;
  r.answer = GENERATE(outcome::nothing_kept, outcome::refused);
  r.reads.seen("den", 1);
  r.time.advance(2s);
  r.reads.seen("den", 2);
  CHECK(r.news() == told{"den 1"});
  r.answer = outcome::kept;
  r.enter("den", 2);
  CHECK(r.news() == told{"den 2"});
}

TEST_CASE("asio-chat reads: older servers keep what two accounts say without saying so") {
  reporter r;
  r.answer = outcome::nothing_kept;
  r.reads.seen("@bob", 1);
  r.time.advance(2s);
  r.reads.seen("@bob", 2);
  CHECK(r.news() == told{"@bob 1", "@bob 2"});
}

TEST_CASE("asio-chat reads: what lines show was seen, and one's own only behind that") {
  reporter r;
  r.reads.shown(said("den", 5));
  CHECK(r.news() == told{"den 5"});
  r.time.advance(2s);
  r.reads.shown(acknowledged{"m", "den", {1, 8}, {}, false});
  CHECK(r.news().empty()); // 6 and 7 are on their way
  r.reads.shown(said("den", 7));
  CHECK(r.news() == told{"den 7"});
  r.time.advance(2s);
  r.reads.shown(acknowledged{"m", "den", {1, 8}, {}, false});
  r.reads.shown(acknowledged{"m", "attic", {1, 1}, {}, false});
  CHECK(r.news() == told{"den 8"});
}

TEST_CASE("asio-chat reads: who joins is told how much is new since the account has read there") {
  const testing::manual_clock now;
  const auto lines_of = [&now](const room_state& s, bool interactive) {
    told all;
    text_display on(now, time_format::off, "h:1", true, interactive);
    for (const shown_line& line : on.show(s, "lobby"))
      all.push_back(line.text);
    return all;
  };
  room_state s{"", "lobby", "", {"alice"}, {1, 9}};
  s.read = 6;
  CHECK(lines_of(s, true) ==
        told{"[in #lobby with alice]", "[3 new in #lobby since you were here]"});
  CHECK(lines_of(s, false) == told{"[in #lobby with alice]"}); // a program
  CHECK(json_display().show(s, "lobby").at(0).text.ends_with(R"("read":6})"));
  for (const int read : {0, 9, 12}) {
    s.read = static_cast<std::uint64_t>(read);
    CHECK(lines_of(s, true) == told{"[in #lobby with alice]"});
  }
}
