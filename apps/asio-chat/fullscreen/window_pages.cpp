// Pages of a room's log: where one scrolls to, and what has to be asked for.
#include "fullscreen/window_control.hpp"

#include "room_focus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace asio_chat::app {

namespace {

/// Of a first page, which is held as a whole.
constexpr std::size_t max_first_page = 400;
/// PageUps that wait for lines to scroll to; a key that is held down must not lead further.
constexpr int max_owed = 20;
/// What was read already and stands above what is new.
constexpr std::size_t context = 20;

} // namespace

/// Shows what was said around an entry.
void window_control::jump(const std::string& room, position at) {
  const window* in = state_.all.find_log(room);
  if (!in) {
    return state_.all.remark(
        log_line::kind::notice,
        fmt::format("you are not in {}{} any more", is_direct_room(room) ? "" : "#", room),
        time_.wall_now());
  }
  state_.all.show_room(room);
  if (!fetching_.insert(in->id).second) {
    wanted_ = place{in->id, at}; // after the page that is on its way
    return;
  }
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

/// Goes where one wanted to while another page was on its way.
void window_control::go_on() {
  const window* w = wanted_ ? state_.all.find(wanted_->in) : nullptr;
  if (wanted_ && w && fetching_.contains(w->id)) return;
  const auto wanted = std::exchange(wanted_, std::nullopt);
  if (!w || w->id != state_.all.current().id) return;
  wanted->at ? jump(w->room(), *wanted->at) : go_to_beginning();
}

void window_control::go_to_beginning() {
  window& w = state_.all.current();
  w.trouble.clear();
  if (!w.older) return scroll_by(std::ptrdiff_t{1} << 30);
  if (!fetching_.insert(w.id).second) {
    wanted_ = place{w.id, std::nullopt};
    return;
  }
  around_.fetch(w.room(), {log_range::side::after, {w.counted.epoch, 0}, page_entries},
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

/// The next message in that direction that a command can be about, and where it can be seen.
void window_control::mark(std::ptrdiff_t direction) {
  window& w = state_.all.current();
  auto n = w.chosen.value_or(w.log.end());
  do
    n += direction;
  while (n >= w.log.first() && n < w.log.end() && !w.log.at(n).can_be_meant());
  if (n >= w.log.end()) return state_.all.follow(w);
  if (n < w.log.first()) return;
  w.chosen = n;
  const message_log::number below = page() / 2;
  if (w.scrolled || w.log.end() - n > below)
    w.scrolled = scroll_position{std::min(n + below, w.log.end() - 1), 0};
}

/// @return whether other lines are seen now
bool window_control::move(window& w, std::ptrdiff_t rows, const area& where) {
  const std::optional<scroll_position> before = w.scrolled;
  if (where.rows > 0) scroll(w, rows, where, messages_);
  return !before || !w.scrolled || before->line != w.scrolled->line ||
         before->hidden != w.scrolled->hidden;
}

void window_control::scroll_by(std::ptrdiff_t rows) {
  const area where = message_area(look(), columns_, rows_);
  window& w = state_.all.current();
  w.trouble.clear();
  const bool was_scrolled = w.scrolled.has_value();
  const bool moved = move(w, rows, where);
  if (was_scrolled && !w.scrolled) state_.all.follow(w); // one has come down to what is newest
  // The page that is on its way, or will be asked for now, brings the lines to scroll to.
  if (rows > 0 && !moved && w.older) {
    const int before = owed_ && owed_->in == w.id ? owed_->keys : 0;
    owed_ = {w.id, rows, std::min(before + 1, max_owed)};
  }
  // All that is held fits the screen.
  if (rows > 0 && !w.scrolled) w.refills = w.older;
}

/// As far as there are lines; the rest waits for the next page.
void window_control::pay(window& w) {
  if (!owed_ || owed_->in != w.id) return;
  const area where = message_area(look(), columns_, rows_);
  while (owed_->keys > 0 && w.scrolled && move(w, owed_->rows, where))
    --owed_->keys;
  if (owed_->keys == 0 || !w.older || !w.scrolled) owed_.reset();
}

/// Asks for a page of the log where the lines that are held end. Windows with something new get
/// theirs one after the other, so that it is known who is named there.
void window_control::fetch() {
  window& w = state_.all.current();
  if (w.has_log() && !fetching_.contains(w.id) && w.trouble.empty()) {
    if (w.older && w.refills) {
      fetch(w, true);
    } else if (w.scrolled) {
      const area where = message_area(look(), columns_, rows_);
      const bool up = w.older && near_first(w, where, messages_);
      if (up || near_last(w, where, messages_)) fetch(w, up);
    }
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
  around_.fetch(w.room(), part,
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
                    if (up) pay(*of);
                  }
                  around_.changed();
                });
}

} // namespace asio_chat::app
