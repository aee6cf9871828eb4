#include "line_editor.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio_chat::app {

namespace {

constexpr const char* mark_pastes = "\x1b[?2004h";
constexpr const char* no_marks = "\x1b[?2004l";
constexpr std::chrono::milliseconds short_while{500};

} // namespace

line_editor::line_editor(boost::asio::io_context& context, output_queue& out,
                         text_entry::handlers h)
    : context_(context)
    , out_(out)
    , entry_(std::move(h),
             {[this](const std::string& line) { print(line); },
              [this] { out_.put(view_.hide() + entered_lines(prompt_, entry_.text())); },
              [this] { out_.put(view_.hide() + "\x1b[H\x1b[2J"); }}) {
  out_.put(mark_pastes);
  draw_soon();
}

line_editor::~line_editor() {
  *alive_ = false;
  close();
}

// The screen.

void line_editor::hide() {
  out_.put(view_.hide());
}

/// Many lines that are printed one after the other need the typed line only once.
void line_editor::draw_soon() {
  if (std::exchange(drawing_, true)) return;
  boost::asio::post(context_, [this, alive = alive_] {
    if (*alive) draw();
  });
}

void line_editor::draw() {
  drawing_ = false;
  if (closed_ || !out_.empty()) return;
  const terminal_size size = size_of_terminal();
  out_.put(view_.show(lay_out(entry_.prompt(prompt_), entry_.text(), entry_.cursor(), size.columns,
                              size.rows > 1 ? size.rows - 1 : 1)));
}

void line_editor::go_on() {
  if (out_.empty()) draw_soon();
}

void line_editor::print(const std::string& line) {
  out_.put(view_.hide() + line + "\n");
  draw_soon();
}

void line_editor::set_prompt(const std::string& prompt) {
  prompt_ = prompt;
  draw_soon();
}

void line_editor::resized() {
  hide();
  draw_soon();
}

void line_editor::suspend() {
  hide();
  out_.put(no_marks);
  out_.flush(short_while);
  mode_.suspend();
}

void line_editor::resume() {
  mode_.resume();
  out_.put(mark_pastes);
  draw_soon();
}

void line_editor::close() {
  if (std::exchange(closed_, true)) return;
  mode_.let_terminal_signal();
  out_.put(view_.hide() + no_marks);
}

// The keys.

void line_editor::feed(std::string_view bytes) {
  keys_.put(bytes);
  key k;
  while (!closed_ && keys_.next(k)) {
    if (!raise_signal_of(k, [this] { suspend(); })) entry_.press(k);
  }
  draw_soon();
}

void line_editor::settle() {
  keys_.settle();
  feed({});
}

} // namespace asio_chat::app
