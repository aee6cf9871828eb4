// Where lines are shown.
#pragma once

#include <string>

namespace asio_chat::app {

class screen {
 public:
  virtual ~screen() = default;
  virtual void chat(const std::string& line) = 0;
  virtual void notice(const std::string& line) = 0;
  virtual void prompt(const std::string& text) = 0;
  /// Nobody sees what is shown any more.
  virtual bool gone() const = 0;
};

} // namespace asio_chat::app
