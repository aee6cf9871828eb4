// A terminal, at the bottom of which a line is being typed.
#pragma once

#include "line_editor.hpp"
#include "screen.hpp"

#include <unistd.h>

#include <utility>

namespace asio_chat::app {

class terminal_screen final : public screen {
 public:
  terminal_screen(boost::asio::io_context& context, text_entry::handlers h)
      : out_(context, STDOUT_FILENO)
      , editor_(context, out_, std::move(h)) {
    out_.on_progress([this] {
      editor_.go_on();
      made_room();
    });
  }

  void chat(const std::string& line) override { editor_.print(line); }
  void notice(const std::string& line) override { editor_.print(line); }
  void now_in(const room_focus& where) override { editor_.set_prompt(where.prompt()); }
  // A terminal that cannot be written has gone, and its keys say so.
  std::optional<exit_code> gone() const override { return {}; }
  const output_queue& output() const override { return out_; }
  void close() override { editor_.close(); }
  line_editor& editor() noexcept { return editor_; }

 private:
  output_queue out_;
  line_editor editor_;
};

} // namespace asio_chat::app
