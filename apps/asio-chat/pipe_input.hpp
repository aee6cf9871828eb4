// Lines from a standard input that is no terminal: a pipe, a file, or nothing.
#pragma once

#include "conversation.hpp"
#include "own_descriptor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// Reads no faster than the conversation takes lines, so that the pipe fills and its writer waits.
/// Without a connection it reads some bytes ahead, to see a `/quit` or the end of the input.
class pipe_input {
 public:
  /// What is entered in the place of a line, which may be nothing.
  using completer = std::function<std::string(std::string_view line)>;

  pipe_input(boost::asio::io_context& context, conversation& chat, completer complete = {});
  ~pipe_input();
  pipe_input(const pipe_input&) = delete;
  pipe_input& operator=(const pipe_input&) = delete;

 private:
  void go_on();
  void hand_out();
  void enter(std::string_view line);
  void enter_rest(bool too_long);
  void look_for_quit();
  bool reads_ahead() const noexcept;
  void wait();
  void read();

  conversation& chat_;
  completer complete_;
  own_descriptor own_;
  boost::asio::posix::stream_descriptor input_;
  bool can_wait_ = true; ///< false for a file, which is always ready
  bool waiting_ = false;
  bool ended_ = false;
  bool end_told_ = false;
  bool handing_out_ = false;
  bool skipping_ = false; ///< the rest of a line that is too long
  std::string bytes_;
  std::size_t line_ = 1; ///< the number of the line that `bytes_` begins with
  /// The bytes that were searched for a `/quit` since the connection was lost.
  struct {
    std::size_t bytes = 0;
    std::size_t lines = 0; ///< those that mean something
    typed_line first = {intent::nothing, {}};
    std::size_t all = 0;
  } ahead_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace asio_chat::app
