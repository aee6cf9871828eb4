// asio-chat: a chat client for terminals and pipes.
#include "conversation.hpp"
#include "exit_code.hpp"
#include "fullscreen/full_screen.hpp"
#include "fullscreen/window_display.hpp"
#include "json_display.hpp"
#include "keyboard.hpp"
#include "known_members.hpp"
#include "options.hpp"
#include "pipe_input.hpp"
#include "pipe_screen.hpp"
#include "plain_questions.hpp"
#include "read_reports.hpp"
#include "room_focus.hpp"
#include "session_keeper.hpp"
#include "sign_in.hpp"
#include "terminal.hpp"
#include "terminal_screen.hpp"

#include "base/sanitize.hpp"
#include "base/standard_streams.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::app {

namespace {

namespace asio = boost::asio;

/// Prints what `--verbose` reports on stderr, above the line that is being typed if there is one.
class narrator {
 public:
  explicit narrator(bool verbose)
      : verbose_(verbose) {}
  void through(screen* s) { screen_ = s; }
  void say(const std::string& line) {
    if (!verbose_) return;
    if (screen_) {
      screen_->notice(line);
    } else {
      fmt::print(stderr, "{}\n", line);
    }
  }
  log_function log() {
    return [this](severity, std::string_view message, std::span<const log_field> fields) {
      std::string line = sanitize_for_terminal(message);
      for (const log_field& f : fields)
        line += fmt::format(" {}={}", f.name, sanitize_for_terminal(f.value));
      say(line);
    };
  }

 private:
  bool verbose_;
  screen* screen_ = nullptr;
};

int exit_code_of_signal(int signal) {
  return signal == SIGINT ? exit_interrupted : signal == SIGHUP ? exit_hangup : exit_terminated;
}

/// Waits until a slow screen has everything. Who has asked for the end by a signal waits some
/// seconds only.
void finish_output(asio::io_context& context, screen& where, bool hurried,
                   const bool& interrupted) {
  constexpr std::chrono::seconds patience{5};
  const auto end = transport::time_of(context).now() + patience;
  where.close();
  while (!where.output().empty() && !interrupted) {
    const std::size_t done = hurried ? context.run_one_until(end) : context.run_one();
    if (done == 0) break;
  }
}

/// How a person, or a program, takes part.
enum class front {
  full_screen,
  line,  ///< the typed line is drawn at the bottom of the terminal
  plain, ///< a terminal that can do nothing with it
  pipe,
};

front front_of(const options& o) {
  if (!is_interactive() || o.json) return front::pipe;
  const char* term = std::getenv("TERM");
  if (!term || !*term || std::string_view(term) == "dumb") return front::plain;
  return o.line_mode || !curses_writer::can_use_terminal() ? front::line : front::full_screen;
}

/// Where the conversation is shown, and who takes the keys.
struct stage {
  explicit stage(const std::string& server)
      : state(windows(server)) {}

  chat_state state;
  std::unique_ptr<display> shown;
  std::unique_ptr<screen> where;
  key_taker* keys = nullptr;
  conversation::room_refusal cannot_join = {};
  std::function<void(vocabulary&)> more_words = {};
};

void set_full_screen(stage& s, asio::io_context& context, const options& o, client& chat,
                     const std::shared_ptr<conversation>& talk, read_reports& reads) {
  window_control::surroundings around{
      .read = [&](const std::string& text) { return talk->read(text, 0); },
      .enter = [&](typed_line line) { talk->enter(std::move(line)); },
      .end = [&] { talk->end_of_input(); },
      .words = [&] { return talk->words(); },
      .may_keep = [&](std::string_view line) { return talk->may_keep(line); },
      .secret_from = [&](std::string_view line) { return talk->secret_from(line); },
      .missing_secrets = [&](std::string_view line) { return talk->missing_secrets(line); },
      .look_at = [&](const std::string& room) { talk->look_at(room); },
      .members = [&](const std::string& room) { return talk->members_of(room); },
      .guests = [&](const std::string& room) { return talk->guests_of(room); },
      .displayed = [&]() -> const displayed_names& { return talk->displayed(); },
      .away = [&]() -> const away_members& { return talk->away(); },
      .fetch =
          [&](const std::string& room, log_range part, window_control::page_handler done) {
            chat.async_history(room, part, std::move(done));
          },
      .open_log =
          [&](const std::string& name, std::function<void(bool)> done) {
            chat.async_command("", "/join @" + name,
                               [done = std::move(done)](error_code e, const reply&) { done(!e); });
          },
      .has_read = [&](const std::string& room, std::uint64_t offset) { reads.seen(room, offset); },
      .next_attempt = [&] { return chat.next_attempt_in(); },
      .changed = {},
      .redraw = {},
      .edit = {}};
  s.state.themes = o.full_screen.themes;
  auto made = std::make_unique<full_screen>(context, s.state, o.full_screen, std::move(around));
  full_screen& screen = *made;
  s.shown = std::make_unique<window_display>(
      s.state, transport::time_of(context), o.server.address(),
      !o.client.tls.insecure_skip_host_name_check,
      window_display::listeners{
          [&] { screen.draw_soon(); },
          [&](const std::string& who, const std::string& at) { screen.call(who, at); }});
  s.state.all.set_highlights(o.full_screen.highlights);
  for (const std::string& name : o.full_screen.ignored)
    s.state.all.ignore(name);
  s.more_words = [&screen](vocabulary& words) { screen.add_to(words); };
  s.keys = made.get();
  s.cannot_join = [&screen](const std::string& room, const std::string& why) {
    screen.cannot_join(room, why);
  };
  s.where = std::move(made);
}

void set_lines(stage& s, asio::io_context& context, const options& o, front f,
               const std::shared_ptr<conversation>& talk) {
  if (o.json) {
    s.shown = std::make_unique<json_display>();
  } else {
    auto made = std::make_unique<text_display>(
        transport::time_of(context), o.time, o.server.address(),
        !o.client.tls.insecure_skip_host_name_check, f != front::pipe);
    made->show_address(o.show_address);
    for (const std::string& name : o.full_screen.ignored)
      made->ignore(name);
    s.shown = std::move(made);
  }
  s.cannot_join = [&s](const std::string& room, const std::string& why) {
    s.where->notice(fmt::format("[you cannot be in {} again: {}]", title_of_room(room),
                                sanitize_for_terminal(why)));
  };
  if (f != front::line) {
    s.where = std::make_unique<pipe_screen>(context);
    return;
  }
  auto made = std::make_unique<terminal_screen>(
      context,
      text_entry::handlers{[&](const std::string& line) { talk->enter(talk->read(line, 0)); },
                           [&] { talk->end_of_input(); },
                           [&](std::string_view before) { return complete(before, talk->words()); },
                           [&](std::string_view line) { return talk->may_keep(line); },
                           {},
                           [&](std::string_view line) { return talk->secret_from(line); },
                           [&](std::string_view line) { return talk->missing_secrets(line); },
                           [&](const std::string& line) { talk->enter(read_literal_line(line)); }});
  s.keys = &made->editor();
  s.where = std::move(made);
}

using position_map = std::map<std::string, position>;

position_map merged(position_map before, const position_map& later) {
  for (const auto& [room, at] : later)
    before[room] = at;
  return before;
}

/// How far, in which rooms. A client that was killed in another mode has read, too.
position_map read_by_person(const kept_session& earlier) {
  position_map read = earlier.resume.positions;
  return merged(std::move(read), earlier.read);
}

/// Where one was when an earlier client ended.
std::vector<std::string> rooms_of(const position_map& read, const typed_journal* typed) {
  std::set<std::string> rooms;
  const auto add = [&](const std::string& title) {
    if (title.starts_with('#')) rooms.insert(title.substr(1));
  };
  // What others have written comes by itself.
  for (const auto& [room, at] : read)
    if (!is_direct_room(room)) rooms.insert(room);
  for (std::size_t n = 0; typed && n < typed->lines().size(); ++n)
    add(typed->lines()[n].in);
  if (typed)
    for (const auto& [title, text] : typed->drafts())
      add(title);
  return {rooms.begin(), rooms.end()};
}

/// Runs the conversation to its end, with the kind of input that there is.
int converse(asio::io_context& context, const options& o, client& chat, sign_in& door,
             narrator& narrator, front f) {
  const bool interactive = f != front::pipe;
  std::shared_ptr<conversation> talk;
  std::optional<saved_session> session = door.take_session();
  const kept_session& earlier = door.earlier();
  stage on(o.server.host);
  std::optional<typed_journal> typed;
  if (f == front::full_screen && session) {
    on.state.all.set_read(read_by_person(earlier));
    if (auto opened = typed_journal::open(session->journal_path())) {
      typed.emplace(std::move(*opened));
      on.state.typed = &*typed;
    } else {
      on.state.all.remark_on_server(opened.error().message, transport::time_of(context).wall_now());
    }
  }
  if (f == front::full_screen && !door.why_no_session().empty())
    on.state.all.remark_on_server(door.why_no_session() +
                                      "; what you type is not kept for a later client",
                                  transport::time_of(context).wall_now());
  read_reports reads(transport::time_of(context), read_reports::by(chat));
  if (f == front::full_screen) {
    set_full_screen(on, context, o, chat, talk, reads);
  } else {
    set_lines(on, context, o, f, talk);
  }
  screen& where = *on.where;
  narrator.through(&where);

  // It is not certain that this is that server, if its name was not verified.
  const bool sure = !o.client.tls.insecure_skip_host_name_check;
  known_members met(
      sure ? members_file(default_state_directory(), o.server.address()) : std::filesystem::path(),
      transport::time_of(context), [&](const std::string& sentence) {
        if (f == front::full_screen)
          on.state.all.remark_on_server(sentence, transport::time_of(context).wall_now());
        else
          where.notice("[" + sanitize_for_terminal(sentence) + "]");
      });
  talk = std::make_shared<conversation>(
      context, chat, *on.shown, where,
      conversation::modes{interactive, o.json, o.input, f == front::full_screen}, met);
  talk->on_words(on.more_words);
  if (interactive) {
    talk->on_leaving([&] { reads.flush(); });
    talk->on_shown([&, all = f != front::full_screen](const client_event& e) {
      // What a line shows was seen; of windows the one that is looked at.
      if (const auto* state = std::get_if<room_state>(&e); state && !all) reads.entered(*state);
      if (all) reads.shown(e);
    });
  }
  asio::signal_set signals(context, SIGINT, SIGTERM, SIGHUP);
  bool interrupted = false; // while the rest is being written
  std::function<void()> wait_for_signal = [&] {
    signals.async_wait([&](const error_code& e, int signal) {
      if (e) return;
      interrupted = talk->over();
      where.part();
      if (signal == SIGINT) where.notice("Client shutting down...");
      talk->interrupt(exit_code_of_signal(signal));
      wait_for_signal();
    });
  };
  wait_for_signal();

  std::optional<session_keeper> keeper;
  if (session) {
    keeper.emplace(transport::time_of(context), chat, where.output(), std::move(*session), [&] {
      if (f == front::full_screen) return on.state.all.read_positions();
      // What a program has received, no person has read.
      return f == front::pipe ? earlier.read : merged(earlier.read, chat.saved_state().positions);
    });
    talk->on_news([&] { keeper->touch(); });
  }
  if (interactive)
    talk->join_again(
        rooms_of(f == front::full_screen ? read_by_person(earlier) : earlier.resume.positions,
                 on.state.typed),
        on.cannot_join);
  talk->start(door.news());
  std::optional<keyboard> keys;
  std::optional<pipe_input> pipe;
  if (on.keys) {
    keys.emplace(context, *on.keys, where.output(), [&] { talk->hang_up(); });
    talk->on_input_wanted([&] { keys->go_on(); });
  } else {
    pipe_input::completer complete;
    if (f == front::plain)
      complete = [&](std::string_view line) {
        return with_secrets(line, talk->missing_secrets(line));
      };
    pipe.emplace(context, *talk, std::move(complete));
  }
  while (!talk->over() && context.run_one() > 0) {
  }
  narrator.through(nullptr);
  finish_output(context, where, talk->exit_code() >= exit_hangup, interrupted);
  met.end();
  const bool in_order = talk->left_in_order();
  if (typed) typed->end(in_order);
  if (keeper) keeper->end(in_order, typed && !typed->lines().empty());
  return talk->exit_code();
}

int run(int argc, char** argv) {
  keep_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  auto read = read_options(argc, argv);
  if (const int* code = std::get_if<int>(&read)) return *code;
  options& o = std::get<options>(read);

  use_utf8();
  const front f = front_of(o);
  const bool interactive = f != front::pipe;
  // A program that reads lines takes each of them for a live message.
  if (!interactive && !o.client.history) o.client.history = 0;
  // The full screen fetches what was said before, with one's own lines.
  if (f == front::full_screen) {
    o.full_screen.history = std::exchange(o.client.history, 0);
    o.client.direct_rooms = true;
  }
  if (o.client.tls.insecure_skip_host_name_check) {
    fmt::print(stderr,
               "WARNING: --insecure-skip-host-name-check: the certificate is verified, the "
               "name of the host is NOT. Every owner of a certificate of a trusted CA can "
               "pose as {}.\n",
               o.server.address());
  }
  narrator narrator(o.verbose);
  o.client.log = narrator.log();
  narrator.say("Client initialized");

  asio::io_context context(1);
  sign_in door(context, o, interactive, f == front::full_screen);
  const std::unique_ptr<client> chat = door.run();
  if (!chat) return door.exit_code();
  narrator.say(fmt::format("Connected to server at {}", o.server.address()));
  return converse(context, o, *chat, door, narrator, f);
}

} // namespace

} // namespace asio_chat::app

int main(int argc, char** argv) {
  try {
    return asio_chat::app::run(argc, argv);
  } catch (const asio_chat::error& e) {
    asio_chat::complain("Error setting up client", e.what());
    return asio_chat::app::exit_code_of(e.code());
  } catch (const std::exception& e) {
    return asio_chat::end_of_output("asio-chat", e, e.what(), asio_chat::app::exit_no_connection);
  }
}
