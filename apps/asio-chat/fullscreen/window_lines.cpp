// The way of a line that was entered in a window.
#include "fullscreen/window_control.hpp"

#include "edit_buffer.hpp"

#include "base/ascii.hpp"
#include "model/command_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace asio_chat::app {

namespace {

/// A server remembers an id for a day, if it is not set otherwise. What is older than that may be
/// said twice.
constexpr std::chrono::hours surely_known{12};

/// What says a line that is shown in a window, or says it again.
typed_line line_of(const window& in, const log_line& shown) {
  typed_line line{intent::say, shown.text, in.room(), {0, shown.ref}, shown.ref};
  if (shown.what == log_line::kind::action) line.kind = entry_kind::action;
  if (in.has_log()) return line;
  line.what = intent::command;
  line.text = fmt::format("/msg {} {}", in.name, shown.text);
  line.room.clear();
  return line;
}

} // namespace

void window_control::enter(const std::string& text) {
  const window& w = state_.all.current();
  const bool is_marked = w.chosen && *w.chosen >= w.log.first() && *w.chosen < w.log.end();
  marked_ = is_marked && w.has_log() ? w.log.at(*w.chosen).at.offset : 0;
  state_.all.follow(state_.all.current());
  typed_line line = around_.read(text);
  if (line.what == intent::command) line = around_.read(commands_.expand(line.text));
  if (line.what != intent::command) return take(std::move(line));
  if (const auto later = window_commands::line_in(line.text); secret_from(later) != later.npos)
    return refuse(text, "a secret is not kept in a line for later; without it, it is asked for");
  const window_commands::outcome done = commands_.run(line.text);
  if (done.typed) entry_.insert(*done.typed);
  if (!done.then.empty()) line.text = done.then;
  if (!done.ours || !done.then.empty()) take(std::move(line));
}

void window_control::take(typed_line line) {
  if (line.what == intent::say) return say(std::move(line));
  if (line.what == intent::command) return command(std::move(line));
  around_.enter(std::move(line));
}

void window_control::say(typed_line line) {
  window& w = state_.all.current();
  if (w.what == window::kind::server)
    return refuse(line.text, "this window is for commands; Alt-1 shows a room");
  send(w, {log_line::kind::message, time_.wall_now(), {}, std::move(line.text)});
}

/// With the number of the marked message, if the command is one that takes it and has none.
std::string window_control::about_marked(const std::string& line) const {
  const parsed_line c = parse_command_line(line);
  const auto is = [&](const char* name) { return ascii::equal_ignoring_case(c.name, name); };
  if (marked_ == 0 ||
      !(is("reply") || is("react") || is("edit") || is("delete") || is("pin") || is("unpin")))
    return line;
  const std::string_view first = c.arguments.substr(0, c.arguments.find_first_of(" \n"));
  const bool has_number = first.size() > 1 && (first.front() == '@' || first.front() == '-') &&
                          first.find_first_not_of("0123456789", 1) == first.npos;
  if (has_number) return line;
  return fmt::format("/{} @{} {}", c.name, marked_, c.arguments);
}

/// Shows it at once, where the server's answer will only say that it was taken.
void window_control::command(typed_line line) {
  windows& all = state_.all;
  window& w = all.current();
  line.text = about_marked(line.text);
  const parsed_line c = parse_command_line(line.text);
  const bool in_room = w.has_log();
  const bool is_asked = undelivered_.contains(w.id); // whether it has a log
  log_line shown{log_line::kind::message, time_.wall_now(), {}, std::string(c.arguments)};
  const auto is = [&](const char* name) { return ascii::equal_ignoring_case(c.name, name); };
  if (in_room) line.room = w.room();
  if (w.what == window::kind::direct && !in_room && !is_asked && is("me"))
    return refuse(line.text, "/me is for rooms and between accounts; what goes to a guest is a "
                             "message: leave /me out");
  // They would be about a room that is not seen.
  const bool about_entry = is("edit") || is("delete") || is("reply") || is("react") || is("pin") ||
                           is("unpin") || is("pins");
  if (!in_room && ((is("me") && !is_asked) || is("topic") || is("leave") || about_entry))
    return refuse(line.text, fmt::format("/{} is for a room", c.name));
  if (is("me") && !c.arguments.empty()) {
    shown.what = log_line::kind::action;
    return send(w, std::move(shown));
  }
  const positions told = split_arguments(c.arguments, 2);
  if (is("msg") && !told[1].empty()) {
    shown.text = told[1];
    window& to = all.open_direct(std::string(told[0]));
    send(to, std::move(shown));
    // Where one stays, something says where it went.
    if (&to != &all.current())
      all.remark(log_line::kind::notice, fmt::format("to {} alone: {}", to.name, told[1]),
                 time_.wall_now());
    return;
  }
  around_.enter(std::move(line));
}

/// Nothing that was typed is lost.
void window_control::refuse(const std::string& text, const std::string& why) {
  state_.all.remark(log_line::kind::notice, why, time_.wall_now());
  // A line that a key stands for was not typed, and what was stays.
  if (entry_.draft().empty()) entry_.assign(widen(text));
}

// What is kept for a later client.

void window_control::send(window& in, log_line shown) {
  shown.ref = fmt::format("{}-{}", ref_prefix_, ++last_ref_);
  if (state_.typed) {
    const window* typed = state_.all.find(typing_in_);
    state_.typed->sending(
        {shown.ref, in.title(), shown.text, shown.time, shown.what == log_line::kind::action},
        typed ? typed->title() : std::string());
  }
  open_log(in);
  if (const auto waiting = undelivered_.find(in.id); waiting != undelivered_.end()) {
    waiting->second.push_back(shown);
    return state_.all.echo(in, std::move(shown));
  }
  typed_line line = line_of(in, shown);
  state_.all.echo(in, std::move(shown));
  around_.enter(std::move(line));
}

/// Asks once whether what is said to a member is kept. Until that is answered, lines wait.
void window_control::open_log(window& w) {
  if (w.what != window::kind::direct || w.asked || !around_.open_log ||
      state_.connection.protection.empty())
    return;
  w.asked = true;
  undelivered_[w.id];
  around_.open_log(w.name, [this, alive = alive_, id = w.id](bool is_kept) {
    if (*alive) opened(id, is_kept);
  });
}

void window_control::opened(std::uint64_t id, bool is_kept) {
  const auto waiting = undelivered_.extract(id);
  window* w = state_.all.find(id);
  if (!w) return;
  w->kept = w->kept || is_kept; // the other one may have written meanwhile
  w->in = w->in || is_kept;
  for (const log_line& line : waiting.mapped()) {
    if (!w->kept && line.what == log_line::kind::action)
      state_.all.refused(line.ref, "/me is for rooms and between accounts");
    else
      around_.enter(line_of(*w, line));
  }
  around_.changed();
}

/// What one looks at is read on all devices of the account.
void window_control::tell_read() {
  window& w = state_.all.current();
  if (!w.has_log() || !w.in || w.unread > 0 || w.read.offset == 0 || w.read == w.told_read) return;
  w.told_read = w.read;
  around_.has_read(w.room(), w.read.offset);
}

/// The newest line of the window that was refused.
void window_control::send_again() {
  window& w = state_.all.current();
  for (auto n = w.log.end(); n > w.log.first(); --n) {
    log_line& line = w.log.at(n - 1);
    if (line.fate != log_line::state::refused || line.ref.empty()) continue;
    line.fate = log_line::state::sent;
    line.time = time_.wall_now();
    if (state_.typed) {
      state_.typed->sending(
          {line.ref, w.title(), line.text, line.time, line.what == log_line::kind::action}, "");
    }
    state_.all.follow(w);
    return around_.enter(line_of(w, line));
  }
  std::string told = "no line that was refused is here";
  for (std::size_t n = 0; n < state_.all.count(); ++n) {
    const window& other = state_.all.at(n);
    for (auto line = other.log.first(); line < other.log.end(); ++line) {
      if (other.log.at(line).fate != log_line::state::refused) continue;
      told += fmt::format("; one is in {}", other.title());
      break;
    }
  }
  state_.all.remark(log_line::kind::notice, std::move(told), time_.wall_now());
}

window* window_control::window_of(const std::string& title) {
  if (title.starts_with('#')) return state_.all.find(window::kind::room, title.substr(1));
  if (title.starts_with('@')) return &state_.all.open_direct(title.substr(1));
  return nullptr;
}

/// What an earlier client has not got an answer for is said now, unless it might be said twice.
void window_control::restore() {
  if (state_.connection.protection.empty()) return;
  unsent_.take_if([this](const typed_journal::line& kept) {
    window* in = window_of(kept.in);
    if (!in) return false;
    log_line shown{log_line::kind::message, kept.when, {}, kept.text};
    if (kept.action) shown.what = log_line::kind::action;
    shown.ref = kept.id;
    typed_line line = line_of(*in, shown);
    state_.all.echo(*in, std::move(shown));
    const bool once = in->what == window::kind::room && time_.wall_now() - kept.when < surely_known;
    if (kept.why.empty() && once) {
      around_.enter(std::move(line));
    } else {
      state_.all.refused(kept.id, !kept.why.empty()
                                      ? kept.why
                                      : "the client ended before the answer; it may be said");
    }
    return true;
  });
  for (const auto& [title, text] : std::map(state_.all.unopened_drafts()))
    if (title.starts_with('@')) window_of(title);
}

void window_control::cannot_join(const std::string& room, const std::string& why) {
  std::string told = fmt::format("you cannot be in #{} again: {}", room, why);
  if (const std::string kept = unsent_.kept_for(room); !kept.empty())
    told += fmt::format("; what you typed there is kept ({}), and /unsent shows it", kept);
  state_.all.remark(log_line::kind::notice, std::move(told), time_.wall_now());
}

std::optional<steady_time> window_control::keep_drafts_in_time() {
  const steady_time now = time_.now();
  if (const steady_time next = keeping_.next(now); next > now) {
    unkept_ = true;
    return next;
  }
  keeping_.drawn(now);
  keep_drafts();
  return std::nullopt;
}

void window_control::keep_drafts() {
  unkept_ = false;
  if (!state_.typed) return;
  std::map<std::string, std::string> typed = state_.all.unopened_drafts();
  for (std::size_t n = 0; n < state_.all.count(); ++n) {
    const window& w = state_.all.at(n);
    if (w.draft.empty()) continue;
    std::string text = narrow(w.draft);
    typed[w.title()] = std::move(text);
  }
  std::erase_if(typed, [this](const auto& t) { return !may_keep(t.second); });
  for (const auto& [title, text] : std::map(state_.typed->drafts()))
    if (!typed.contains(title)) state_.typed->draft(title, "");
  for (const auto& [title, text] : typed)
    state_.typed->draft(title, text);
  if (const auto trouble = state_.typed->take_trouble())
    state_.all.remark(log_line::kind::notice, *trouble, time_.wall_now());
}

} // namespace asio_chat::app
