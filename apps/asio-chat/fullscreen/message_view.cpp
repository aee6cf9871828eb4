#include "fullscreen/message_view.hpp"

#include "base/sanitize.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>

namespace asio_chat::app {

namespace {

constexpr std::size_t name_columns = 12;
constexpr std::size_t columns_for_names =
    50; ///< in a narrower window a name stands before its text

std::string local(wall_time t, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(t);
  std::tm when{};
  if (!::localtime_r(&seconds, &when)) return {};
  return fmt::format(fmt::runtime(format), when);
}

std::string day_of(wall_time t) {
  return local(t, "{:%A, %Y-%m-%d}");
}

cells separator(std::string_view text, std::size_t columns, style look) {
  cells row = cells_of_text("── ", look);
  for (const cell& c : cut_to_width(cells_of_text(text, look), columns > 4 ? columns - 4 : 1))
    row.push_back(c);
  row.push_back(cells_of_text(" ", look).front());
  const cell dash = cells_of_text("─", look).front();
  while (width_of(row) < columns)
    row.push_back(dash);
  return row;
}

void append(cells& to, const cells& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Its text only says that it was destroyed, as anybody's text could.
bool is_gone(const log_line& line) {
  return line.destroyed && !line.now.edited;
}

style look_of_text(const log_line& line, bool chosen) {
  if (chosen) return {role::chosen};
  switch (line.what) {
  case log_line::kind::message:
  case log_line::kind::action:
  case log_line::kind::topic:
    if (line.fate == log_line::state::refused) return {role::failed};
    if (line.fate == log_line::state::waiting || line.now.deleted || is_gone(line))
      return {role::faint};
    return {line.mentions ? role::mention : role::text};
  case log_line::kind::answer:
    return {role::text};
  case log_line::kind::gap:
    return {role::failed};
  case log_line::kind::presence:
  case log_line::kind::notice:
    return {role::faint};
  }
  return {};
}

style look_of_name(const log_line& line) {
  if (line.own) return {role::own_name};
  if (line.mentions) return {role::mention};
  return style_of_name(line.from);
}

/// What stands where the name of a message does. No member has one of these names.
cells sign_of(const log_line& line) {
  switch (line.what) {
  case log_line::kind::message:
    return cells_of_text(line.from, look_of_name(line));
  case log_line::kind::action:
    return cells_of_text("~ " + line.from, look_of_name(line));
  case log_line::kind::topic:
  case log_line::kind::answer:
    return cells_of_text("*", {role::faint});
  case log_line::kind::presence:
  case log_line::kind::notice:
  case log_line::kind::gap:
    return cells_of_text("·", {role::faint});
  }
  return {};
}

/// With what came later about it, or what it answers.
std::string folded_text(const log_line& line) {
  const log_line::folded& now = line.now;
  if (now.deleted) return "(deleted)";
  std::string text;
  if (!now.quote.empty()) text = fmt::format("> {}\n", now.quote);
  text += now.edited ? now.text : line.text;
  const bool edits = line.refers.how == entry_reference::kind::edit; // what is not held here
  if (now.edited || edits) text += " (edited)";
  if (now.pinned) text += " [pinned]";
  for (const log_line::reaction& r : now.reactions)
    text += r.by.size() == 1 ? fmt::format(" [{} {}]", r.sign, r.by.front())
                             : fmt::format(" [{} {}]", r.sign, r.by.size());
  return text;
}

std::string text_of(const log_line& line) {
  if (line.what == log_line::kind::presence) return presence_text(line);
  if (line.what == log_line::kind::topic) {
    return line.text.empty() ? line.from + " removed the topic"
                             : fmt::format("{} set the topic: {}", line.from, line.text);
  }
  if (line.fate == log_line::state::waiting) return line.text + " …";
  if (line.fate == log_line::state::refused)
    return fmt::format("{} [not sent: {}]", line.text, sanitize_for_terminal(line.why));
  return folded_text(line);
}

/// The time and the name, before the first row of a line and before the others. A row that
/// continues a line has a bar where no row of another member could have one.
struct margin {
  cells first;
  cells rest;
};

margin margin_of(const log_line& line, std::size_t columns) {
  const cells time = cells_of_text(
      line.time == wall_time() ? "      " : local(line.time, "{:%H:%M} "), {role::faint});
  const cells bar = cells_of_text(" │ ", {role::faint});
  const cells sign = cut_to_width(sign_of(line), name_columns);
  const bool has_author =
      line.what == log_line::kind::message || line.what == log_line::kind::action;
  margin m{time, {}};
  if (columns < columns_for_names) {
    append(m.first, sign);
    append(m.first, cells_of_text(has_author ? ": " : " ", {role::faint}));
    m.rest.assign(time.size() - std::min(time.size(), bar.size()), cell());
  } else {
    m.first.resize(time.size() + name_columns - width_of(sign));
    append(m.first, sign);
    append(m.first, bar);
    m.rest.resize(time.size() + name_columns);
  }
  append(m.rest, bar);
  return m;
}

std::size_t height_of(const window& w, message_log::number n, const area& where,
                      const message_style& how) {
  return rows_of(w, n, where.columns, how).size();
}

scroll_position place_of(const window& w) {
  const message_log::number last = w.log.end() - 1;
  if (!w.scrolled || w.scrolled->line > last) return {last, 0};
  if (w.scrolled->line < w.log.first()) return {w.log.first(), 0};
  return *w.scrolled;
}

/// So many rows are at that place and above it; stops counting at `enough`.
std::size_t rows_above(const window& w, const scroll_position& at, std::size_t enough,
                       const area& where, const message_style& how) {
  std::size_t rows = 0;
  for (auto n = at.line; n >= w.log.first() && rows < enough; --n) {
    const std::size_t all = height_of(w, n, where, how);
    rows += n == at.line ? all - std::min(all, at.hidden) : all;
  }
  return rows;
}

void go_up(const window& w, scroll_position& at, std::size_t rows, const area& where,
           const message_style& how) {
  at.hidden += rows;
  for (std::size_t all = height_of(w, at.line, where, how);
       at.hidden >= all && at.line > w.log.first(); all = height_of(w, at.line, where, how)) {
    at.hidden -= all;
    --at.line;
  }
  at.hidden = std::min(at.hidden, height_of(w, at.line, where, how));
}

/// @return false: there is nothing below any more
bool go_down(const window& w, scroll_position& at, std::size_t rows, const area& where,
             const message_style& how) {
  while (rows > at.hidden) {
    rows -= at.hidden;
    at.hidden = 0;
    if (at.line + 1 >= w.log.end()) return false;
    at.hidden = height_of(w, ++at.line, where, how);
  }
  at.hidden -= rows;
  return at.hidden > 0 || at.line + 1 < w.log.end();
}

using names_in_order = std::vector<std::string>;

void add_once(names_in_order& to, const std::string& name) {
  if (std::ranges::count(to, name) == 0) to.push_back(name);
}

} // namespace

std::string presence_text(const log_line& line) {
  if (!line.text.empty()) return line.text;
  constexpr std::size_t few = 3;
  // Who comes and goes several times is one.
  names_in_order both, joined, left;
  for (const std::string& name : line.joined)
    add_once(std::ranges::count(line.left, name) > 0 ? both : joined, name);
  for (const std::string& name : line.left)
    if (std::ranges::count(line.joined, name) == 0) add_once(left, name);
  const bool names = joined.size() + left.size() + both.size() <= few;
  std::string text;
  const auto say = [&](const names_in_order& who, const char* what) {
    if (who.empty()) return;
    const std::string them =
        names ? fmt::format("{}", fmt::join(who, ", ")) : fmt::format("{}", who.size());
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", them, what);
  };
  say(joined, "joined");
  say(both, "came and went");
  say(left, "left");
  return text;
}

std::vector<cells> rows_of(const window& w, message_log::number n, std::size_t columns,
                           const message_style& how) {
  const log_line& line = w.log.at(n);
  std::vector<cells> rows;
  const bool dated = line.time != wall_time() && !line.now.hidden;
  auto before_it = n;
  while (before_it > w.log.first() && w.log.at(before_it - 1).now.hidden)
    --before_it;
  if (dated &&
      (before_it == w.log.first() || day_of(line.time) != day_of(w.log.at(before_it - 1).time)))
    rows.push_back(separator(day_of(line.time), columns, {role::faint}));
  if (w.marker == n) rows.push_back(separator("new", columns, {role::marker}));
  if (line.now.hidden) return rows;
  if (line.what == log_line::kind::presence && !how.presence) return rows;
  if (line.is_said() && how.ignored && is_ignored(*how.ignored, line.from)) return rows;

  const margin m = margin_of(line, columns);
  const auto room_behind = [&](const cells& before) {
    return columns > width_of(before) ? columns - width_of(before) : 1;
  };
  // In a narrow window the name leaves less room in the first row than there is in the others.
  const std::size_t width = std::min(room_behind(m.first), room_behind(m.rest));
  const std::string text = text_of(line);
  const cells* before = &m.first;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const cells part = cells_of_text(std::string_view(text).substr(begin, end - begin),
                                     look_of_text(line, w.chosen == n));
    for (const auto& row : wrap(part, width)) {
      rows.push_back(*before);
      rows.back().insert(rows.back().end(), row.begin(), row.end());
      before = &m.rest;
    }
    begin = end + 1;
  }
  return rows;
}

void draw_messages(canvas& on, const area& where, const window& w, const message_style& how) {
  if (w.log.empty()) return;
  const scroll_position at = place_of(w);
  std::size_t left = where.rows;
  for (auto n = at.line; n >= w.log.first() && left > 0; --n) {
    std::vector<cells> rows = rows_of(w, n, where.columns, how);
    if (n == at.line) rows.resize(rows.size() - std::min(rows.size(), at.hidden));
    for (auto row = rows.rbegin(); row != rows.rend() && left > 0; ++row) {
      --left;
      on.put(where.row + left, where.column, where.column + where.columns, *row);
    }
  }
}

void scroll(window& w, std::ptrdiff_t rows, const area& where, const message_style& how) {
  if (w.log.empty()) return;
  scroll_position at = place_of(w);
  bool below = true;
  if (rows < 0) {
    below = go_down(w, at, static_cast<std::size_t>(-rows), where, how);
  } else {
    go_up(w, at, static_cast<std::size_t>(rows), where, how);
    const std::size_t above = rows_above(w, at, where.rows, where, how);
    if (above < where.rows) below = go_down(w, at, where.rows - above, where, how);
  }
  w.scrolled = at;
  if (!below && !w.log.cut()) w.scrolled.reset();
}

bool near_first(const window& w, const area& where, const message_style& how) {
  return w.log.empty() || rows_above(w, place_of(w), 2 * where.rows, where, how) < 2 * where.rows;
}

bool near_last(const window& w, const area& where, const message_style& how) {
  if (!w.log.cut()) return false;
  scroll_position at = place_of(w);
  return w.log.empty() || !go_down(w, at, where.rows, where, how);
}

std::size_t messages_below(const window& w) {
  if (!w.scrolled) return 0;
  std::size_t below = w.log.beyond();
  for (auto n = place_of(w).line + 1; n < w.log.end(); ++n)
    if (w.log.at(n).is_said()) ++below;
  return below;
}

} // namespace asio_chat::app
