#include "conversation.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "completion.hpp"
#include "exit_code.hpp"
#include "model/command_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::app {

conversation::conversation(boost::asio::io_context& context, client& chat, display& d, screen& s,
                           modes m, known_members& met)
    : time_(transport::time_of(context))
    , timer_(time_.make_timer())
    , chat_(chat)
    , display_(d)
    , screen_(s)
    , modes_(m)
    , met_(met) {
  screen_.on_room([this] { on_room(); });
}

void conversation::learn_commands(const connected& news) {
  commands_ = news.commands;
  syntax_ = news.syntax;
}

void conversation::start(const connected& news) {
  learn_commands(news);
  name_ = news.name;
  verified_by_ = news.tls.verified_by;
  show(news);
  receive();
}

/// Nothing is received while the screen is behind: the server waits then, and what is said is in
/// the room's log.
void conversation::receive() {
  if (receiving_ || over_ || (screen_.is_behind() && !hurried_)) return;
  receiving_ = true;
  chat_.async_receive([me = shared_from_this()](error_code e, const client_event& event) {
    me->receiving_ = false;
    if (me->over_) return;
    if (e) {
      me->finish();
      return;
    }
    me->on_event(event);
    if (me->news_) me->news_();
    me->receive();
  });
}

void conversation::on_room() {
  if (const auto code = screen_.gone()) lose_output(*code);
  receive();
  if (takes_lines() && input_wanted_) input_wanted_();
}

void conversation::on_event(const client_event& e) {
  const auto notice = roster_.observe(e);
  const auto changed = met_.observe(e, name_);
  // Names beyond the roster's limit are kept nowhere else.
  if (const auto* state = std::get_if<room_state>(&e)) {
    if (!roster_.is_in(state->room)) {
      if (notice) screen_.notice(*notice);
      return;
    }
    on_room_state(*state);
  }
  const bool our_own = is_our_own(e);
  const auto* out = std::get_if<member_left>(&e);
  // The answer to our own /leave is not there yet.
  const bool removed = our_own && out && !changing_room_ && roster_.is_in(out->room);
  const auto warn = [&] {
    for (const changed_member& m : changed)
      show(display_.show(m));
  };
  // A room has to be there before something is told in it, and a message comes after it.
  const bool first = std::holds_alternative<direct_message>(e);
  if (first) warn();
  if (!our_own || removed) show(e);
  if (!first) warn();
  if (removed) on_removed(out->room);
  if (notice) screen_.notice(*notice);
  if (const auto* gone = std::get_if<disconnected>(&e)) on_disconnected(*gone);
  if (const auto* again = std::get_if<connected>(&e)) {
    name_ = again->name;
    learn_commands(*again);
    connected_ = true;
    ++connections_;
    go_on_with_exports();
    go_on();
  }
}

void conversation::on_room_state(const room_state& s) {
  if (is_direct_room(s.room)) return; // the server may open it; the shown room stays
  const bool first = !focus_.has_home();
  focus_.entered(s.room);
  if (!first) return;
  screen_.now_in(focus_);
  for (const std::string& room : std::exchange(earlier_rooms_, {})) {
    if (room == s.room) continue;
    const auto why = std::make_shared<diagnostics>();
    chat_.async_command("", "/join " + room, *why,
                        [me = shared_from_this(), why, room](error_code e, const reply&) {
                          if (!me->over_ && e) me->earlier_refused_(room, why->message());
                        });
  }
  go_on();
}

/// A moderator has removed this client from the room.
void conversation::on_removed(const std::string& room) {
  roster_.left(room);
  const bool here = focus_.room() == room;
  focus_.left(room);
  if (here) focus_.missed(room); // what is being typed was meant for it
  screen_.now_in(focus_);
  if (modes_.json || modes_.shows_place) return;
  const std::string name = sanitize_for_terminal(room);
  std::string told = fmt::format("you are not in #{} any more; /join {} comes back", name, name);
  if (here && !focus_.room().empty())
    told += fmt::format(", /join {} goes on there", sanitize_for_terminal(focus_.room()));
  screen_.notice("[" + told + "]");
}

void conversation::on_disconnected(const disconnected& d) {
  connected_ = false;
  comes_back_ = d.retry_in.has_value();
  if (!comes_back_) {
    go_on_with_exports();
    if (!leaving_ && !forgotten_) exit_code_ = exit_code_of(d);
  } else if (modes_.interactive) {
    for (const said_lines::line& l : said_.mark_all())
      doubt(l.from, fmt::format("[not acknowledged yet: {}]", excerpt(l.text)));
  }
  if (waits_for_connection() && input_wanted_) input_wanted_();
}

/// The room's state and the answers to commands show the user's own joins and leaves.
bool conversation::is_our_own(const client_event& e) {
  if (const auto* renamed = std::get_if<member_renamed>(&e); renamed && renamed->from == name_) {
    name_ = renamed->to;
  }
  const auto* in = std::get_if<member_joined>(&e);
  const auto* out = std::get_if<member_left>(&e);
  return (in && in->name == name_) || (out && out->name == name_);
}

void conversation::show(const client_event& e, const line_origin& answered) {
  show(display_.show(e, focus_.room(), answered));
  if (shown_event_) shown_event_(e);
}

void conversation::show(const std::vector<shown_line>& lines) {
  for (const shown_line& line : lines) {
    if (line.what == shown_line::kind::chat) {
      screen_.chat(line.text);
    } else {
      screen_.notice(line.text);
    }
  }
  if (const auto code = screen_.gone()) lose_output(*code);
}

vocabulary conversation::words() const {
  vocabulary w{commands_, roster_.names(), roster_.rooms(), syntax_};
  for (const char* ours : {"quit", "reconnect"})
    w.commands.emplace_back(ours);
  // This text comes from the server and goes to the terminal.
  for (auto* list : {&w.commands, &w.names, &w.rooms})
    for (std::string& word : *list)
      word = sanitize_for_terminal(word);
  add_fixed_words(w);
  return w;
}

bool conversation::may_keep(std::string_view line) const {
  return without_secrets(line, syntax_) == trim(line);
}

std::string conversation::shown(std::string_view line) const {
  return excerpt(without_secrets(line, syntax_));
}

// The ends of the conversation.

void conversation::end_of_input() {
  input_ended_ = true;
  if (!connected_ && !comes_back_) return; // another reason ends the conversation
  if (unanswered_ == 0 || modes_.interactive) leave(code_of_leaving());
}

void conversation::hang_up() {
  if (!leaving_) interrupt(exit_hangup);
}

void conversation::leave_unsaid(std::size_t lines, const typed_line& first) {
  if (lines > 0) {
    unsaid_ = true;
    const std::string more = lines > 1 ? fmt::format(", and {} more", lines - 1) : "";
    screen_.notice(
        notice_about(first.from, fmt::format("not sent: {}{}", shown(first.text), more)));
  }
  leave(code_of_leaving());
}

int conversation::code_of_leaving() const noexcept {
  return unsaid_ || (refused_ && !modes_.interactive) ? exit_refused : exit_left;
}

void conversation::finish() noexcept {
  over_ = true;
  timer_->cancel();
  exports_.clear();
  unsaid_ = unsaid_ || unanswered_ > 0;
  if (exit_code_ == exit_left) exit_code_ = code_of_leaving();
}

void conversation::lose_output(int exit_code) {
  if (leaving_ && exit_code_ == exit_left) exit_code_ = exit_code;
  leave(exit_code);
}

void conversation::leave_at_once(int exit_code) {
  if (leaving_) finish();
  leave(exit_code);
}

void conversation::interrupt(int exit_code) {
  leave_at_once(exit_code);
  hurried_ = true;
  receive();
}

void conversation::leave(int exit_code) {
  if (std::exchange(leaving_, true)) return;
  if (leaves_) leaves_();
  screen_.part();
  exit_code_ = exit_code;
  unsaid_ = unsaid_ || !held_.empty();
  give_back_held();
  // Events from before the end are shown first; `receive` reports the end.
  chat_.async_close([](error_code) {});
}

} // namespace asio_chat::app
