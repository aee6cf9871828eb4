// asio-chat: a chat client for terminals and pipes.
#include "conversation.hpp"
#include "exit_code.hpp"
#include "fullscreen/full_screen.hpp"
#include "fullscreen/window_display.hpp"
#include "json_display.hpp"
#include "keyboard.hpp"
#include "options.hpp"
#include "pipe_input.hpp"
#include "pipe_screen.hpp"
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
#include <functional>
#include <optional>
#include <string_view>
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
  chat_state state;
  std::unique_ptr<display> shown;
  std::unique_ptr<screen> where;
  key_taker* keys = nullptr;
};

void set_full_screen(stage& s, asio::io_context& context, const options& o, client& chat,
                     const std::shared_ptr<conversation>& talk) {
  window_control::surroundings around{
      .read = [&](const std::string& text) { return talk->read(text, 0); },
      .enter = [&](typed_line line) { talk->enter(std::move(line)); },
      .end = [&] { talk->end_of_input(); },
      .words = [&] { return talk->words(); },
      .may_keep = [&](std::string_view line) { return talk->may_keep(line); },
      .look_at = [&](const std::string& room) { talk->look_at(room); },
      .members = [&](const std::string& room) { return talk->members_of(room); },
      .fetch =
          [&](const std::string& room, log_range part, window_control::page_handler done) {
            chat.async_history(room, part, std::move(done));
          },
      .changed = {},
      .redraw = {}};
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
  for (const auto& [room, at] : o.client.resume.positions)
    s.state.all.set_read(room, at);
  s.keys = made.get();
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
    s.shown = std::move(made);
  }
  if (f != front::line) {
    s.where = std::make_unique<pipe_screen>(context);
    return;
  }
  auto made = std::make_unique<terminal_screen>(
      context,
      text_entry::handlers{[&](const std::string& line) { talk->enter(talk->read(line, 0)); },
                           [&] { talk->end_of_input(); },
                           [&](std::string_view before) { return complete(before, talk->words()); },
                           [&](std::string_view line) { return talk->may_keep(line); }});
  s.keys = &made->editor();
  s.where = std::move(made);
}

/// Runs the conversation to its end, with the kind of input that there is.
int converse(asio::io_context& context, const options& o, client& chat, const connected& news,
             narrator& narrator, front f, std::optional<saved_session> session) {
  const bool interactive = f != front::pipe;
  std::shared_ptr<conversation> talk;
  stage on{.state = {windows(o.server.host)}, .shown = {}, .where = {}};
  if (f == front::full_screen) {
    set_full_screen(on, context, o, chat, talk);
  } else {
    set_lines(on, context, o, f, talk);
  }
  screen& where = *on.where;
  narrator.through(&where);

  talk = std::make_shared<conversation>(
      context, chat, *on.shown, where,
      conversation::modes{interactive, o.json, o.input, f == front::full_screen});
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
    keeper.emplace(transport::time_of(context), chat, where.output(), std::move(*session));
    talk->on_news([&] { keeper->touch(); });
  }
  if (interactive) {
    std::vector<std::string> rooms;
    for (const auto& [room, at] : o.client.resume.positions)
      rooms.push_back(room);
    talk->join_again(std::move(rooms));
  }
  talk->start(news);
  std::optional<keyboard> keys;
  std::optional<pipe_input> pipe;
  if (on.keys) {
    keys.emplace(context, *on.keys, where.output(), [&] { talk->hang_up(); });
    talk->on_input_wanted([&] { keys->go_on(); });
  } else {
    pipe.emplace(context, *talk);
  }
  while (!talk->over() && context.run_one() > 0) {
  }
  narrator.through(nullptr);
  finish_output(context, where, talk->exit_code() >= exit_hangup, interrupted);
  if (keeper) keeper->end(talk->left_in_order());
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
  sign_in door(context, o, interactive);
  const std::unique_ptr<client> chat = door.run();
  if (!chat) return door.exit_code();
  narrator.say(fmt::format("Connected to server at {}", o.server.address()));
  return converse(context, o, *chat, door.news(), narrator, f, door.take_session());
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
