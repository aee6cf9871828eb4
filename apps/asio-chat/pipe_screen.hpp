// The conversation on standard output and notices on standard error.
#pragma once

#include "screen.hpp"

namespace asio_chat::app {

class pipe_screen final : public screen {
 public:
  explicit pipe_screen(boost::asio::io_context& context);

  void chat(const std::string& line) override;
  void notice(const std::string& line) override;
  void now_in(const room_focus&) override {}
  std::optional<exit_code> gone() const override { return gone_; }
  const output_queue& output() const override { return out_; }

 private:
  void look_at_output();

  output_queue out_;
  std::optional<exit_code> gone_;
};

} // namespace asio_chat::app
