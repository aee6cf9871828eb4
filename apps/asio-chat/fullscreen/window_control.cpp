#include "fullscreen/window_control.hpp"

#include "edit_buffer.hpp"
#include "fullscreen/window_display.hpp"
#include "paste.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "model/command_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace asio_chat::app {

window_control::window_control(chat_state& state, const clock& time, surroundings s)
    : state_(state)
    , time_(time)
    , around_(std::move(s))
    , unsent_(state)
    , commands_(state, time, bindings_, unsent_)
    , entry_({[this](const std::string& text) { enter(text); }, around_.end,
              [this](std::string_view before) {
                vocabulary words = around_.words();
                commands_.add_to(words);
                return complete(before, words);
              },
              [this](std::string_view line) { return may_keep(line); },
              [this](const std::string& line) {
                if (keeps_entered_ && state_.typed) state_.typed->remember(line);
              },
              [this](std::string_view line) { return secret_from(line); },
              [this](std::string_view line) {
                return around_.missing_secrets(commands_.expand(line));
              },
              [this](const std::string& line) {
                state_.all.follow(state_.all.current());
                take(read_literal_line(line));
              }},
             {[this](const std::string& remark) {
                state_.all.remark(log_line::kind::notice, without_brackets(remark),
                                  time_.wall_now());
              },
              [] {}, [this] { around_.redraw(); }}) {
  std::random_device source;
  ref_prefix_ = fmt::format("{:08x}{:08x}", source(), source());
  if (!state_.typed) return;
  state_.all.set_drafts(state_.typed->drafts());
}

bool window_control::may_keep(std::string_view line) const {
  const std::string whole = commands_.expand(line);
  const std::string_view later = window_commands::line_in(whole);
  return around_.may_keep(whole) && (later.empty() || may_keep(later));
}

std::size_t window_control::secret_from(std::string_view line) const {
  if (const std::string_view later = window_commands::line_in(line); !later.empty()) {
    const std::size_t secret = secret_from(later);
    return secret == later.npos ? line.npos
                                : static_cast<std::size_t>(later.data() - line.data()) + secret;
  }
  if (commands_.expand(line) == line) return around_.secret_from(line);
  // Which word of an alias becomes which argument is not known.
  return may_keep(line) ? line.npos : line.find_first_of(" \t\n");
}

window_control::~window_control() {
  *alive_ = false;
}

void window_control::define(const std::vector<std::string>& aliases) {
  for (const std::string& one : aliases)
    commands_.define(one);
}

void window_control::bind(const std::vector<std::string>& bindings) {
  for (const std::string& one : bindings)
    bindings_.bind(one);
}

void window_control::keep_entered() {
  keeps_entered_ = true;
  if (state_.typed) entry_.recall(state_.typed->entered());
}

// What is seen.

screen_state window_control::look() {
  screen_state s;
  if (around_.next_attempt) state_.connection.next_attempt = around_.next_attempt();
  s.connection = &state_.connection;
  const window& w = state_.all.current();
  if (w.what == window::kind::room) s.members = around_.members(w.name);
  if (s.members) {
    s.guests = around_.guests(w.name);
    s.displayed = &around_.displayed();
    s.away = &around_.away();
  }
  s.rooms_shown = rooms_shown_;
  s.members_shown = members_shown_;
  messages_.ignored = &state_.all.ignored();
  s.messages = messages_;
  s.prompt = entry_.prompt("> ");
  if (!pressed_) s.hint = "/help lists the commands, /keys the keys";
  s.typed = entry_.text();
  s.cursor = entry_.cursor();
  s.asked = asked_;
  s.found = hits_ ? &hits_->shown() : nullptr;
  return s;
}

canvas window_control::draw(std::size_t columns, std::size_t rows) {
  if (unkept_) keep_drafts();
  columns_ = columns;
  rows_ = rows;
  sync();
  return draw_screen(state_.all, look(), columns, rows);
}

/// A window may have been opened, closed or shown by what happened.
void window_control::sync() {
  restore();
  // The rest of a secret that is being typed must not go into another window's line.
  if (entry_.asks_secret()) return fetch();
  const window& w = state_.all.current();
  if (w.id != typing_in_) {
    change_text(w);
    if (w.what == window::kind::room) around_.look_at(w.name);
  }
  open_log(state_.all.current());
  tell_read();
  if (auto found = std::exchange(state_.found, std::nullopt)) hits_.emplace(*found, state_.all);
  go_on();
  fetch();
}

/// Each window's text keeps its cursor, and what can be undone in it.
void window_control::change_text(const window& to) {
  std::erase_if(put_down_, [this](const auto& t) { return !state_.all.find(t.first); });
  put_down_.insert_or_assign(typing_in_, entry_.typed());
  typing_in_ = to.id;
  auto known = put_down_.extract(to.id);
  if (known && known.mapped().text() == to.draft) {
    entry_.take_up(std::move(known.mapped()));
  } else {
    entry_.assign(to.draft);
  }
}

// The keys.

void window_control::press(const key& k) {
  pressed_ = true;
  const key_bindings::meaning meant = bindings_.of(k);
  // Any other key cancels the scrolling that waits for a page.
  if (meant.as.what != key::kind::page_up) owed_.reset();
  sync();
  if (entry_.asks_secret()) {
    is_control(k, U'L') ? around_.redraw() : entry_.press(k);
  } else if (!meant.line.empty()) {
    asked_.reset();
    hits_.reset();
    enter(meant.line);
  } else if (!meant.nothing) {
    press_meant(meant.as);
  }
  if (window* typed = state_.all.find(typing_in_)) typed->draft = entry_.draft();
  sync();
}

void window_control::press_meant(const key& k) {
  if (asked_) {
    answer(k);
  } else if (hits_) {
    choose(k);
  } else if (!press_for_windows(k)) {
    entry_.press(k);
  }
}

void window_control::edit() {
  if (!around_.edit) return;
  around_.edit(narrow(entry_.draft()),
               [this, alive = alive_, id = typing_in_,
                title = state_.all.current().title()](const std::string& text) {
                 if (!*alive) return;
                 window* w = state_.all.find(id);
                 if (!w) return state_.all.keep_draft(title, pasted_text(text));
                 w->draft = widen(pasted_text(text));
                 if (typing_in_ == id) entry_.assign(w->draft);
               });
}

/// Rows that a page scrolls by. To know how many there are, all that is typed is laid out.
std::ptrdiff_t window_control::page() {
  const std::size_t rows = message_area(look(), columns_, rows_).rows;
  return static_cast<std::ptrdiff_t>(std::max<std::size_t>(2, rows) - 1);
}

bool window_control::press_for_windows(const key& k) {
  window& w = state_.all.current();
  switch (k.what) {
  case key::kind::page_up:
    scroll_by(page());
    return true;
  case key::kind::page_down:
    scroll_by(-page());
    return true;
  case key::kind::alt_home:
    go_to_beginning();
    return true;
  case key::kind::alt_end:
    state_.all.follow(w);
    return true;
  case key::kind::alt_up:
    step(-1);
    return true;
  case key::kind::alt_down:
    step(1);
    return true;
  case key::kind::escape:
    return std::exchange(w.chosen, std::nullopt).has_value();
  case key::kind::meta:
    return press_meta(k.character);
  case key::kind::control:
    if (k.character != U'F' || !w.has_log()) return false;
    asked_ = question{question::kind::words};
    return true;
  default:
    return false;
  }
}

bool window_control::press_meta(char32_t c) {
  if (c >= U'0' && c <= U'9') {
    state_.all.show(c - U'0');
    return true;
  }
  switch (c) {
  case U'k':
    mark(-1);
    return true;
  case U'j':
    mark(1);
    return true;
  case U'e':
    edit();
    return true;
  case U's':
    send_again();
    return true;
  case U'a':
    state_.all.show_next_unread();
    return true;
  case U'g':
    asked_ = question{question::kind::window};
    return true;
  case U'r':
    rooms_shown_ = !rooms_shown_;
    return true;
  case U'm':
    members_shown_ = !members_shown_;
    return true;
  case U'p':
    messages_.presence = !messages_.presence;
    return true;
  default:
    return false;
  }
}

void window_control::step(std::ptrdiff_t windows) {
  const auto count = static_cast<std::ptrdiff_t>(state_.all.count());
  const auto next = (static_cast<std::ptrdiff_t>(state_.all.shown()) + windows + count) % count;
  state_.all.show(static_cast<std::size_t>(next));
}

} // namespace asio_chat::app
