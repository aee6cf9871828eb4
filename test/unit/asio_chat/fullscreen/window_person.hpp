// The windows of a client as one person uses them, with an answer of the server when the test says.
#pragma once

#include "fullscreen/window_control.hpp"
#include "fullscreen/window_display.hpp"

#include "testing/manual_clock.hpp"

#include <asio_chat/event.hpp>

#include <fmt/format.h>

#include <chrono>
#include <clocale>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::app {

struct window_person {
  testing::manual_clock time;
  typed_journal* journal = nullptr;
  chat_state state{windows("example"), journal};
  std::vector<typed_line> entered;
  std::vector<std::string> looked_at;
  std::vector<log_range> asked;
  window_control::page_handler answer;
  std::vector<std::string> opened;      ///< members of whom it was asked whether that is kept
  std::function<void(bool in)> is_kept; ///< answers
  std::vector<std::string> read;        ///< what the server was told
  bool keeps_others = false;            ///< else all others are guests
  bool ended = false;
  bool editor_stays = false;         ///< until the test ends it
  std::function<void()> editor_ends; ///< with what it has made of the text
  int redrawn = 0;
  int laid_out = 0; ///< the whole screen, of a room
  int calls = 0;
  window_control control{
      state,
      time,
      {.read = [](const std::string& text) { return read_typed_line(text, true); },
       .enter = [this](typed_line line) { entered.push_back(std::move(line)); },
       .end = [this] { ended = true; },
       .words =
           [] {
             return vocabulary{{"who"}, {"alice"}, {"den"}};
           },
       .may_keep = [](std::string_view line) { return !line.starts_with("/secret "); },
       .secret_from =
           [](std::string_view line) { return line.starts_with("/secret ") ? 8 : line.npos; },
       .missing_secrets =
           [](std::string_view line) {
             return line == "/secret" ? std::vector<missing_secret>{{"WORD"}}
                                      : std::vector<missing_secret>{};
           },
       .look_at = [this](const std::string& room) { looked_at.push_back(room); },
       .members = [this](const std::string&) -> const std::set<std::string>* {
         ++laid_out;
         return nullptr;
       },
       .guests = [](const std::string&) -> const std::set<std::string>* { return nullptr; },
       .displayed = {},
       .away = {},
       .fetch =
           [this](const std::string&, log_range part, window_control::page_handler done) {
             asked.push_back(part);
             answer = std::move(done);
           },
       .open_log =
           [this](const std::string& name, std::function<void(bool)> done) {
             opened.push_back(name);
             is_kept = std::move(done);
             if (!keeps_others) is_kept(false);
           },
       .has_read =
           [this](const std::string& room, std::uint64_t offset) {
             read.push_back(fmt::format("{} {}", room, offset));
           },
       .next_attempt = [this] { return next_attempt; },
       .changed = [] {},
       .redraw = [this] { ++redrawn; },
       .edit =
           [this](const std::string& text, const std::function<void(const std::string&)>& done) {
             editor_ends = [text, done] { done(text + "\r\nfrom the editor\n\n"); };
             if (!editor_stays) editor_ends();
           }}};
  std::optional<std::chrono::milliseconds> next_attempt{};
  window_display news{state,
                      time,
                      "example:8443",
                      true,
                      {[] {}, [this](const std::string&, const std::string&) { ++calls; }}};

  explicit window_person(typed_journal* kept = nullptr, std::chrono::hours later = {})
      : journal(kept) {
    time.advance(later);
    std::setlocale(LC_CTYPE, "C.UTF-8");
    connected c;
    c.name = "alice";
    c.tls.version = "TLSv1.3";
    news.show(c, "");
    enter_room("lobby");
    enter_room("den");
    screen();
  }
  void enter_room(const std::string& name, std::uint64_t head = 0) {
    room_state s;
    s.room = name;
    s.head = {1, head};
    news.show(s, "");
  }
  void said(const std::string& room, const std::string& text, std::uint64_t offset) {
    entry e;
    e.room = room;
    e.from = "bob";
    e.text = text;
    e.at = {1, offset};
    news.show(e, "");
  }
  void type(std::string_view text) {
    for (const char c : text)
      control.press({key::kind::character, static_cast<char32_t>(c)});
  }
  void enter(std::string_view text) {
    type(text);
    control.press({key::kind::control, U'M'});
  }
  void meta(char32_t c) { control.press({key::kind::meta, c}); }
  std::string screen() {
    const canvas on = control.draw(80, 10);
    std::string all;
    for (std::size_t row = 0; row < on.rows(); ++row)
      all += on.text_of(row) + "\n";
    return all;
  }
  bool sees(std::string_view text) { return screen().find(text) != std::string::npos; }
  const log_line& last() { return state.all.current().log.at(state.all.current().log.end() - 1); }
};

} // namespace asio_chat::app
