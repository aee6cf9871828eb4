#include "text_display.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "model/command_text.hpp"
#include "model/names.hpp"
#include "room_focus.hpp"
#include "wire/reply_lines.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ctime>

namespace asio_chat::app {

namespace {

using kind = shown_line::kind;
using lines = std::vector<shown_line>;

/// One line for each line of the text, with the author before it, so that no member can write a
/// line that looks like another member's.
lines said(const std::string& before, std::string_view text, std::string_view after = {}) {
  lines all;
  while (true) {
    const auto end = text.find('\n');
    const std::string line = sanitize_for_terminal(text.substr(0, end));
    all.push_back({kind::chat, fmt::format("{}{}{}", before, line, after)});
    if (end == std::string_view::npos) return all;
    text.remove_prefix(end + 1);
  }
}

/// Whether an answer has entries, with their times.
bool has_times(const reply& r) {
  return r.as<answers::log>() != nullptr || r.as<answers::found>() != nullptr;
}

struct text_of {
  std::string_view room;
  time_format format;
  const std::string& server;
  bool name_verified;
  bool with_address;
  wall_time now;
  const said_entries& before;

  /// Empty for the current room, and before there is one: who joins is told of others who do.
  std::string in(const std::string& where) const {
    return where == room || room.empty() ? std::string() : title_of_room(where) + " ";
  }

  lines operator()(const entry& e) const {
    const std::string address = with_address && !e.address.empty()
                                    ? fmt::format("{}: ", sanitize_for_terminal(e.address))
                                    : std::string();
    const std::string head = stamp(e.time, format) + in(e.room) + address;
    const std::string from = sanitize_for_terminal(e.from);
    switch (e.kind) {
    case entry_kind::message:
      return said(fmt::format("{}{}{}: ", head, from, before.note(e)), e.text);
    case entry_kind::destroyed: // as no text of a member can look
      return said(fmt::format("{}* {}{}: ", head, from, before.note(e)), e.text, " *");
    case entry_kind::action:
      // The colon tells it from what only the server says: `* alice is now known as bob *`.
      return said(fmt::format("{}~ {}{}: ", head, from, before.note(e)), e.text);
    case entry_kind::topic:
      if (e.text.empty()) {
        return said(fmt::format("{}* {} removed the topic", head, from), "", " *");
      }
      return said(fmt::format("{}* {} set the topic: ", head, from), e.text, " *");
    }
    return {};
  }
  lines operator()(const member_joined& m) const {
    return said(in(m.room), fmt::format("* {} joined *", sanitize_for_terminal(m.name)));
  }
  lines operator()(const member_left& m) const {
    return said(in(m.room), fmt::format("* {} left *", sanitize_for_terminal(m.name)));
  }
  lines operator()(const member_renamed& m) const {
    return said(in(m.room), fmt::format("* {} is now known as {} *", sanitize_for_terminal(m.from),
                                        sanitize_for_terminal(m.to)));
  }
  lines operator()(const direct_message& m) const {
    if (m.from == name_of_server) return said(stamp(m.time, format) + "* ", m.text, " *");
    return said(
        fmt::format("{}[private] {}: ", stamp(m.time, format), sanitize_for_terminal(m.from)),
        m.text);
  }
  lines operator()(const reply& r) const {
    const std::vector<std::string> texts = lines_of_answer(r, now, format);
    // A list is easier to read without a star after each line.
    const char* end = texts.size() == 1 ? " *" : "";
    lines all;
    for (const std::string& line : texts)
      all.push_back({kind::chat, fmt::format("* {}{}", sanitize_for_terminal(line), end)});
    return all;
  }
  lines operator()(const room_state& s) const {
    std::vector<std::string> names;
    for (const std::string& name : s.members)
      names.push_back(sanitize_for_terminal(name));
    lines all{{kind::notice,
               fmt::format("[in {} with {}]", title_of_room(s.room), fmt::join(names, ", "))}};
    if (!s.topic.empty())
      all.push_back({kind::notice, "[topic: " + sanitize_for_terminal(s.topic) + "]"});
    return all;
  }
  lines operator()(const entries_missed& m) const {
    const char* what =
        m.after.epoch != m.next.epoch && m.next.offset > 1
            ? "messages may be missing here: the room's log was put back to an older "
              "state, or begun anew"
        : m.after.epoch != m.next.epoch
            ? "messages may be missing here: the room's log was begun anew"
        : m.next.offset <= m.after.offset
            ? "the room's log was put back to an older state: other messages may "
              "follow than were said before"
        : m.next.offset == m.after.offset + 1
            ? "the room's log was put back to an older state: messages that were "
              "said behind this one are lost"
            : "messages are missing here: they are no longer kept";
    return {{kind::notice, fmt::format("[{}: {}]", title_of_room(m.room), what)}};
  }
  lines operator()(const history_page& p) const {
    lines all;
    if (p.gap) {
      all.push_back({kind::notice, fmt::format("[{}: older messages are no longer kept]",
                                               title_of_room(p.room))});
    }
    for (const entry& e : p.entries)
      for (shown_line& line : (*this)(e))
        all.push_back(std::move(line));
    return all;
  }
  lines operator()(const refused& r) const {
    return {{kind::notice, fmt::format("[refused: {}]", sanitize_for_terminal(r.message))}};
  }
  lines operator()(const acknowledged&) const { return {}; }
  lines operator()(const connected& c) const {
    if (c.again) return {{kind::notice, "[connected again]"}};
    return {{kind::notice, fmt::format("connected over {}, {}, {} verified by {}{}", c.tls.version,
                                       c.tls.cipher_suite, server, c.tls.verified_by,
                                       name_verified ? "" : ", its host name NOT VERIFIED")}};
  }
  lines operator()(const disconnected& d) const {
    const std::string phrase = sanitize_for_terminal(d.reason.phrase);
    if (d.retry_in) {
      return {
          {kind::notice, fmt::format("[{}: {}; next attempt in {:.1f} s, or at once by /reconnect]",
                                     d.attempt ? "not connected" : "disconnected", phrase,
                                     static_cast<double>(d.retry_in->count()) / 1000.0)}};
    }
    if (d.attempt) return {{kind::notice, "Error connecting to server: " + phrase}};
    if (d.reason.code == close_code::connection_lost)
      return {{kind::notice, "Error receiving message: " + phrase}};
    return {{kind::notice, fmt::format("[disconnected: {}]", phrase)}};
  }
};

} // namespace

std::vector<std::string> lines_of_answer(const reply& r, wall_time now, time_format format) {
  if (!has_times(r)) return r.lines;
  const auto time = [&](wall_time t) { return stamp(t, form_of_earlier(t, now, format)); };
  return wire::show(*r.data, std::string::npos, time).lines;
}

std::string warning_about(const changed_member& m) {
  const std::string name = sanitize_for_terminal(m.name);
  return m.guest
             ? fmt::format("{0} is a guest now, whom nothing proves: this may not be the {0} of "
                           "before",
                           name)
             : fmt::format("this is not the {0} of before: another account or certificate has "
                           "the name now",
                           name);
}

std::string stamp(wall_time t, time_format format) {
  if (format == time_format::off) return {};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(t);
  std::tm local{};
  if (!::localtime_r(&seconds, &local)) return {};
  return format == time_format::clock ? fmt::format("[{:%H:%M:%S}] ", local)
                                      : fmt::format("[{:%Y-%m-%d %H:%M:%S}] ", local);
}

std::string time_zone(wall_time t) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(t);
  std::tm local{};
  if (!::localtime_r(&seconds, &local)) return "[times are local]";
  std::string offset = fmt::format("{:%z}", local); // +0100
  if (offset == "+0000") return "[times are in UTC]";
  offset.insert(offset.size() - 2, 1, ':');
  return fmt::format("[times are in {:%Z}, UTC{}]", local, offset);
}

time_format form_of_earlier(wall_time t, wall_time now, time_format format) {
  if (format == time_format::full) return format;
  const auto day = [](wall_time when) { return stamp(when, time_format::full).substr(0, 11); };
  return day(t) == day(now) ? time_format::clock : time_format::full;
}

std::optional<client_event> text_display::without_hidden(const client_event& e) const {
  const auto is_hidden = [this](const entry& said) { return hides(said); };
  client_event left = e;
  if (const auto* said = std::get_if<entry>(&e); said && hides(*said)) return {};
  if (const auto* told = std::get_if<direct_message>(&e);
      told && (hidden_.hides(told->from) || here_.hides(told->from)))
    return {};
  if (auto* page = std::get_if<history_page>(&left)) std::erase_if(page->entries, is_hidden);
  for (const hidden_members* all : {&hidden_, &here_})
    if (auto* answer = std::get_if<reply>(&left))
      if (auto fewer = all->without_hidden(*answer)) *answer = *std::move(fewer);
  return left;
}

void text_display::ignore(std::string_view name) {
  ignored_here_.insert(ascii::lower(std::string(name)));
  here_.take(list_of_hidden({ignored_here_.begin(), ignored_here_.end()}));
}

bool text_display::unignore(std::string_view name) {
  const bool was = ignored_here_.erase(ascii::lower(std::string(name))) > 0;
  here_.take(list_of_hidden({ignored_here_.begin(), ignored_here_.end()}));
  return was;
}

std::optional<lines> text_display::carry_out(std::string_view line, std::string_view own_name) {
  const parsed_line c = parse_command_line(line);
  const bool ignores = ascii::equal_ignoring_case(c.name, "ignore");
  if (!ignores && !ascii::equal_ignoring_case(c.name, "unignore")) return {};
  const std::string_view name = trim(c.arguments);
  const auto tell = [](const std::string& what) {
    return lines{{kind::notice, "[" + sanitize_for_terminal(what) + "]"}};
  };
  if (!ignores) {
    if (name.empty())
      return hidden_.is_kept() ? std::optional<lines>()
                               : tell("NAME is missing; usage: /unignore NAME");
    const bool was = unignore(name);
    if (hidden_.is_kept() && (!was || hidden_.hides(name))) return {};
    return tell(fmt::format("{} {}", name, was ? "is not ignored any more" : "was not ignored"));
  }
  if (hidden_.is_kept()) return {}; // the account's are the server's
  if (name.empty())
    return tell(ignored_here_.empty() ? "no member is ignored"
                                      : fmt::format("ignoring {}", fmt::join(ignored_here_, ", ")));
  if (ascii::equal_ignoring_case(name, own_name))
    return tell("this is your own name; what you say cannot be hidden");
  ignore(name);
  return tell(fmt::format("ignoring {0}; /unignore {0} ends it", name));
}

std::vector<shown_line> text_display::show(const client_event& news, std::string_view room,
                                           const line_origin&) {
  if (std::holds_alternative<connected>(news)) hidden_.forget();
  if (const auto* answer = std::get_if<reply>(&news); answer && hidden_.take(*answer)) return {};
  // A new name does not end it; of those whom the account ignores the server says so itself.
  if (const auto* other = std::get_if<member_renamed>(&news); other && here_.hides(other->from))
    ignore(other->to);
  const bool hides_some = !hidden_.empty() || !here_.empty();
  const auto seen = hides_some ? without_hidden(news) : std::nullopt;
  if (hides_some && !seen) return {};
  const client_event& e = seen ? *seen : news;
  if (const auto* state = std::get_if<room_state>(&e)) earlier_.entered(*state);
  if (const auto* kept = std::get_if<acknowledged>(&e)) earlier_.spoke(kept->room);
  if (const auto* answer = std::get_if<reply>(&e); answer && answer->command == "leave") {
    for (const std::string& left : answer->items)
      earlier_.left(proper_room_name(left));
  }
  const auto* said = std::get_if<entry>(&e);
  if (said) said_.take(*said);
  const bool earlier = said && looks_back_ && earlier_.is_earlier(*said);
  lines all;
  if (!zone_told_ && shows_time(e, earlier)) {
    zone_told_ = true;
    all.push_back({kind::notice, time_zone(time_.wall_now())});
  }
  const auto* state = std::get_if<room_state>(&e);
  for (shown_line& line : said&& looks_back_ ? show_entry(*said, room) : show_as(e, room, format_))
    all.push_back(std::move(line));
  if (state && looks_back_ && state->read > 0 && state->read < state->head.offset)
    all.push_back(
        {kind::notice, fmt::format("[{} new in {} since you were here]",
                                   state->head.offset - state->read, title_of_room(state->room))});
  return all;
}

bool text_display::shows_time(const client_event& e, bool earlier) const {
  if (const auto* answer = std::get_if<reply>(&e)) {
    const auto* log = answer->as<answers::log>();
    const auto* found = answer->as<answers::found>();
    return (log && !log->entries.empty()) || (found && !found->entries.empty());
  }
  if (format_ == time_format::off) return earlier;
  return std::holds_alternative<entry>(e) || std::holds_alternative<direct_message>(e) ||
         std::holds_alternative<history_page>(e);
}

std::vector<shown_line> text_display::show(const changed_member& m) {
  return {{kind::notice, fmt::format("[{}: {}]", title_of_room(m.room), warning_about(m))}};
}

std::vector<shown_line> text_display::show_entry(const entry& e, std::string_view room) {
  const look_back::verdict v = earlier_.look_at(e);
  const shown_line now{kind::notice, "[now]"};
  lines all;
  if (v.ended_before) all.push_back(now);
  if (v.begins) {
    all.push_back({kind::notice, fmt::format("[earlier in {}]", title_of_room(e.room))});
  }
  for (shown_line& line :
       show_as(e, room, v.earlier ? form_of_earlier(e.time, time_.wall_now(), format_) : format_)) {
    all.push_back(std::move(line));
  }
  if (v.ends_after) all.push_back(now);
  return all;
}

std::vector<shown_line> text_display::show_as(const client_event& e, std::string_view room,
                                              time_format format) const {
  return std::visit(
      text_of{room, format, server_, name_verified_, shows_address_, time_.wall_now(), said_}, e);
}

} // namespace asio_chat::app
