#include "fullscreen/curses_writer.hpp"

#include <asio_chat/error.hpp>

// The wide functions of ncurses need it; g++ defines it anyway.
#ifndef _XOPEN_SOURCE_EXTENDED
#define _XOPEN_SOURCE_EXTENDED 1
#endif
#include <curses.h>
#include <term.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>
#include <utility>

// A macro that our own names would trip over.
#undef columns

namespace asio_chat::app {

namespace {

/// ncurses would handle these, unless the program does.
class signals_kept {
 public:
  signals_kept() {
    for (std::size_t i = 0; i < which.size(); ++i)
      ::sigaction(which[i], nullptr, &before_[i]);
  }
  ~signals_kept() {
    for (std::size_t i = 0; i < which.size(); ++i)
      ::sigaction(which[i], &before_[i], nullptr);
  }
  signals_kept(const signals_kept&) = delete;
  signals_kept& operator=(const signals_kept&) = delete;

 private:
  static constexpr std::array<int, 4> which{SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
  std::array<struct sigaction, which.size()> before_{};
};

struct drawn_look {
  short ink = -1;
  short paper = -1;
  attr_t attributes = A_NORMAL;
};

drawn_look look_of(const appearance& a, int colours) {
  drawn_look made;
  if (a.ink < colours) made.ink = a.ink;
  if (a.paper < colours) made.paper = a.paper;
  if (a.bold) made.attributes |= A_BOLD;
  if (a.dim) made.attributes |= A_DIM;
  if (a.underlined) made.attributes |= A_UNDERLINE;
  if (a.reversed) made.attributes |= A_REVERSE;
  return made;
}

// Colours of names in 256 colours, readable on dark and on light ground.
constexpr std::array<short, name_colours> names_on_dark{75,  114, 180, 176, 80,  209,
                                                        147, 150, 222, 117, 211, 108};
constexpr std::array<short, name_colours> names_on_light{25, 28, 94,  90, 30,  130,
                                                         54, 64, 136, 24, 125, 22};
constexpr std::array<short, name_colours> names_in_8{2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 2, 6};

drawn_look appearance_of(const style& s, ground g, int colours) {
  const bool dark = g == ground::dark;
  const bool many = colours >= 256 && g != ground::own;
  const auto pick = [&](short on_dark, short on_light, short few) {
    return colours < 8 ? short{-1} : many ? (dark ? on_dark : on_light) : few;
  };
  switch (s.what) {
  case role::text:
    return {};
  case role::faint:
    // Of 8 colours none is a grey for both grounds.
    return {pick(245, 243, -1), -1, many ? A_NORMAL : A_DIM};
  case role::name:
    return {pick(names_on_dark[s.colour], names_on_light[s.colour], names_in_8[s.colour]), -1,
            A_NORMAL};
  case role::own_name:
    return {-1, -1, A_BOLD};
  case role::mention:
    return {pick(213, 161, 5), -1, A_BOLD};
  case role::failed:
    return {pick(203, 160, 1), -1, A_NORMAL};
  case role::marker:
    return {pick(203, 160, 1), -1, A_BOLD};
  case role::bar:
    if (many) return {pick(252, 235, -1), pick(237, 252, -1), A_NORMAL};
    return {-1, -1, A_REVERSE};
  case role::bar_title:
    if (many) return {pick(231, 232, -1), pick(237, 252, -1), A_BOLD};
    return {-1, -1, A_REVERSE | A_BOLD};
  case role::bar_alert:
    if (many) return {pick(216, 124, -1), pick(237, 252, -1), A_BOLD};
    return {-1, -1, A_REVERSE | A_BOLD};
  case role::room:
    return {};
  case role::room_unread:
    return {pick(222, 94, 3), -1, A_BOLD};
  case role::room_mention:
    return {pick(213, 161, 5), -1, A_BOLD};
  case role::chosen:
  case role::room_shown:
    return {-1, -1, A_REVERSE};
  }
  return {};
}

/// The cursor is at home after it.
std::string whole_screen_scrolls(std::size_t rows) {
  const char* sequence = change_scroll_region
                             ? ::tiparm(change_scroll_region, 0, static_cast<int>(rows) - 1)
                             : nullptr;
  return sequence ? sequence : "";
}

} // namespace

struct curses_writer::state {
  explicit state(int out)
      : output(::fdopen(::dup(out), "w"))
      , input(std::fopen("/dev/null", "r")) {
    if (output && input) screen = ::newterm(nullptr, output, input);
    if (!screen) return;
    ::nonl();
    ::typeahead(-1); // nothing that is typed interrupts a picture
    leaveok(stdscr, FALSE);
  }
  ~state() {
    if (screen) ::delscreen(screen);
    if (output) std::fclose(output);
    if (input) std::fclose(input);
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  void use(const theme& t) {
    look = t;
    colours = 0;
    if (t.like == ground::mono || !::has_colors()) return;
    if (!has_begun_colours && ::start_color() != OK) return;
    if (!std::exchange(has_begun_colours, true)) ::use_default_colors();
    colours = COLORS;
  }

  void put(std::size_t row, std::size_t column, const cell& c) {
    const auto chosen = look.parts.find(c.look.what);
    const drawn_look a = chosen == look.parts.end() ? appearance_of(c.look, look.like, colours)
                                                    : look_of(chosen->second, colours);
    std::array<wchar_t, cell::max_characters + 1> text{};
    for (std::size_t i = 0; i < c.characters.size(); ++i)
      text[i] = static_cast<wchar_t>(c.characters[i]);
    cchar_t packed{};
    const short pair = pair_of(a.ink, a.paper);
    if (::setcchar(&packed, text.data(), a.attributes, pair, nullptr) == OK)
      mvwadd_wch(stdscr, static_cast<int>(row), static_cast<int>(column), &packed);
  }

  short pair_of(short ink, short paper) {
    if (ink < 0 && paper < 0) return 0;
    const auto [found, is_new] =
        pairs.try_emplace({ink, paper}, static_cast<short>(pairs.size() + 1));
    if (is_new) ::init_pair(found->second, ink, paper);
    return found->second;
  }

  theme look;
  FILE* output;
  FILE* input;
  SCREEN* screen = nullptr;
  int colours = 0; ///< those to be used
  bool has_begun_colours = false;
  std::map<std::pair<short, short>, short> pairs;
};

bool curses_writer::can_use_terminal() {
  const char* term = std::getenv("TERM");
  if (!term || !*term || std::string_view(term) == "dumb") return false;
  int error = 0;
  if (::setupterm(nullptr, STDOUT_FILENO, &error) != OK) return false;
  const auto has = [](const char* capability) {
    char name[8] = {};
    std::string_view(capability).copy(name, sizeof name - 1);
    const char* text = ::tigetstr(name);
    return text && text != reinterpret_cast<const char*>(-1) && *text;
  };
  const bool can = has("cup") && has("clear") && has("el");
  ::del_curterm(cur_term);
  return can;
}

curses_writer::curses_writer(const theme& t)
    : memory_(::memfd_create("screen", MFD_CLOEXEC)) {
  const signals_kept kept;
  state_ = std::make_unique<state>(memory_.get());
  if (!state_->screen)
    throw error(fail(errc::bad_setting, "this terminal cannot show a full screen; give --line"));
  state_->use(t);
}

void curses_writer::use(const theme& t) {
  state_->use(t);
  forget();
}

curses_writer::~curses_writer() = default;

std::string curses_writer::written() {
  ::delay_output(0); // ncurses has a buffer of its own
  std::fflush(state_->output);
  std::string bytes;
  const off_t size = ::lseek(memory_.get(), 0, SEEK_END);
  if (size > 0) {
    bytes.resize(static_cast<std::size_t>(size));
    const ssize_t n = ::pread(memory_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  }
  // What ncurses writes to is a copy of this descriptor, and shares its place in the file.
  ::lseek(memory_.get(), 0, SEEK_SET);
  if (::ftruncate(memory_.get(), 0) != 0) return {};
  return bytes;
}

std::string curses_writer::show(const canvas& next) {
  const bool fits = static_cast<std::size_t>(COLS) == next.columns() &&
                    static_cast<std::size_t>(LINES) == next.rows();
  if (!fits) {
    ::resize_term(static_cast<int>(next.rows()), static_cast<int>(next.columns()));
    shown_.reset();
  }
  std::string bytes;
  if (!shown_) {
    // ncurses takes the terminal for one of 24 rows until it hears of another size, and has let no
    // more than those scroll and the cursor move down.
    bytes = written() + whole_screen_scrolls(next.rows());
    clearok(stdscr, TRUE);
  }
  for (std::size_t row = 0; row < next.rows(); ++row) {
    if (shown_ && std::ranges::equal(shown_->row(row), next.row(row))) continue;
    for (std::size_t column = 0; column < next.columns(); ++column) {
      if (next.at(row, column).width > 0) state_->put(row, column, next.at(row, column));
    }
  }
  wmove(stdscr, static_cast<int>(next.cursor_row), static_cast<int>(next.cursor_column));
  wrefresh(stdscr);
  shown_ = next;
  return bytes + written();
}

std::string curses_writer::leave() {
  endwin();
  shown_.reset();
  return written();
}

} // namespace asio_chat::app
