#include "fullscreen/screen_view.hpp"

#include "edit_buffer.hpp"
#include "typed_view.hpp"

#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string_view>

namespace asio_chat::app {

namespace {

constexpr std::size_t rooms_columns = 16;
constexpr std::size_t members_columns = 13;
constexpr std::size_t between = 2; ///< a line and a blank
constexpr std::size_t columns_for_rooms = 60;
constexpr std::size_t columns_for_members = 76;

struct plan {
  area rooms, messages, members;
  typed_rows typed;
  std::size_t status_row = 0;
  std::size_t typed_row = 0;
};

plan plan_of(const screen_state& s, std::size_t columns, std::size_t rows) {
  plan p;
  const std::size_t most = std::max<std::size_t>(1, rows / 3);
  if (s.asked) {
    const std::u32string text = widen(s.asked->text);
    p.typed = lay_out(s.asked->what == question::kind::window ? "go to: " : "search: ", text,
                      text.size(), columns, most);
  } else {
    p.typed = lay_out(s.prompt, s.typed, s.cursor, columns, most);
  }
  const std::size_t typed_rows = std::min(p.typed.rows.size(), rows);
  p.typed_row = rows - typed_rows;
  p.status_row = p.typed_row > 0 ? p.typed_row - 1 : 0;
  const std::size_t middle = p.status_row > 1 ? p.status_row - 1 : 0;
  p.messages = {1, 0, columns, middle};
  if (s.rooms_shown && columns >= columns_for_rooms) {
    p.rooms = {1, 0, rooms_columns, middle};
    p.messages.column = rooms_columns + between;
    p.messages.columns -= rooms_columns + between;
  }
  if (s.members_shown && s.members && columns >= columns_for_members) {
    p.members = {1, columns - members_columns, members_columns, middle};
    p.messages.columns -= members_columns + between;
  }
  return p;
}

void draw_bar(canvas& on, std::size_t row, const cells& text) {
  cell blank;
  blank.look = {role::bar};
  on.fill(row, 0, on.columns(), blank);
  on.put(row, 0, on.columns(), cut_to_width(text, on.columns()));
}

void add(cells& to, std::string_view text, role look) {
  const cells more = cells_of_text(text, {look});
  to.insert(to.end(), more.begin(), more.end());
}

role look_of(const windows& all, std::size_t n) {
  if (n == all.shown()) return role::room_shown;
  if (all.at(n).mentions > 0) return role::room_mention;
  return all.at(n).unread > 0 ? role::room_unread : role::room;
}

/// The first window in the list. The one that is shown is always in sight.
std::size_t first_listed(const area& where, const windows& all) {
  return all.shown() < where.rows ? 0 : all.shown() - where.rows + 1;
}

void draw_rooms(canvas& on, const area& where, const windows& all) {
  const cell line = cells_of_text("│", {role::faint}).front();
  const std::size_t first = first_listed(where, all);
  for (std::size_t row = 0; row < where.rows; ++row) {
    on.fill(where.row + row, where.column + where.columns, where.column + where.columns + 1, line);
    const std::size_t n = first + row;
    if (n >= all.count()) continue;
    const window& w = all.at(n);
    const role look = look_of(all, n);
    cells count;
    if (w.mentions > 0) add(count, fmt::format(" {}!", w.mentions), look);
    if (w.unread > w.mentions) add(count, fmt::format(" {}", w.unread), look);
    const std::size_t room = where.columns - std::min(where.columns, width_of(count));
    const cells name =
        cells_of_text(n < 10 ? fmt::format("{} {}", n, w.title()) : "  " + w.title(), {look});
    cell blank;
    blank.look = {look};
    on.fill(where.row + row, where.column, where.column + where.columns, blank);
    on.put(where.row + row, where.column, where.column + room, cut_to_width(name, room));
    on.put(where.row + row, where.column + room, where.column + where.columns, count);
  }
}

/// A guest's name is shown with `?` before it, which no name begins with: nobody has proved it. The
/// displayed name of an account comes after its name, in quotes, so that nobody mistakes it for
/// one. A long name is cut, so that `(away)` behind it is seen.
cells cells_of_member(const std::string& name, bool guest, bool away, std::string_view displayed,
                      std::size_t columns) {
  cells shown = guest ? cells_of_text("?", {role::faint}) : cells();
  const auto add = [&shown](cells more) { std::ranges::move(more, std::back_inserter(shown)); };
  add(cells_of_text(name, style_of_name(name)));
  if (away) {
    const cells mark = cells_of_text(" (away)", {role::faint});
    shown = cut_to_width(std::move(shown), columns - std::min(columns - 1, mark.size()));
    add(mark);
  }
  if (!displayed.empty())
    add(cells_of_text(fmt::format(" \"{}\"", sanitize_for_terminal(displayed)), {role::faint}));
  return shown;
}

void draw_members(canvas& on, const area& where, const std::set<std::string>& names,
                  const screen_state& s) {
  const cell line = cells_of_text("│", {role::faint}).front();
  auto name = names.begin();
  std::size_t left = names.size();
  for (std::size_t row = 0; row < where.rows; ++row) {
    on.fill(where.row + row, where.column - between, where.column - between + 1, line);
    if (name == names.end()) continue;
    const bool more = row + 1 == where.rows && left > 1;
    const cells shown =
        more ? cells_of_text(fmt::format("{} more", left), {role::faint})
             : cells_of_member(*name, s.guests && s.guests->contains(*name),
                               s.away && !s.away->of(*name).empty(),
                               s.displayed ? s.displayed->of(*name) : std::string_view(),
                               where.columns);
    on.put(where.row + row, where.column, where.column + where.columns,
           cut_to_width(shown, where.columns));
    ++name;
    --left;
  }
}

/// What is new in the windows that are not in the list, those that name the person first.
std::string unread_elsewhere(const windows& all, const area& list) {
  const std::size_t first = first_listed(list, all);
  std::string naming;
  std::string others;
  for (std::size_t n = 0; n < all.count(); ++n) {
    const window& w = all.at(n);
    const bool listed = list.columns > 0 && n >= first && n < first + list.rows;
    if (listed || n == all.shown() || w.unread == 0) continue;
    const std::string name = n < 10 ? std::to_string(n) : w.title();
    (w.mentions > 0 ? naming : others) +=
        fmt::format(" {}:{}{}", name, w.unread, w.mentions > 0 ? "!" : "");
  }
  return naming + others;
}

/// First what a person can wait for, or do: a long reason does not fit.
std::string words_of_lost(const connection_state& c) {
  std::string next;
  if (c.next_attempt)
    next = fmt::format("; next attempt in {} s, or at once by /reconnect",
                       std::chrono::ceil<std::chrono::seconds>(*c.next_attempt).count());
  else if (c.comes_back)
    next = "; connecting...";
  return fmt::format(" not connected{}: {} ", next, sanitize_for_terminal(c.trouble));
}

void add_connection(cells& to, const connection_state& c) {
  constexpr std::chrono::milliseconds worth_telling{300};
  if (!c.trouble.empty()) return add(to, words_of_lost(c), role::bar_alert);
  add(to, " " + c.protection, role::bar);
  if (!c.verified) add(to, " NAME NOT VERIFIED", role::bar_alert);
  if (c.lag && *c.lag >= worth_telling)
    add(to, fmt::format("  lag {:.1f} s", static_cast<double>(c.lag->count()) / 1000.0), role::bar);
}

/// The windows that the typed part names, from the one on that Enter shows.
cells found_by(const windows& all, const question& q) {
  cells line;
  std::vector<std::size_t> named = all.named_like(q.text);
  if (q.choice < named.size())
    std::ranges::rotate(named, named.begin() + static_cast<std::ptrdiff_t>(q.choice));
  for (const std::size_t n : named)
    add(line, fmt::format(" {} {} ", n, all.at(n).title()),
        line.empty() ? role::bar_alert : role::bar);
  if (line.empty()) add(line, " no window is named like this", role::bar);
  add(line, named.size() > 1 ? "  Tab goes on, Esc back" : "  Esc goes back", role::bar);
  return line;
}

cells status_of(const windows& all, const screen_state& s, const area& list) {
  if (s.asked && s.asked->what == question::kind::window) return found_by(all, *s.asked);
  const window& w = all.current();
  cells line;
  if (s.found || s.asked) {
    if (!s.connection->trouble.empty()) add_connection(line, *s.connection);
    add(line,
        s.found ? " Enter goes there, Up and Down choose, Esc goes back"
                : " words that were said here, from:NAME, after:DATE, before:DATE; Esc goes back",
        role::bar_alert);
    return line;
  }
  if (const std::size_t below = messages_below(w); below > 0) {
    add(line, fmt::format(" {} below ", below), role::bar_alert);
  } else if (w.scrolled) {
    add(line, " scrolled up ", role::bar_alert);
  }
  if (!w.trouble.empty()) {
    add(line,
        fmt::format(" older messages did not come: {}; PageUp asks again ",
                    sanitize_for_terminal(w.trouble)),
        role::bar_alert);
  }
  add_connection(line, *s.connection);
  if (s.members && w.what == window::kind::room)
    add(line, fmt::format("  {} here", s.members->size()), role::bar);
  if (!s.messages.presence && w.presence > 0)
    add(line, fmt::format("  {} joins and leaves hidden", w.presence), role::bar);
  if (const std::string unread = unread_elsewhere(all, list); !unread.empty())
    add(line, "  new" + unread, role::bar_alert);
  return line;
}

void draw_typed(canvas& on, std::size_t first, const typed_rows& typed) {
  for (std::size_t row = 0; row < typed.rows.size(); ++row) {
    std::string text;
    for (const typed_rows::cell& c : typed.rows[row])
      text += c.bytes;
    on.put(first + row, 0, on.columns(), cells_of_text(text, {role::text}));
  }
  on.cursor_row = std::min(first + typed.cursor_row, on.rows() - 1);
  on.cursor_column = std::min(typed.cursor_column, on.columns() - 1);
}

} // namespace

std::optional<std::chrono::milliseconds> next_change(const connection_state& c) {
  using std::chrono::milliseconds;
  constexpr milliseconds second{1'000};
  constexpr milliseconds soon{250}; // an attempt may fail and tell nothing new
  if (c.trouble.empty() || !c.comes_back) return {};
  if (!c.next_attempt) return soon;
  return std::max(*c.next_attempt % second, milliseconds(0)) + milliseconds(1);
}

area message_area(const screen_state& s, std::size_t columns, std::size_t rows) {
  return plan_of(s, columns, rows).messages;
}

canvas draw_screen(const windows& all, const screen_state& s, std::size_t columns,
                   std::size_t rows) {
  canvas on(std::max<std::size_t>(columns, 2), std::max<std::size_t>(rows, 1));
  const plan p = plan_of(s, on.columns(), on.rows());
  const window& w = s.found ? *s.found : all.current();
  draw_messages(on, p.messages, w, s.messages);
  if (p.rooms.columns > 0) draw_rooms(on, p.rooms, all);
  if (p.members.columns > 0) draw_members(on, p.members, *s.members, s);
  if (p.status_row > 0) {
    cells title;
    add(title, " " + w.title(), role::bar_title);
    if (!w.topic.empty()) add(title, "  " + w.topic, role::bar);
    draw_bar(on, 0, title);
    draw_bar(on, p.status_row, status_of(all, s, p.rooms));
  }
  draw_typed(on, p.typed_row, p.typed);
  if (s.typed.empty() && !s.asked)
    on.put(p.typed_row, on.cursor_column, on.columns(), cells_of_text(s.hint, {role::faint}));
  return on;
}

} // namespace asio_chat::app
