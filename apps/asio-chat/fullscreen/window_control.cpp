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

namespace {

/// Of a first page, which is held as a whole.
constexpr std::size_t max_first_page = 400;
/// What was read already and stands above what is new.
constexpr std::size_t context = 20;

bool is_control(const key& k, char32_t c) {
  return k.what == key::kind::control && k.character == c;
}

} // namespace

window_control::window_control(chat_state& state, const clock& time, surroundings s)
    : state_(state)
    , time_(time)
    , around_(std::move(s))
    , commands_(state, time, bindings_)
    , entry_({[this](const std::string& text) { enter(text); }, around_.end,
              [this](std::string_view before) {
                vocabulary words = around_.words();
                commands_.add_to(words);
                return complete(before, words);
              },
              [this](std::string_view line) { return around_.may_keep(commands_.expand(line)); },
              [this](const std::string& line) {
                if (keeps_entered_ && state_.typed) state_.typed->remember(line);
              },
              [this](std::string_view line) { return secret_from(line); }},
             {[this](const std::string& remark) {
                state_.all.remark(log_line::kind::notice, without_brackets(remark),
                                  time_.wall_now());
              },
              [] {}, [this] { around_.redraw(); }}) {
  std::random_device source;
  ref_prefix_ = fmt::format("{:08x}{:08x}", source(), source());
  if (!state_.typed) return;
  unrestored_ = state_.typed->lines();
  state_.all.set_drafts(state_.typed->drafts());
}

std::size_t window_control::secret_from(std::string_view line) const {
  const std::string whole = commands_.expand(line);
  if (whole == line) return around_.secret_from(line);
  // Which word of an alias becomes which argument is not known.
  return around_.may_keep(whole) ? line.npos : line.find_first_of(" \t\n");
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
  s.connection = &state_.connection;
  const window& w = state_.all.current();
  if (w.what == window::kind::room) s.members = around_.members(w.name);
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
  columns_ = columns;
  rows_ = rows;
  sync();
  return draw_screen(state_.all, look(), columns, rows);
}

/// A window may have been opened, closed or shown by what happened.
void window_control::sync() {
  restore();
  const window& w = state_.all.current();
  if (w.id != std::exchange(typing_in_, w.id)) {
    entry_.assign(w.draft);
    if (w.what == window::kind::room) around_.look_at(w.name);
  }
  if (auto found = std::exchange(state_.found, std::nullopt)) hits_.emplace(*found, state_.all);
  fetch();
}

// The keys.

void window_control::press(const key& k) {
  pressed_ = true;
  sync();
  const key_bindings::meaning meant = bindings_.of(k);
  if (!meant.line.empty()) {
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
               [this, alive = alive_, id = typing_in_](const std::string& text) {
                 window* w = *alive ? state_.all.find(id) : nullptr;
                 if (!w) return;
                 w->draft = widen(pasted_text(text));
                 if (typing_in_ == id) entry_.assign(w->draft);
               });
}

bool window_control::press_for_windows(const key& k) {
  window& w = state_.all.current();
  const auto page = static_cast<std::ptrdiff_t>(
      std::max<std::size_t>(2, message_area(look(), columns_, rows_).rows) - 1);
  switch (k.what) {
  case key::kind::page_up:
    scroll_by(page);
    return true;
  case key::kind::page_down:
    scroll_by(-page);
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
  case key::kind::meta:
    return press_meta(k.character);
  case key::kind::control:
    if (k.character != U'F' || w.what != window::kind::room) return false;
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

void window_control::answer(const key& k) {
  if (k.what == key::kind::character) {
    asked_->text += narrow({&k.character, 1});
  } else if (is_control(k, U'?') || is_control(k, U'H')) {
    std::u32string text = widen(asked_->text);
    if (!text.empty()) text.pop_back();
    asked_->text = narrow(text);
  } else if (is_control(k, U'M') || is_control(k, U'J')) {
    answered(*std::exchange(asked_, std::nullopt));
  } else {
    asked_.reset();
  }
}

void window_control::answered(const question& q) {
  if (q.what == question::kind::window) {
    const auto found = state_.all.named_like(q.text);
    if (!found.empty()) state_.all.show(found.front());
  } else if (!is_blank(q.text)) {
    around_.enter({intent::command, "/search " + q.text, state_.all.current().name});
  }
}

void window_control::choose(const key& k) {
  if (k.what == key::kind::up || k.what == key::kind::page_up) {
    hits_->move(k.what == key::kind::up ? -1 : -10);
  } else if (k.what == key::kind::down || k.what == key::kind::page_down) {
    hits_->move(k.what == key::kind::down ? 1 : 10);
  } else if (is_control(k, U'M') || is_control(k, U'J')) {
    jump(hits_->room(), hits_->chosen());
    hits_.reset();
  } else {
    hits_.reset();
  }
}

/// Shows what was said around an entry.
void window_control::jump(const std::string& room, position at) {
  const window* in = state_.all.find(window::kind::room, room);
  if (!in || !fetching_.insert(in->id).second) return;
  around_.fetch(
      room, {log_range::side::around, at, page_entries},
      [this, alive = alive_, id = in->id, at](const error_code& e, const history_page& p) {
        if (!*alive) return;
        fetching_.erase(id);
        window* of = state_.all.find(id);
        if (!of) return;
        if (e || p.entries.empty()) {
          state_.all.remark(log_line::kind::notice,
                            fmt::format("this place cannot be shown: {}",
                                        e ? e.message() : "it is no longer kept"),
                            time_.wall_now());
        } else {
          state_.all.around(*of, p, at);
          const area where = message_area(look(), columns_, rows_);
          scroll(*of, -static_cast<std::ptrdiff_t>(where.rows / 2), where, messages_);
        }
        around_.changed();
      });
}

void window_control::go_to_beginning() {
  window& w = state_.all.current();
  w.trouble.clear();
  if (!w.older) return scroll_by(std::ptrdiff_t{1} << 30);
  if (!fetching_.insert(w.id).second) return;
  around_.fetch(w.name, {log_range::side::after, {w.counted.epoch, 0}, page_entries},
                [this, alive = alive_, id = w.id](const error_code& e, const history_page& p) {
                  if (!*alive) return;
                  fetching_.erase(id);
                  window* of = state_.all.find(id);
                  if (!of) return;
                  if (e) {
                    of->trouble = e.message();
                  } else if (!p.entries.empty()) {
                    state_.all.around(*of, p, {});
                    const area where = message_area(look(), columns_, rows_);
                    scroll(*of, std::ptrdiff_t{1} << 30, where, messages_);
                  }
                  around_.changed();
                });
}

void window_control::scroll_by(std::ptrdiff_t rows) {
  const area where = message_area(look(), columns_, rows_);
  window& w = state_.all.current();
  w.trouble.clear();
  if (where.rows > 0) scroll(w, rows, where, messages_);
  // All that is held fits the screen.
  if (rows > 0 && !w.scrolled) w.refills = w.older;
}

void window_control::step(std::ptrdiff_t windows) {
  const auto count = static_cast<std::ptrdiff_t>(state_.all.count());
  const auto next = (static_cast<std::ptrdiff_t>(state_.all.shown()) + windows + count) % count;
  state_.all.show(static_cast<std::size_t>(next));
}

/// Asks for a page of the log where the lines that are held end. Windows with something new get
/// theirs one after the other, so that it is known who is named there.
void window_control::fetch() {
  window& w = state_.all.current();
  if (w.what == window::kind::room && !fetching_.contains(w.id) && w.trouble.empty()) {
    const area where = message_area(look(), columns_, rows_);
    const bool up = w.older && (w.refills || (w.scrolled && near_first(w, where, messages_)));
    if (up || (w.scrolled && near_last(w, where, messages_))) fetch(w, up);
  }
  for (std::size_t n = 1; n < state_.all.count() && fetching_.empty(); ++n)
    if (window& other = state_.all.at(n);
        other.refills && other.unread > 0 && other.trouble.empty())
      fetch(other, true);
}

void window_control::fetch(window& w, bool up) {
  std::size_t entries = page_entries;
  if (!std::exchange(w.begun, true)) {
    const std::size_t news = w.marks ? w.counted.offset - w.marks->offset + context : 0;
    entries = std::min(std::max(first_page_, news), max_first_page);
  }
  const bool refills = std::exchange(w.refills, false);
  if (entries == 0) return;
  fetching_.insert(w.id);
  const log_range part{up ? log_range::side::before : log_range::side::after,
                       up ? w.log.oldest() : w.log.newest(), entries};
  around_.fetch(w.name, part,
                [this, alive = alive_, id = w.id, made_for = w.log.generation(), up,
                 refills](const error_code& e, const history_page& p) {
                  if (!*alive) return;
                  fetching_.erase(id);
                  window* of = state_.all.find(id);
                  if (!of) return;
                  if (e) {
                    of->trouble = e.message();
                    of->refills = of->refills || refills;
                  } else if (of->log.generation() == made_for) {
                    up ? state_.all.older(*of, p) : state_.all.newer(*of, p);
                  }
                  around_.changed();
                });
}

} // namespace asio_chat::app
