// How far one has read, and pages of what was said before.
#include "fullscreen/windows.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::app {

/// Puts the marker where an earlier client has stopped to read, once that place is held.
void windows::mark_new(window& w) {
  if (!w.marks) return;
  const auto is_new = [&](message_log::number n) {
    const position at = w.log.at(n).at;
    return at.offset > 0 && (at.epoch != w.marks->epoch || at > *w.marks);
  };
  auto n = w.log.first();
  while (n < w.log.end() && !is_new(n))
    ++n;
  if (n == w.log.end()) return;
  const position first = w.log.at(n).at;
  const bool follows = first.epoch == w.marks->epoch && first.offset == w.marks->offset + 1;
  const bool after_what_was_read = w.log.oldest() < first;
  if (!follows && !after_what_was_read && w.older) return; // it is further up
  w.marker = n;
  w.marks.reset();
}

/// One who looks at what is newest has read it.
void windows::has_read(window& w) {
  if (&w != &current() || w.scrolled) return;
  w.unread = w.mentions = 0;
  if (!w.has_log()) return;
  const position last = std::max(w.log.last_heard(), w.counted);
  if (last.epoch != w.read.epoch || last > w.read) w.read = last;
}

/// By an earlier client here, or over whatever connection of the account; none: it is not known,
/// and nothing is new.
std::optional<position> windows::read_before(const room_state& s) {
  std::optional<position> read;
  if (const auto earlier = read_.extract(s.room)) {
    // Another epoch is another log, of which nothing was read.
    const bool same = earlier.mapped().epoch == s.head.epoch;
    read = same ? earlier.mapped() : position{s.head.epoch, 0};
  }
  if (s.read > 0 && (!read || read->offset < s.read)) read = position{s.head.epoch, s.read};
  return read;
}

/// Another connection of the account has read that far, which may be more than has come here.
void windows::read_elsewhere(window& w, std::uint64_t until) {
  const position last = std::max(w.log.last_heard(), w.counted);
  if (until <= w.read.offset || !w.has_log()) return;
  w.read = {std::max(w.read.epoch, last.epoch), until};
  const std::uint64_t left = until < last.offset ? last.offset - until : 0;
  w.unread = std::min<std::size_t>(w.unread, left);
  w.mentions = std::min(w.mentions, w.unread);
  if (&w == &current()) return; // the person sees where it began to be new here
  w.marker.reset();
  w.marks.reset();
  if (w.unread == 0) return;
  w.marks = w.read;
  mark_new(w);
}

bool windows::take_read(const reply& r) {
  if (r.command != "read" || !r.ref.empty() || !r.lines.empty()) return false;
  for (const read_place& p : read_places_in(r))
    if (window* w = find_log(p.room)) read_elsewhere(*w, p.offset);
  return true;
}

std::map<std::string, position> windows::read_positions() const {
  std::map<std::string, position> read = read_;
  for (const auto& w : all_)
    if (w->what == window::kind::room && w->read.epoch != 0) read[w->name] = w->read;
  return read;
}

std::vector<log_line> windows::lines_of(const history_page& page) const {
  std::vector<log_line> lines;
  for (const entry& e : page.entries)
    lines.push_back(line_of(e));
  return lines;
}

void windows::older(window& of, const history_page& page) {
  std::vector<log_line> lines = lines_of(page);
  // What came while the page was on its way may be in it as well.
  const position first = of.log.oldest();
  std::erase_if(lines, [&](const log_line& l) {
    return first.offset > 0 && l.at.epoch == first.epoch && l.at >= first;
  });
  if (&of != &current()) {
    of.mentions += static_cast<std::size_t>(std::ranges::count_if(lines, [&](const log_line& l) {
      return l.mentions && l.at > of.read && !is_ignored(ignored_, l.from);
    }));
  }
  of.older = page.earlier && !page.another_log && !lines.empty();
  if (page.gap || page.another_log) {
    const wall_time when = lines.empty() ? wall_time() : lines.front().time;
    lines.insert(lines.begin(),
                 {log_line::kind::gap, when, {}, "older messages are no longer kept"});
  }
  of.log.prepend(std::move(lines));
  mark_new(of);
  has_read(of);
}

void windows::newer(window& of, const history_page& page) {
  const position oldest = of.log.oldest();
  of.log.resume(lines_of(page), !page.more);
  if (of.log.oldest() != oldest) of.older = true; // lines that made room for new ones
}

void windows::around(window& of, const history_page& page, position at) {
  of.log.replace(lines_of(page), page.more);
  of.older = page.earlier;
  of.refills = false;
  of.marker.reset();
  of.chosen.reset();
  for (auto n = of.log.first(); n < of.log.end(); ++n)
    if (of.log.at(n).at == at) of.chosen = n;
  of.scrolled = scroll_position{of.chosen.value_or(of.log.end() - 1), 0};
}

void windows::follow(window& w) {
  w.scrolled.reset();
  w.chosen.reset();
  has_read(w);
  if (!w.log.cut()) return;
  w.log.clear();
  w.older = w.refills = true;
}

} // namespace asio_chat::app
