// Events that wait for a receiver, or a receiver that waits for an event.
#pragma once

#include "client/pending.hpp"
#include "client/rooms.hpp"

#include <asio_chat/client_config.hpp>

#include <boost/asio/error.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace asio_chat::client_room {

/// Until the program receives for the first time, the latest events wait and the others are thrown
/// away: one that only sends must not be stopped by what it never asked for. From then on `full`
/// says when to stop reading.
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
    receiver_.fail(nothing_more());
  }
  void push(client_event e) {
    if (receiver_) return give(std::exchange(receiver_, {}), std::move(e));
    if (!received_ && events_.size() >= max_events) {
      lose(events_.front());
      events_.pop_front();
    }
    events_.push_back(std::move(e));
  }
  /// A second receiver at the same time fails.
  /// @param number of the operation, for `cancel`
  void receive(std::uint64_t number, receiver r) {
    if (!std::exchange(received_, true)) tell_lost();
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
      number_ = number;
    }
  }
  void cancel(std::uint64_t number, const char* why) {
    if (number == number_) receiver_.fail(boost::asio::error::operation_aborted, why);
  }
  void abort(const failure& why) { receiver_.fail(why); }
  /// Whether so many events wait that the client should stop reading.
  bool full() const noexcept { return received_ && events_.size() >= max_events; }
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
  /// Of all that is thrown away only entries leave a gap that is told.
  void lose(const client_event& e) {
    if (const auto* one = std::get_if<entry>(&e)) {
      lose(one->room, {one->at.epoch, one->at.offset - 1}, {one->at.epoch, one->at.offset + 1});
    } else if (const auto* more = std::get_if<entries_missed>(&e)) {
      lose(more->room, more->after, more->next);
    } else if (std::holds_alternative<room_state>(e)) {
      given_.observe(e); // where the entries of that room begin
    }
  }
  void lose(const std::string& room, const position& after, const position& next) {
    const auto first = given_.of(room).value_or(after);
    lost_.try_emplace(room, entries_missed{room, first, next}).first->second.next = next;
  }
  void tell_lost() {
    for (auto& [room, missed] : std::exchange(lost_, {}))
      events_.push_front(std::move(missed));
  }

  bool open_ = false;
  bool received_ = false; ///< at least once
  std::deque<client_event> events_;
  std::map<std::string, entries_missed> lost_; ///< by room
  receiver receiver_;
  std::uint64_t number_ = 0; ///< of the receiver
  read_positions given_;
};

} // namespace asio_chat::client_room
