// The way of a line that was typed or read from a pipe.
#include "conversation.hpp"

#include "fullscreen/window_commands.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "json_display.hpp"
#include "json_input.hpp"
#include "model/command_text.hpp"
#include "model/names.hpp"
#include "near_command.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::size_t max_unanswered = 64;
constexpr std::size_t max_held = 1000;

bool is_reconnect(std::string_view line) {
  return ascii::equal_ignoring_case(parse_command_line(line).name, "reconnect");
}

} // namespace

typed_line conversation::read(std::string_view raw, std::size_t number) const {
  typed_line line{intent::nothing, {}};
  switch (modes_.form) {
  case input_form::typed:
    line = read_typed_line(raw, modes_.interactive);
    break;
  case input_form::text:
    line = read_literal_line(raw);
    break;
  case input_form::json:
    line = read_json_line(raw);
    break;
  }
  line.from.number = number;
  return line;
}

void conversation::enter(typed_line line) {
  if (leaving_ || line.what == intent::nothing) return;
  // It waits for nothing: neither for a connection nor for an answer, which may never come.
  if (line.what == intent::command && is_reconnect(line.text)) return reconnect(line);
  const bool at_once = !changing_room_ && (connected_ || line.what == intent::leave);
  if (at_once) {
    take({std::move(line), false});
  } else {
    hold(std::move(line));
  }
}

void conversation::reconnect(const typed_line& line) {
  if (!chat_.reconnect())
    refuse_unsent(line, errc::not_connected, "with --no-reconnect there is no other connection");
}

void conversation::hold(typed_line line) {
  if (held_.size() >= max_held) {
    const std::string why = fmt::format("{} lines wait already", max_held);
    return refuse_unsent(line, errc::not_connected, why);
  }
  if (!connected_) doubt(line.from, fmt::format("[waiting: {}]", shown(line.text)));
  held_.push_back({std::move(line), !connected_});
}

void conversation::take(held_line held) {
  switch (held.line.what) {
  case intent::nothing:
    break;
  case intent::leave:
    if (modes_.interactive) leave_at_once(code_of_leaving());
    leave(code_of_leaving());
    break;
  case intent::say:
    say(std::move(held.line), held.marked);
    break;
  case intent::command:
    command(std::move(held.line), held.marked);
    break;
  case intent::unreadable:
    refuse_unsent(held.line, errc::protocol_error, "");
    break;
  }
}

void conversation::say(typed_line line, bool marked) {
  if (line.room.empty()) {
    if (const auto obstacle = focus_.obstacle())
      return refuse_unsent(line, errc::not_in_room, *obstacle);
    line.room = focus_.room();
  }
  ++unanswered_;
  if (is_direct_room(line.room)) met_.spoke_with(line.room.substr(1));
  const std::uint64_t number = said_.add({line.text, marked, std::move(line.from)}, time_.now());
  watch_answers();
  const auto why = std::make_shared<diagnostics>();
  outgoing_message message{std::move(line.room), std::move(line.text), std::move(line.id),
                           line.kind, line.refers};
  chat_.async_send(std::move(message), *why,
                   [me = shared_from_this(), why, number](error_code e, const acknowledged& a) {
                     if (me->over_) return;
                     me->on_answer(me->said_.take(number), {e, why->message()}, a);
                     me->answered();
                   });
}

void conversation::on_answer(const said_lines::line& said, const failure& why,
                             const acknowledged& a) {
  if (why.code) return refuse(said, why);
  display_.remember({a.room, a.at, a.time, name_, entry_kind::message, said.text, a.id});
  show(a, said.from);
  if (said.marked && !display_.tracks(said.from)) screen_.notice(fate_of(said, {}, ""));
}

void conversation::command(typed_line line, bool marked) {
  const parsed_line c = parse_command_line(line.text);
  if (const auto told = display_.carry_out(line.text, name_)) return show(*told);
  if (ascii::equal_ignoring_case(c.name, "export")) {
    const positions parts = split_arguments(c.arguments, 2);
    std::string path(parts[1]); // a part of the line
    if (ascii::equal_ignoring_case(parts[0], "me"))
      return export_account(std::move(line), marked, std::move(path));
  }
  // Joining a room that the user is in makes it the current one.
  const bool joins = ascii::equal_ignoring_case(c.name, "join");
  const std::string room = // a key may stand behind it
      joins ? proper_room_name(split_arguments(c.arguments, 2)[0]) : std::string();
  if (joins && roster_.is_in(room)) {
    look_at(room);
    tell_place();
    if (modes_.json) show(reply{"", "join", {}, {room}}, line.from);
    return;
  }
  ++unanswered_;
  const bool changes_room = joins || ascii::equal_ignoring_case(c.name, "leave");
  if (changes_room) changing_room_ = true;
  // The next lines of a program belong to that room and to no other; a user sees the prompt.
  const std::string missed(joins && !modes_.interactive ? room : "");
  const std::string name = ascii::lower(std::string(c.name));
  const std::uint64_t number =
      said_.add({without_secrets(line.text, syntax_), marked, std::move(line.from)}, time_.now());
  watch_answers();
  const std::string wanted = joins ? name + ' ' + room : name; // each room has a key of its own
  if (name == "msg") met_.spoke_with(std::string(c.arguments.substr(0, c.arguments.find(' '))));
  const auto why = std::make_shared<diagnostics>();
  chat_.async_command(
      line.room.empty() ? focus_.room() : std::move(line.room), std::move(line.text), *why,
      [me = shared_from_this(), why, number, changes_room, missed, name, wanted](error_code e,
                                                                                 const reply& r) {
        if (me->over_) return;
        const said_lines::line said = me->said_.take(number);
        if (changes_room) me->changing_room_ = false;
        if (e) {
          me->refuse(said, {e, why->message() + me->hint_of_secret(name, wanted, e)});
          if (!missed.empty()) me->focus_.missed(missed);
          if (changes_room) me->give_back_held();
        } else {
          me->wanted_.erase(wanted);
          me->on_reply(said, r);
        }
        me->answered();
      });
}

/// Of a secret that was left out and is needed: the next time it is asked for.
std::string conversation::hint_of_secret(const std::string& command, const std::string& wanted,
                                         error_code refusal) {
  if (!modes_.interactive || !wants_optional_secret(command, refusal, syntax_)) return {};
  wanted_.insert(wanted);
  return fmt::format(". Enter /{} again to be asked for it", wanted);
}

void conversation::on_reply(const said_lines::line& said, const reply& r) {
  if (r.command == "join" && r.items.size() == 1) {
    roster_.joined(r.items.front());
    look_at(r.items.front());
  }
  if (r.command == "leave" && r.items.size() == 1) {
    const std::string left = proper_room_name(r.items.front());
    roster_.left(left);
    focus_.left(left);
    screen_.now_in(focus_);
  }
  if (r.command.empty()) {
    // An entry of the log: acknowledged is answered.
    const bool tracked = display_.tracks(said.from);
    if (modes_.json || tracked) show(acknowledged(), said.from);
    if (said.marked && !tracked) screen_.notice(fate_of(said, {}, ""));
    return;
  }
  if (r.command == "forget" && !r.items.empty()) forgotten_ = true; // the receipt
  if (const auto* list = r.as<answers::rooms>()) roster_.learn(*list);
  if (r.command != "tls") show(r, said.from);
  if (r.command == "leave") tell_place();
  if (r.command != "tls") return;
  // The server cannot know how this client has verified it.
  reply both = r;
  both.lines.push_back(fmt::format("this client verified {} by {}",
                                   sanitize_for_terminal(chat_.server().subject), verified_by_));
  show(both, said.from);
}

/// Refuses the lines after a /join or /leave that failed, which were meant for another room.
void conversation::give_back_held() {
  for (const held_line& held : std::exchange(held_, {}))
    refuse_unsent(held.line, errc::not_connected, "");
}

void conversation::refuse_unsent(const typed_line& line, errc code, const std::string& why) {
  refused_ = true;
  const bool unreadable = line.what == intent::unreadable;
  std::string said = fmt::format("not sent: {}", unreadable ? line.text : shown(line.text));
  if (!why.empty()) said += "; " + why;
  if (modes_.json) {
    screen_.chat(json_error(code,
                            unreadable    ? line.text
                            : why.empty() ? "not sent"
                                          : why,
                            line.from));
  } else {
    if (display_.tracks(line.from)) {
      show(refused{"", code, why.empty() ? "not sent" : why}, line.from);
      if (!leaving_) return;
    }
    screen_.notice(notice_about(line.from, said));
  }
}

void conversation::refuse(const said_lines::line& said, const failure& why) {
  refused_ = true;
  unsaid_ = unsaid_ || leaving_;
  if (modes_.json) {
    screen_.chat(json_error(why.code, why.message, said.from));
    return;
  }
  if (display_.tracks(said.from)) {
    show(refused{"", errc::protocol_error, why.message}, said.from);
    if (!leaving_) return;
  }
  std::string message = why.message;
  const std::string name(parse_command_line(said.text).name);
  const bool not_here = why.code == errc::unknown_command && is_window_command(name);
  if (not_here)
    message = fmt::format("/{} belongs to the full screen of asio-chat, which this is not", name);
  if (!not_here && why.code == errc::unknown_command && modes_.interactive) {
    vocabulary w = words();
    if (more_words_) more_words_(w);
    const std::string hint = hint_for(name, w.commands);
    if (!hint.empty()) message += "." + hint;
  }
  if (said.marked || leaving_) {
    screen_.notice(fate_of(said, why.code, message));
  } else {
    screen_.notice(notice_about(said.from, "refused: " + sanitize_for_terminal(message)));
  }
}

void conversation::watch_answers() {
  const auto next = said_.next_overdue();
  if (!next || next == due_) return;
  due_ = next;
  timer_->wait_until(*next, [this] { tell_overdue(); });
}

void conversation::tell_overdue() {
  due_.reset();
  auto found = said_.find_overdue(time_.now(), modes_.interactive);
  std::erase_if(found, [this](const said_lines::line& l) {
    if (!display_.tracks(l.from)) return false;
    display_.doubt(l.from);
    return true;
  });
  // A program may have sent many lines at once.
  if (!found.empty()) {
    const std::string more = found.size() > 1 ? fmt::format(", and {} more", found.size() - 1) : "";
    screen_.notice(
        notice_about(found.front().from,
                     fmt::format("not acknowledged yet: {}{}", excerpt(found.front().text), more)));
  }
  watch_answers();
}

void conversation::answered() {
  --unanswered_;
  if (input_ended_ && unanswered_ == 0) {
    leave(code_of_leaving());
  } else {
    go_on();
  }
}

/// Says the lines that were held, and then those that come.
void conversation::go_on() {
  while (!held_.empty() && connected_ && !changing_room_ && !leaving_) {
    held_line line = std::move(held_.front());
    held_.pop_front();
    take(std::move(line));
  }
  if (takes_lines() && input_wanted_) input_wanted_();
}

void conversation::look_at(const std::string& room) {
  focus_.look_at(room);
  screen_.now_in(focus_);
}

void conversation::doubt(const line_origin& from, const std::string& notice) {
  if (display_.tracks(from)) {
    display_.doubt(from);
  } else {
    screen_.notice(notice);
  }
}

/// Where the next line goes, after a change that nothing else shows.
void conversation::tell_place() {
  if (modes_.json || modes_.shows_place) return;
  screen_.notice(focus_.room().empty() ? "[in no room]"
                                       : fmt::format("[now in {}]", title_of_room(focus_.room())));
}

bool conversation::takes_lines() const noexcept {
  // Before the first room is known, no line can be said.
  return connected_ && focus_.has_home() && !leaving_ && !changing_room_ &&
         unanswered_ < max_unanswered && !screen_.is_behind();
}

} // namespace asio_chat::app
