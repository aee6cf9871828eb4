// The keys and the signals of a terminal, for a line editor.
#pragma once

#include "line_editor.hpp"
#include "own_descriptor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace asio_chat::app {

class keyboard {
 public:
  /// @param out keys wait while it is full, and no more of them are read than some: a paste fills
  /// no
  ///   memory. Ctrl-C, typed alone, does not wait.
  /// @param hangup called once, when no more keys will come
  keyboard(boost::asio::io_context& context, line_editor& editor, const output_queue& out,
           std::function<void()> hangup);
  ~keyboard();
  keyboard(const keyboard&) = delete;
  keyboard& operator=(const keyboard&) = delete;

  /// There is room in the output again.
  void go_on();

 private:
  void wait_for_keys();
  void take(std::string_view bytes);
  void wait_for_signals();
  void stop_and_continue();

  line_editor& editor_;
  const output_queue& out_;
  std::function<void()> hangup_;
  bool waiting_ = false;
  std::string held_; ///< typed while the output is full
  own_descriptor own_;
  boost::asio::posix::stream_descriptor input_;
  boost::asio::signal_set signals_;
};

} // namespace asio_chat::app
