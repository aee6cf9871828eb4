// A terminal, at the bottom of which a line is being typed.
#pragma once

#include "line_editor.hpp"
#include "screen.hpp"

namespace asio_chat::app {

class terminal_screen final : public screen {
 public:
  explicit terminal_screen(line_editor::handlers h)
      : editor_(std::move(h)) {}

  void chat(const std::string& line) override { editor_.print(line); }
  void notice(const std::string& line) override { editor_.print(line); }
  void prompt(const std::string& text) override { editor_.set_prompt(text); }
  std::optional<exit_code> gone() const override { return {}; }
  line_editor& editor() noexcept { return editor_; }

 private:
  line_editor editor_;
};

} // namespace asio_chat::app
