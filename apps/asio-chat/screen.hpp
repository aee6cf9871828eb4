// The place where lines are shown.
#pragma once

#include "exit_code.hpp"
#include "output_queue.hpp"
#include "room_focus.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace asio_chat::app {

/// Keeps every line until it is written. While `is_behind`, no more lines should be made than must
/// be.
class screen {
 public:
  virtual ~screen() = default;
  virtual void chat(const std::string& line) = 0;
  virtual void notice(const std::string& line) = 0;
  /// Where the next line goes to has changed.
  virtual void now_in(const room_focus& where) = 0;
  /// The exit code of the program if its output can no longer be written.
  virtual std::optional<exit_code> gone() const = 0;
  /// Where the conversation goes to.
  virtual const output_queue& output() const = 0;
  /// What is noticed from now on should still be read when the program has ended.
  virtual void part() {}
  /// No more lines come.
  virtual void close() {}

  bool is_behind() const { return output().full(); }
  /// Called when it is not behind any more.
  void on_room(std::function<void()> f) { room_ = std::move(f); }

 protected:
  void made_room() {
    if (room_ && !is_behind()) room_();
  }

 private:
  std::function<void()> room_;
};

} // namespace asio_chat::app
