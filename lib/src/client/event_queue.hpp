// What happened and was not asked for yet, or who asked and nothing happened yet.
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

  /// @param given what was received before there was this queue
  explicit event_queue(read_positions given)
      : given_(std::move(given)) {}

  /// More will come.
  void open() noexcept { open_ = true; }
  /// Nothing more will come: who asks gets what is left, then `errc::not_connected`.
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
  /// One at a time: a second one fails.
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
  /// So many wait that no more should be read.
  bool full() const noexcept { return events_.size() >= max_events; }
  /// How far the program has received, which is behind what waits here.
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
