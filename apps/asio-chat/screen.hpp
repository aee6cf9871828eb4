// The place where lines are shown.
#pragma once

#include "exit_code.hpp"

#include <optional>
#include <string>

namespace asio_chat::app {

class screen {
 public:
  virtual ~screen() = default;
  virtual void chat(const std::string& line) = 0;
  virtual void notice(const std::string& line) = 0;
  virtual void prompt(const std::string& text) = 0;
  /// The exit code of the program if its output can no longer be written.
  virtual std::optional<exit_code> gone() const = 0;
};

} // namespace asio_chat::app
