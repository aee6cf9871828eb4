// The conversation on standard output and notices on standard error; each line is flushed.
#pragma once

#include "screen.hpp"

namespace asio_chat::app {

class pipe_screen final : public screen {
 public:
  void chat(const std::string& line) override;
  void notice(const std::string& line) override;
  void prompt(const std::string&) override {}
  std::optional<exit_code> gone() const override { return gone_; }

 private:
  std::optional<exit_code> gone_;
};

} // namespace asio_chat::app
