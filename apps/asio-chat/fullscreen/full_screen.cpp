#include "fullscreen/full_screen.hpp"

#include "fullscreen/window_display.hpp"

#include "transport/loop_time.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <unistd.h>

namespace asio_chat::app {

namespace {

constexpr const char* mark_pastes = "\x1b[?2004h";
constexpr const char* no_marks = "\x1b[?2004l";
constexpr std::chrono::milliseconds short_while{500};
/// Of a terminal; a larger one is used in part.
constexpr terminal_size largest{1000, 400};

} // namespace

full_screen::full_screen(boost::asio::io_context& context, chat_state& state,
                         const screen_settings& look, window_control::surroundings s)
    : context_(context)
    , time_(transport::time_of(context))
    , state_(state)
    , out_(context, STDOUT_FILENO)
    , call_(look.call)
    , mode_(true)
    , writer_(state.themes.shown())
    , control_(state, time_,
               [&] {
                 s.changed = [this] { draw_soon(); };
                 s.edit = [this](const std::string& text,
                                 std::function<void(const std::string&)> f) {
                   edit(text, std::move(f));
                 };
                 s.redraw = [this] {
                   writer_.forget();
                   draw_soon();
                 };
                 return std::move(s);
               }())
    , timer_(time_.make_timer())
    , keep_timer_(time_.make_timer())
    , count_timer_(time_.make_timer())
    , drawn_as_(state.themes.name()) {
  control_.define(look.aliases);
  control_.bind(look.bindings);
  if (look.history) control_.begin_with(*look.history);
  if (look.keeps_entered) control_.keep_entered();
  out_.on_progress([this] {
    draw_soon();
    made_room();
  });
  out_.put(mark_pastes);
  draw_soon();
}

full_screen::~full_screen() {
  close();
}

void full_screen::draw_soon() {
  if (closed_ || away() || !out_.empty() || std::exchange(drawing_, true)) return;
  timer_->wait_until(pace_.next(time_.now()), [this] { draw(); });
}

void full_screen::draw() {
  drawing_ = false;
  if (closed_ || away() || !out_.empty()) return;
  pace_.drawn(time_.now());
  if (drawn_as_ != state_.themes.name()) {
    drawn_as_ = state_.themes.name();
    writer_.use(state_.themes.shown());
  }
  const terminal_size size = size_of_terminal();
  out_.put(writer_.show(
      control_.draw(std::min(size.columns, largest.columns), std::min(size.rows, largest.rows))));
  if (const auto next = next_change(state_.connection))
    count_timer_->wait_until(time_.now() + *next, [this] { draw_soon(); });
}

void full_screen::call(const std::string& who, const std::string& where) {
  // One that waits in a queue comes too late.
  if (!closed_ && !away() && out_.empty()) out_.put(call_sequence(call_, who, where));
}

void full_screen::cannot_join(const std::string& room, const std::string& why) {
  control_.cannot_join(room, why);
  draw_soon();
}

void full_screen::chat(const std::string& line) {
  notice(line);
}

void full_screen::notice(const std::string& line) {
  state_.all.remark(log_line::kind::notice, without_brackets(line), time_.wall_now());
  if (parting_) state_.last_words.push_back(line);
  draw_soon();
}

void full_screen::now_in(const room_focus& where) {
  const std::string before = std::exchange(room_, where.room());
  if (before == room_ || room_.empty()) return;
  // The windows know which one to show in the place of a room that one has left.
  if (!before.empty() && !where.is_in(before)) return;
  state_.all.show_room(where.room());
  draw_soon();
}

void full_screen::edit(const std::string& text, std::function<void(const std::string&)> done) {
  if (away()) return;
  suspend();
  editor_ = std::make_unique<editor_process>(
      context_, text,
      [this, done = std::move(done)](const std::string& made, const std::string& why) {
        const auto ended = std::move(editor_);
        resume();
        done(made);
        if (!why.empty()) state_.all.remark(log_line::kind::notice, why, time_.wall_now());
        control_.keep_drafts();
        if (back_) back_();
      });
}

void full_screen::suspend() {
  out_.put(writer_.leave() + no_marks);
  out_.flush(short_while);
  mode_.suspend();
}

void full_screen::resume() {
  mode_.resume();
  out_.put(mark_pastes);
  draw_soon();
}

void full_screen::close() {
  if (std::exchange(closed_, true)) return;
  if (away()) resume();
  editor_.reset();
  std::string last = writer_.leave() + no_marks;
  for (const std::string& words : state_.last_words)
    last += words + "\r\n";
  out_.put(last);
  mode_.let_terminal_signal();
}

void full_screen::feed(std::string_view bytes) {
  keys_.put(bytes);
  key k;
  while (!closed_ && !away() && keys_.next(k)) {
    if (!raise_signal_of(k, [this] { suspend(); })) control_.press(k);
  }
  keep_soon();
  draw_soon();
}

void full_screen::keep_soon() {
  if (parting_ || closed_) return control_.keep_drafts();
  if (const auto due = control_.keep_drafts_in_time(); due && !std::exchange(keeping_, true)) {
    keep_timer_->wait_until(*due, [this] {
      keeping_ = false;
      keep_soon();
    });
  }
}

void full_screen::settle() {
  keys_.settle();
  feed({});
}

} // namespace asio_chat::app
