// The way to a standard output that may be slow, or stand still.
#pragma once

#include "own_descriptor.hpp"

#include "base/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// Keeps what a terminal or a pipe does not take yet: after Ctrl-S, over a slow line, in front of a
/// reader that waits. It never blocks, except on files and devices, which are always ready. A
/// caller puts nothing in while it is `full`, so that memory is bounded and nothing is lost.
class output_queue {
 public:
  /// So many bytes may wait before the queue is full. One `put` may exceed it.
  static constexpr std::size_t limit = std::size_t{256} * 1024;

  output_queue(boost::asio::io_context& context, int standard);
  ~output_queue();
  output_queue(const output_queue&) = delete;
  output_queue& operator=(const output_queue&) = delete;

  /// Writes at once if nothing waits.
  void put(std::string_view bytes);
  bool empty() const noexcept { return sent_ == bytes_.size(); }
  bool full() const noexcept { return bytes_.size() - sent_ >= limit; }
  /// The errno of the write that has failed; 0: none. After it everything is dropped.
  int error() const noexcept { return error_; }
  /// How many bytes were put in, and how many of them were written.
  std::uint64_t taken() const noexcept { return taken_; }
  std::uint64_t written() const noexcept { return taken_ - (bytes_.size() - sent_); }

  /// Called after bytes that had to wait were written.
  void on_progress(std::function<void()> f) { progress_ = std::move(f); }
  /// Blocks until everything is written, or that time is over.
  void flush(std::chrono::milliseconds at_most);

 private:
  void write();
  void wait();

  const clock& time_;
  own_descriptor own_;
  boost::asio::posix::stream_descriptor output_;
  bool can_wait_ = true; ///< false for a file, which is always ready
  bool waiting_ = false;
  std::string bytes_;
  std::size_t sent_ = 0; ///< of `bytes_`
  std::uint64_t taken_ = 0;
  int error_ = 0;
  std::function<void()> progress_;
};

} // namespace asio_chat::app
