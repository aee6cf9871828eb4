// Work that takes long, a piece in each turn of the loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>

namespace asio_chat::transport {

/// A thousand TLS handshakes that come at once are a third of a second of work. Here they take
/// their turns: between two of them the loop does all that has become ready meanwhile, so that
/// nobody inside waits for more than one. The lanes take turns as well: one in which nobody waits
/// is soon served, however many wait in another one.
class turn_queue : public std::enable_shared_from_this<turn_queue> {
 public:
  /// Who waits in one line, such as a network.
  using lane = std::array<unsigned char, 16>;
  using piece = std::function<void()>;

  explicit turn_queue(boost::asio::any_io_executor on)
      : executor_(std::move(on)) {}
  turn_queue(const turn_queue&) = delete;
  turn_queue& operator=(const turn_queue&) = delete;

  /// It is called later, never inside this call, and not at all if the queue is destroyed before.
  void add(const lane& in, piece what);
  std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct line {
    lane of;
    std::deque<piece> waiting;
  };

  void take_turn();
  void post();

  boost::asio::any_io_executor executor_;
  std::list<line> lines_; ///< those in which somebody waits; the first one is next
  std::map<lane, std::list<line>::iterator> by_lane_;
  std::size_t waiting_ = 0;
};

} // namespace asio_chat::transport
