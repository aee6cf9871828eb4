#include "fullscreen/window_display.hpp"

#include "model/names.hpp"
#include "room_focus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::app {

std::string without_brackets(std::string_view notice) {
  if (notice.starts_with('[') && notice.ends_with(']'))
    notice = notice.substr(1, notice.size() - 2);
  return std::string(notice);
}

window_display::window_display(chat_state& state, const clock& time, std::string server,
                               bool name_verified, listeners l)
    : state_(state)
    , time_(time)
    , words_(time, time_format::off, std::move(server), name_verified, false)
    , name_verified_(name_verified)
    , listeners_(std::move(l)) {}

std::vector<shown_line> window_display::show(const client_event& e, std::string_view,
                                             const line_origin& line) {
  take(e, line);
  listeners_.changed();
  return {};
}

std::vector<shown_line> window_display::show(const changed_member& m) {
  state_.all.warn_of(m.room, m.name, warning_about(m), time_.wall_now());
  listeners_.changed();
  return {};
}

void window_display::doubt(const line_origin& from) {
  state_.all.doubted(from.ref);
  listeners_.changed();
}

void window_display::keep_words(const client_event& e) {
  for (const shown_line& line : words_.show(e, {}))
    state_.last_words.push_back(line.text);
}

std::string window_display::words_of(const client_event& e) {
  std::string words;
  for (const shown_line& line : words_.show(e, {}))
    words += (words.empty() ? "" : "\n") + without_brackets(line.text);
  return words;
}

/// Its window is closed: what was typed is told with the reason.
std::string window_display::words_of_lost(std::string_view ref, const refused& no) {
  if (state_.typed && !ref.empty())
    for (const typed_journal::line& l : state_.typed->lines())
      if (l.id == ref) return fmt::format("not sent to {}: {} [{}]", l.in, l.text, no.message);
  return words_of(no);
}

void window_display::take(const client_event& e, const line_origin& line) {
  windows& all = state_.all;
  const wall_time now = time_.wall_now();
  if (const auto* said = std::get_if<entry>(&e); said && all.said(*said))
    listeners_.call(said->from, (is_direct_room(said->room) ? "" : "#") + said->room);
  const std::string put_out_of = std::exchange(put_out_of_, {});
  if (const auto* said = std::get_if<direct_message>(&e)) {
    if (said->from == name_of_server)
      listeners_.call(all.at(0).name, all.told_by_server(put_out_of, said->text, now));
    else if (all.said(*said))
      listeners_.call(said->from, "@" + said->from);
  }
  if (const auto* in = std::get_if<member_joined>(&e)) all.presence(*in, now);
  if (const auto* out = std::get_if<member_left>(&e)) {
    if (out->name == all.own_name()) put_out_of_ = out->room;
    all.presence(*out, now);
  }
  if (const auto* other = std::get_if<member_renamed>(&e)) all.presence(*other, now);
  if (const auto* room = std::get_if<room_state>(&e)) all.entered(*room);
  if (const auto* gap = std::get_if<entries_missed>(&e)) all.missed(*gap, words_of(e), now);
  if (const auto* kept = std::get_if<acknowledged>(&e)) answered(line, kept->at, kept->time);
  if (const auto* answer = std::get_if<reply>(&e)) take(*answer, line);
  if (const auto* c = std::get_if<connected>(&e)) take(*c);
  if (const auto* d = std::get_if<disconnected>(&e)) take(*d);
  if (const auto* no = std::get_if<refused>(&e)) {
    if (state_.typed) state_.typed->refused(line.ref, no->message);
    const window* in = all.refused(line.ref, no->message);
    if (!in) {
      all.remark(log_line::kind::notice, words_of_lost(line.ref, *no), now);
    } else if (in->id != all.current().id) {
      all.remark(log_line::kind::notice,
                 fmt::format("a line in {} was not sent: {}", in->title(), no->message), now);
    }
  }
}

void window_display::answered(const line_origin& line, position at, wall_time time) {
  const wall_time now = time_.wall_now();
  if (state_.typed) state_.typed->kept(line.ref);
  // The time without a connection is no lag.
  if (const auto said = state_.all.acknowledged(line.ref, at, time);
      said && *said >= connected_at_) {
    state_.connection.lag = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::max(now - *said, wall_time::duration::zero()));
  }
}

void window_display::take(const connected& c) {
  state_.all.set_own_name(c.name);
  state_.all.forget_kept_ignored();
  if (c.again) state_.all.connected_again();
  state_.connection.protection = c.tls.version;
  state_.connection.verified = name_verified_;
  state_.connection.trouble.clear();
  connected_at_ = time_.wall_now();
  for (std::size_t n = 0; n < state_.all.count(); ++n)
    state_.all.at(n).trouble.clear();
  state_.all.remark_on_server(words_of(c), time_.wall_now());
  if (!c.again)
    state_.all.remark_on_server(without_brackets(time_zone(time_.wall_now())), time_.wall_now());
}

void window_display::take(const disconnected& d) {
  state_.connection.trouble = d.reason.phrase;
  state_.connection.comes_back = d.retry_in.has_value();
  state_.connection.lag.reset();
  if (!d.retry_in && d.reason.code != close_code::quit) keep_words(d);
  state_.all.remark_on_server(words_of(d), time_.wall_now());
}

void window_display::take(const reply& r, const line_origin& line) {
  windows& all = state_.all;
  if (all.take_ignored(r) || all.take_read(r)) return;
  if (r.command == "forget" && !r.items.empty()) keep_words(r); // a receipt, and then the end
  if (!line.ref.empty()) return answered(line, {}, {});         // it said something, which is shown
  if (r.command == "join" && r.items.size() == 1) return all.show_room(r.items.front());
  if (r.command == "leave" && r.items.size() == 1)
    return all.left(proper_room_name(r.items.front()));
  if (r.command == "login" || r.command == "register") {
    for (std::size_t n = 0; n < all.count(); ++n)
      all.at(n).asked = all.at(n).kept; // what is said to others may be kept now
  }
  if (const auto* name = r.as<answers::own_name>()) all.set_own_name(name->name);
  if (const auto* found = r.as<answers::found>(); found && !found->entries.empty()) {
    state_.found = *found;
    return;
  }
  std::string text;
  for (const std::string& line_of : lines_of_answer(r, time_.wall_now(), time_format::clock))
    text += (text.empty() ? "" : "\n") + line_of;
  if (!text.empty()) all.remark(log_line::kind::answer, std::move(text), time_.wall_now());
}

} // namespace asio_chat::app
