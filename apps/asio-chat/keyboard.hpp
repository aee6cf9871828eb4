// The keys and the signals of a terminal.
#pragma once

#include "key_reader.hpp"
#include "output_queue.hpp"
#include "own_descriptor.hpp"

#include "base/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::app {

/// What the keys are for, and who has the terminal.
class key_taker {
 public:
  virtual void feed(std::string_view bytes) = 0;
  /// Whether more bytes may belong to the last key, and that none have come for a while.
  virtual bool waits() const = 0;
  virtual void settle() = 0;
  /// The terminal has another size.
  virtual void resized() = 0;
  /// Gives the terminal back for a while, and takes it over again.
  virtual void suspend() = 0;
  virtual void resume() = 0;
  /// Whether another program has the terminal: nothing is read then, until it is back.
  virtual bool away() const { return false; }
  void on_back(std::function<void()> f) { back_ = std::move(f); }

 protected:
  ~key_taker() = default;
  std::function<void()> back_;
};

/// Raises the signal that a terminal sends for this key.
/// @param give_back gives the terminal back; called before a signal after which nothing else can
/// @return whether there is one
bool raise_signal_of(const key& k, const std::function<void()>& give_back);

class keyboard {
 public:
  /// @param out while it is full, keys wait, and few more are read, so that a paste cannot fill the
  /// memory. Ctrl-C, typed alone, does not wait.
  /// @param hangup called once, when no more keys will come
  keyboard(boost::asio::io_context& context, key_taker& taker, const output_queue& out,
           std::function<void()> hangup);
  ~keyboard();
  keyboard(const keyboard&) = delete;
  keyboard& operator=(const keyboard&) = delete;

  /// There is room in the output again.
  void go_on();

 private:
  void wait_for_keys();
  void take(std::string_view bytes);
  void feed();
  void wait_for_signals();
  void stop_and_continue();

  key_taker& taker_;
  const output_queue& out_;
  std::function<void()> hangup_;
  bool waiting_ = false;
  std::string held_; ///< typed while the output is full
  own_descriptor own_;
  boost::asio::posix::stream_descriptor input_;
  boost::asio::signal_set signals_;
  time_source& time_;
  std::unique_ptr<timer> timer_; ///< until an Escape was pressed alone
};

} // namespace asio_chat::app
