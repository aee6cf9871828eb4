// Events that wait for a receiver, or a receiver that waits for an event.
#pragma once

#include "client/pending.hpp"
#include "client/rooms.hpp"

#include <asio_chat/client.hpp>

#include <boost/asio/error.hpp>

#include <deque>
#include <utility>

namespace asio_chat::client_room {

class event_queue {
 public:
  using receiver = pending<client_event>;

  /// @param given how far the program had received before
  explicit event_queue(read_positions given)
      : given_(std::move(given)) {}

  /// Events may follow.
  void open() noexcept { open_ = true; }
  /// No event will follow: receivers get the waiting events, then `errc::not_connected`.
  void end() {
    open_ = false;
    if (receiver_) std::exchange(receiver_, {}).fail(nothing_more());
  }
  void push(client_event e) {
    if (receiver_) {
      give(std::exchange(receiver_, {}), std::move(e));
    } else {
      events_.push_back(std::move(e));
    }
  }
  /// A second receiver at the same time fails.
  void receive(receiver r) {
    if (receiver_) {
      r.fail({boost::asio::error::already_started, "one async_receive is under way already"});
    } else if (!events_.empty()) {
      client_event e = std::move(events_.front());
      events_.pop_front();
      give(std::move(r), std::move(e));
    } else if (!open_) {
      r.fail(nothing_more());
    } else {
      receiver_ = std::move(r);
    }
  }
  void cancel(const failure& why) {
    if (receiver_) std::exchange(receiver_, {}).fail(why);
  }
  /// Whether so many events wait that the client should stop reading.
  bool full() const noexcept { return events_.size() >= max_events; }
  /// How far the program has received; behind the events that wait here.
  read_positions& given() noexcept { return given_; }
  const read_positions& given() const noexcept { return given_; }

 private:
  static constexpr std::size_t max_events = 4096;

  static failure nothing_more() {
    return fail(errc::not_connected, "there is no connection, and nothing more to receive");
  }
  void give(receiver r, client_event e) {
    given_.observe(e);
    r.succeed(std::move(e));
  }

  bool open_ = false;
  std::deque<client_event> events_;
  receiver receiver_;
  read_positions given_;
};

} // namespace asio_chat::client_room
