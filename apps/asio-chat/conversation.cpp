#include "conversation.hpp"

#include "base/utf8.hpp"
#include "exit_code.hpp"
#include "json_display.hpp"
#include "model/names.hpp"
#include "typed_line.hpp"
#include "wire/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::size_t most_unanswered = 64;
constexpr std::size_t page_of_history = 200;

std::string proper(std::string_view room) {
  const auto name = check_room_name(room, limits());
  return name ? *name : std::string(room);
}

} // namespace

conversation::conversation(client& chat, const display& d, screen& s, manner m)
    : chat_(chat)
    , display_(d)
    , screen_(s)
    , manner_(m) {}

void conversation::start(const connected& news) {
  commands_ = news.commands;
  name_ = news.name;
  verified_by_ = news.tls.verified_by;
  show(news);
  receive();
}

// Out of the network.

void conversation::receive() {
  chat_.async_receive([me = shared_from_this()](error_code e, const client_event& event) {
    if (me->over_) return;
    if (e) {
      me->finish();
      return;
    }
    me->on_event(event);
    if (!me->over_ && !me->catching_up_) me->receive();
  });
}

void conversation::on_event(const client_event& e) {
  roster_.observe(e);
  if (const auto* state = std::get_if<room_state>(&e)) {
    note_room(state->room);
    if (home_.empty()) {
      home_ = state->room;
      look_at(home_);
      take_more();
    }
  }
  if (const auto* gone = std::get_if<disconnected>(&e)) {
    connected_ = false;
    if (!gone->retry_in && !leaving_) exit_code_ = exit_code_of(gone->reason);
  }
  if (const auto* said = std::get_if<entry>(&e)) read_.seen(said->room, said->at);
  if (!is_our_own(e)) show(e);
  if (const auto* again = std::get_if<connected>(&e)) {
    name_ = again->name;
    connected_ = true;
    take_more();
  }
  if (const auto* state = std::get_if<room_state>(&e)) read_on(*state);
}

// What was said while we were away comes before what is said now: no event is received until then.

void conversation::read_on(const room_state& s) {
  const auto after = read_.missed(s);
  read_.seen(s.room, s.head);
  if (!after || over_) return;
  catching_up_ = true;
  fetch(s.room, *after, s.head);
}

void conversation::fetch(std::string room, position after, position head) {
  chat_.async_history(std::move(room), {log_range::side::after, after, page_of_history},
                      [me = shared_from_this(), head](error_code e, history_page page) {
                        if (me->over_) return;
                        if (!e) {
                          me->on_page(std::move(page), head);
                          return;
                        }
                        me->catching_up_ = false;
                        me->receive();
                      });
}

void conversation::on_page(history_page page, position head) {
  // What is behind the head comes as an event.
  std::erase_if(page.entries, [&](const entry& e) { return e.at.offset > head.offset; });
  if (!page.entries.empty() || page.gap) show(page);
  const position last = page.entries.empty() ? head : page.entries.back().at;
  if (page.more && last.offset < head.offset && !over_) {
    fetch(std::move(page.room), last, head);
    return;
  }
  catching_up_ = false;
  if (!over_) receive();
}

/// Our own coming and going is told by the room's state and by the answer to the command.
bool conversation::is_our_own(const client_event& e) {
  if (const auto* renamed = std::get_if<member_renamed>(&e); renamed && renamed->from == name_) {
    name_ = renamed->to;
  }
  const auto* in = std::get_if<member_joined>(&e);
  const auto* out = std::get_if<member_left>(&e);
  return (in && in->name == name_) || (out && out->name == name_);
}

void conversation::show(const client_event& e) {
  for (const shown_line& line : display_.show(e, room_)) {
    if (line.what == shown_line::kind::chat) {
      screen_.chat(line.text);
    } else {
      screen_.notice(line.text);
    }
  }
  if (const auto code = screen_.gone()) leave(*code);
}

// Into the network.

void conversation::enter(std::string_view raw) {
  if (leaving_) return;
  if (changing_room_) {
    held_.emplace_back(raw);
    return;
  }
  typed_line line = read_typed_line(raw, manner_.interactive);
  switch (line.what) {
  case intent::nothing:
    break;
  case intent::leave:
    leave(code_of_leaving());
    break;
  case intent::say:
    say(std::move(line.text));
    break;
  case intent::command:
    command(std::move(line.text));
    break;
  }
}

void conversation::say(std::string text) {
  if (rooms_.empty() && !home_.empty()) {
    refused_ = true;
    screen_.notice("[you are in no room; /join ROOM first]");
    return;
  }
  if (!missed_room_.empty()) {
    refused_ = true;
    screen_.notice(fmt::format("[not said: you are not in {}]", harmless_line(missed_room_)));
    return;
  }
  ++unanswered_;
  chat_.async_send(room_, std::move(text),
                   [me = shared_from_this()](error_code e, const acknowledged& a) {
                     if (me->over_) return;
                     if (e) me->refuse(e);
                     if (!e) me->read_.seen(a.room, a.at);
                     if (!e && me->manner_.json) me->show(a);
                     me->answered();
                   });
}

void conversation::command(std::string line) {
  const asio_chat::command c = wire::parse_command_line(line);
  // To join a room one is in already is to look at it.
  if (c.name == "join" && roster_.is_in(proper(c.arguments))) {
    missed_room_.clear();
    look_at(proper(c.arguments));
    return;
  }
  ++unanswered_;
  changing_room_ = c.name == "join" || c.name == "leave";
  // What a program says next was meant for that room and for no other; a person sees the prompt.
  const std::string missed(c.name == "join" && !manner_.interactive ? c.arguments : "");
  chat_.async_command(room_, std::move(line),
                      [me = shared_from_this(), missed](error_code e, const reply& r) {
                        if (me->over_) return;
                        if (e) {
                          if (!missed.empty()) me->missed_room_ = missed;
                          me->refuse(e);
                        } else {
                          me->on_reply(r);
                        }
                        me->room_changed();
                        me->answered();
                      });
}

void conversation::on_reply(const reply& r) {
  if (r.command == "join" && r.items.size() == 1) {
    missed_room_.clear();
    note_room(r.items.front());
    look_at(r.items.front());
  }
  if (r.command == "leave" && r.items.size() == 1) {
    const std::string left = proper(r.items.front());
    roster_.left(left);
    read_.forget(left);
    std::erase(rooms_, left);
    if (room_ == left) look_at(rooms_.empty() ? std::string() : rooms_.front());
  }
  if (r.command.empty()) return; // an entry of the log: acknowledged is answered
  if (r.command != "tls") return show(r);
  // What the server cannot know: by what this end has verified it.
  reply both = r;
  both.lines.push_back(fmt::format("this client verified {} by {}",
                                   harmless_line(chat_.server().subject), verified_by_));
  show(both);
}

/// The answer to a join and the room's state come in either order.
void conversation::note_room(const std::string& room) {
  if (std::find(rooms_.begin(), rooms_.end(), room) == rooms_.end()) rooms_.push_back(room);
}

void conversation::room_changed() {
  changing_room_ = false;
  while (!held_.empty() && !changing_room_ && !leaving_) {
    const std::string line = std::move(held_.front());
    held_.pop_front();
    enter(line);
  }
}

void conversation::refuse(const error_code& e) {
  refused_ = true;
  const std::string& why = chat_.last_failure().message;
  if (manner_.json) {
    screen_.chat(json_error(e, why));
  } else {
    screen_.notice(fmt::format("[refused: {}]", harmless_line(why)));
  }
}

void conversation::answered() {
  --unanswered_;
  if (input_ended_ && unanswered_ == 0) {
    leave(code_of_leaving());
  } else {
    take_more();
  }
}

void conversation::take_more() {
  if (takes_lines() && takes_lines_) takes_lines_();
}

void conversation::look_at(const std::string& room) {
  room_ = room;
  const bool home = room_ == home_;
  if (room_.empty()) return screen_.prompt("(no room)> ");
  screen_.prompt(home ? "> " : fmt::format("#{}> ", harmless_line(room_)));
}

bool conversation::takes_lines() const noexcept {
  // Before the first room is known there is nowhere to say a line.
  return connected_ && !home_.empty() && !leaving_ && !changing_room_ &&
         unanswered_ < most_unanswered;
}

vocabulary conversation::words() const {
  vocabulary w{commands_, roster_.names(), roster_.rooms()};
  w.commands.emplace_back("quit");
  // The words come from the server and go to the terminal.
  for (auto* list : {&w.commands, &w.names, &w.rooms})
    for (std::string& word : *list)
      word = harmless_line(word);
  return w;
}

// The ways out.

void conversation::end_of_input() {
  input_ended_ = true;
  if (unanswered_ == 0) leave(code_of_leaving());
}

void conversation::hang_up() {
  if (!leaving_) leave(exit_hangup);
}

int conversation::code_of_leaving() const noexcept {
  return refused_ && !manner_.interactive ? exit_refused : exit_left;
}

void conversation::leave(int exit_code) {
  if (leaving_) {
    finish();
    return;
  }
  leaving_ = true;
  exit_code_ = exit_code;
  chat_.async_close([me = shared_from_this()](error_code) { me->finish(); });
}

} // namespace asio_chat::app
