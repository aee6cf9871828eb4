// A connection that a test plays, and whose n-th I/O step fails.
//
//     io_plan plan;
//     auto peer = scripted_peer::make(context, plan);
//     session s(peer->stream(), ...);     // or a client's connection: the library's end
//     peer->say("bytes");                 // one read completes with them
//     peer->take_written();               // what the library has written since
//     peer->end();                        // end of file, or any error
//     peer->on_written = [&](auto) {...}; // a peer that answers
//     CHECK(peer->writes.size() == 1);    // write calls, by their size
//
// Each handshake, read, write, sleep and shutdown that the library begins is one step. To let each
// of them fail once, with every error:
//
//     for (std::size_t n = 1;; ++n) {
//       io_plan plan{n, asio::error::connection_reset};
//       ... play the whole conversation, check its outcome ...
//       if (plan.steps < n) break;        // the conversation has no such step
//     }
//
// Completions are posted, as those of sockets are. Time is another matter: see
// testing/manual_time.hpp.
#pragma once

#include "transport/stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::test {

/// Shared by all connections of a test; must live as long as they do.
struct io_plan {
  std::size_t fail_at = 0; ///< the number of the step that fails, from 1; 0: none does
  /// What it fails with; none: it never ends, as when a network swallows everything.
  std::optional<error_code> error = boost::asio::error::connection_reset;
  std::size_t steps = 0;   ///< begun so far
  const char* failed = ""; ///< what the step was that failed

  bool fails(const char* step) {
    if (++steps != fail_at) return false;
    failed = step;
    return true;
  }
};

/// The test's end of a connection.
class scripted_peer : public std::enable_shared_from_this<scripted_peer> {
 public:
  static std::shared_ptr<scripted_peer> make(boost::asio::io_context& context, io_plan& plan) {
    return std::shared_ptr<scripted_peer>(new scripted_peer(context, plan));
  }

  /// The library's end. Once.
  std::unique_ptr<transport::stream> stream();

  void say(std::string bytes) {
    input_.push_back(std::move(bytes));
    turn();
  }
  /// After what was said, every read ends with this. An error other than the end of file ends
  /// writing too.
  void end(error_code e = boost::asio::error::eof) {
    end_ = e;
    if (e != boost::asio::error::eof) broken_ = e;
    turn();
  }
  std::string take_written() { return std::exchange(written_, {}); }
  /// Takes no more bytes for now: a write waits.
  void stop_taking() { takes_ = false; }
  void go_on_taking() {
    takes_ = true;
    turn();
  }

  /// Is told of bytes as they are written.
  std::function<void(std::string_view)> on_written;
  std::vector<std::size_t> writes;         ///< bytes of each write that has got anything away
  std::size_t max_write = std::size_t(-1); ///< what one write takes at most
  std::size_t unacknowledged = 0;          ///< what the stream says of itself
  std::size_t reads = 0;                   ///< that were begun
  bool asleep = false;
  bool shut_down = false;       ///< the library has said that it writes nothing more
  bool answers_shutdown = true; ///< and hears the same from us
  bool closed = false;          ///< by the library

 private:
  class library_end;

  struct reading {
    boost::asio::mutable_buffer buffer;
    transport::stream_handler handler;
  };
  struct writing {
    boost::asio::const_buffer buffer;
    transport::stream_handler handler;
  };

  scripted_peer(boost::asio::io_context& context, io_plan& plan)
      : context_(context)
      , plan_(plan) {}

  void complete(transport::stream_handler h, error_code e, std::size_t n = 0) {
    boost::asio::post(context_, [h = std::move(h), e, n]() mutable { h(e, n); });
  }
  template <class Pending>
  void complete(std::optional<Pending>& what, error_code e, std::size_t n = 0) {
    complete(std::exchange(what, std::nullopt)->handler, e, n);
  }
  /// A step was just begun. If it is the one that fails, the connection is broken from here on; a
  /// read that meets the end of the file leaves the other direction as it is.
  void begin(const char* step) {
    if (!plan_.fails(step)) return;
    dead_ = !plan_.error;
    if (dead_) return;
    const bool is_read = std::string_view(step) == "read";
    if (is_read) input_.clear();
    end_ = *plan_.error;
    if (!is_read || *plan_.error != boost::asio::error::eof) broken_ = *plan_.error;
  }

  /// Completes what can be completed now.
  void turn() {
    if (dead_) return;
    if (sleeper_ && (!input_.empty() || end_)) wake();
    if (reader_ && !input_.empty()) {
      std::string& bytes = input_.front();
      const std::size_t n = std::min(reader_->buffer.size(), bytes.size());
      std::memcpy(reader_->buffer.data(), bytes.data(), n);
      bytes.erase(0, n);
      if (bytes.empty()) input_.pop_front();
      complete(reader_, {}, n);
    } else if (reader_ && end_) {
      complete(reader_, *end_);
    }
    if (writer_ && broken_) {
      complete(writer_, *broken_);
    } else if (writer_ && takes_) {
      const auto write = std::exchange(writer_, std::nullopt);
      const std::size_t n = take(write->buffer);
      complete(write->handler, {}, n);
    }
    if (shutter_ && (answers_shutdown || end_)) {
      complete(std::exchange(shutter_, std::nullopt).value(), broken_.value_or(error_code()));
    }
    if (greeter_)
      complete(std::exchange(greeter_, std::nullopt).value(), end_.value_or(error_code()));
  }
  void wake() {
    asleep = false;
    complete(std::exchange(sleeper_, std::nullopt).value(), {});
  }
  std::size_t take(boost::asio::const_buffer b) {
    const std::string_view bytes(static_cast<const char*>(b.data()), std::min(b.size(), max_write));
    written_ += bytes;
    if (!bytes.empty()) writes.push_back(bytes.size());
    if (on_written) on_written(bytes);
    return bytes.size();
  }

  boost::asio::io_context& context_;
  io_plan& plan_;
  std::deque<std::string> input_;
  std::optional<error_code> end_;    ///< of the input
  std::optional<error_code> broken_; ///< both ways
  bool dead_ = false;                ///< nothing completes any more
  bool takes_ = true;
  std::string written_;
  std::optional<reading> reader_;
  std::optional<writing> writer_;
  std::optional<transport::stream_handler> sleeper_;
  std::optional<transport::stream_handler> shutter_;
  std::optional<transport::stream_handler> greeter_;
};

class scripted_peer::library_end final : public transport::stream {
 public:
  explicit library_end(std::shared_ptr<scripted_peer> peer)
      : peer_(std::move(peer)) {}
  ~library_end() override { close(); }

  void async_handshake(side, transport::stream_handler h) override {
    peer_->greeter_.emplace(std::move(h));
    peer_->begin("handshake");
    peer_->turn();
  }
  void async_read_some(boost::asio::mutable_buffer b, transport::stream_handler h) override {
    ++peer_->reads;
    peer_->reader_.emplace(reading{b, std::move(h)});
    peer_->begin("read");
    peer_->turn();
  }
  void async_write_some(boost::asio::const_buffer b, transport::stream_handler h) override {
    if (peer_->sleeper_) peer_->wake();
    peer_->writer_.emplace(writing{b, std::move(h)});
    peer_->begin("write");
    peer_->turn();
  }
  std::size_t write_some(boost::asio::const_buffer b, error_code& e) override {
    if (peer_->sleeper_) peer_->wake();
    e = {};
    peer_->begin("write");
    if (peer_->broken_) {
      e = *peer_->broken_;
    } else if (peer_->dead_ || !peer_->takes_) {
      e = boost::asio::error::would_block;
    }
    return e ? 0 : peer_->take(b);
  }
  void async_shutdown(transport::stream_handler h) override {
    peer_->shut_down = true;
    peer_->shutter_.emplace(std::move(h));
    peer_->begin("shutdown");
    peer_->turn();
  }
  void cancel_read() override {
    if (peer_->reader_) peer_->complete(peer_->reader_, boost::asio::error::operation_aborted);
  }
  void async_sleep(transport::stream_handler h) override {
    peer_->asleep = true;
    peer_->sleeper_.emplace(std::move(h));
    peer_->begin("sleep");
    peer_->turn();
  }
  std::size_t unacknowledged() noexcept override { return peer_->unacknowledged; }
  void close() noexcept override {
    const error_code aborted = boost::asio::error::operation_aborted;
    peer_->closed = true;
    peer_->broken_ = peer_->end_ = aborted;
    if (peer_->reader_) peer_->complete(peer_->reader_, aborted);
    if (peer_->writer_) peer_->complete(peer_->writer_, aborted);
    for (auto* waiting : {&peer_->sleeper_, &peer_->shutter_, &peer_->greeter_})
      if (*waiting) peer_->complete(std::exchange(*waiting, std::nullopt).value(), aborted);
  }
  SSL* native_tls() noexcept override { return nullptr; }

 private:
  std::shared_ptr<scripted_peer> peer_;
};

inline std::unique_ptr<transport::stream> scripted_peer::stream() {
  return std::make_unique<library_end>(shared_from_this());
}

} // namespace asio_chat::test
