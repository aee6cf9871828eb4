// The way of a line that was typed or read from a pipe.
#include "conversation.hpp"

#include "base/sanitize.hpp"
#include "json_display.hpp"
#include "model/command_text.hpp"
#include "model/names.hpp"
#include "wire/command_line.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::size_t max_unanswered = 64;
constexpr std::size_t max_held = 1000;

} // namespace

void conversation::enter(std::string_view raw) {
  if (leaving_) return;
  typed_line line = read_typed_line(raw, manner_.interactive);
  if (line.what == intent::nothing) return;
  const bool at_once = !changing_room_ && (connected_ || line.what == intent::leave);
  if (at_once) {
    take({std::move(line), false});
  } else {
    hold(std::move(line));
  }
}

void conversation::hold(typed_line line) {
  if (held_.size() >= max_held) {
    refused_ = true;
    screen_.notice(
        fmt::format("[not sent: {}; {} lines wait already]", shown(line.text), max_held));
    return;
  }
  if (!connected_) screen_.notice(fmt::format("[waiting: {}]", shown(line.text)));
  held_.push_back({std::move(line), !connected_});
}

void conversation::take(held_line held) {
  switch (held.line.what) {
  case intent::nothing:
    break;
  case intent::leave:
    if (manner_.interactive) leave_at_once(code_of_leaving());
    leave(code_of_leaving());
    break;
  case intent::say:
    say(std::move(held.line.text), held.marked);
    break;
  case intent::command:
    command(std::move(held.line.text), held.marked);
    break;
  }
}

void conversation::say(std::string text, bool marked) {
  if (const auto obstacle = focus_.obstacle()) {
    refused_ = true;
    screen_.notice(fmt::format("[{}]", *obstacle));
    return;
  }
  ++unanswered_;
  const std::uint64_t number = said_.add({text, marked}, time_.now());
  watch_answers();
  chat_.async_send(focus_.room(), std::move(text),
                   [me = shared_from_this(), number](error_code e, const acknowledged& a) {
                     if (me->over_) return;
                     me->on_answer(me->said_.take(number), e, a);
                     me->answered();
                   });
}

void conversation::on_answer(const said_lines::line& said, const error_code& e,
                             const acknowledged& a) {
  if (e) return refuse(said, e);
  show(a);
  if (said.marked) screen_.notice(fate_of(said.text, e, ""));
}

void conversation::command(std::string line, bool marked) {
  const wire::typed_line c = wire::parse_command_line(line);
  // Joining a room that the user is in makes it the current one.
  if (c.name == "join" && roster_.is_in(proper_room_name(c.arguments))) {
    look_at(proper_room_name(c.arguments));
    return;
  }
  ++unanswered_;
  const bool changes_room = c.name == "join" || c.name == "leave";
  if (changes_room) changing_room_ = true;
  // The next lines of a program belong to that room and to no other; a user sees the prompt.
  const std::string missed(c.name == "join" && !manner_.interactive ? c.arguments : "");
  const std::uint64_t number = said_.add({without_secrets(line, syntax_), marked}, time_.now());
  watch_answers();
  chat_.async_command(
      focus_.room(), std::move(line),
      [me = shared_from_this(), number, changes_room, missed](error_code e, const reply& r) {
        if (me->over_) return;
        const said_lines::line said = me->said_.take(number);
        if (changes_room) me->changing_room_ = false;
        if (e) {
          me->refuse(said, e);
          if (!missed.empty()) me->focus_.missed(missed);
          if (changes_room) me->give_back_held();
        } else {
          me->on_reply(said, r);
        }
        me->answered();
      });
}

void conversation::on_reply(const said_lines::line& said, const reply& r) {
  if (r.command == "join" && r.items.size() == 1) look_at(r.items.front());
  if (r.command == "leave" && r.items.size() == 1) {
    const std::string left = proper_room_name(r.items.front());
    roster_.left(left);
    focus_.left(left);
    screen_.prompt(focus_.prompt());
  }
  if (r.command.empty()) {
    // An entry of the log: acknowledged is answered.
    if (said.marked) screen_.notice(fate_of(said.text, {}, ""));
    return;
  }
  if (const auto* list = r.as<answers::rooms>()) roster_.learn(*list);
  if (r.command != "tls") return show(r);
  // The server cannot know how this client has verified it.
  reply both = r;
  both.lines.push_back(fmt::format("this client verified {} by {}",
                                   sanitize_for_terminal(chat_.server().subject), verified_by_));
  show(both);
}

/// Refuses the lines after a /join or /leave that failed, which were meant for another room.
void conversation::give_back_held() {
  for (const held_line& held : std::exchange(held_, {}))
    screen_.notice(fmt::format("[not sent: {}]", shown(held.line.text)));
}

void conversation::refuse(const said_lines::line& said, const error_code& e) {
  refused_ = true;
  unsaid_ = unsaid_ || leaving_;
  const std::string& why = chat_.last_failure().message;
  if (manner_.json) {
    screen_.chat(json_error(e, why));
  } else if (said.marked || leaving_) {
    screen_.notice(fate_of(said.text, e, why));
  } else {
    screen_.notice(fmt::format("[refused: {}]", sanitize_for_terminal(why)));
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
  const auto texts = said_.find_overdue(time_.now(), manner_.interactive);
  // A program may have sent many lines at once.
  if (!texts.empty()) {
    const std::string more = texts.size() > 1 ? fmt::format(", and {} more", texts.size() - 1) : "";
    screen_.notice(fmt::format("[not acknowledged yet: {}{}]", excerpt(texts.front()), more));
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
  screen_.prompt(focus_.prompt());
}

bool conversation::takes_lines() const noexcept {
  // Before the first room is known, no line can be said.
  return connected_ && focus_.has_home() && !leaving_ && !changing_room_ &&
         unanswered_ < max_unanswered && !screen_.is_behind();
}

} // namespace asio_chat::app
