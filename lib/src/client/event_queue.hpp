// What happened and was not asked for yet, or who asked and nothing happened yet.
#pragma once

#include "client/bookmarks.hpp"
#include "client/pending.hpp"

#include <asio_chat/client.hpp>

#include <deque>
#include <utility>

namespace asio_chat::client_room {

class event_queue {
 public:
  using receiver = pending<client_event>;

  /// @param given what was received before there was this queue
  explicit event_queue(bookmarks given)
      : given_(std::move(given)) {}

  /// More will come.
  void open() noexcept { open_ = true; }
  /// Nothing more will come: who asks gets what is left, then `errc::not_connected`.
  void end();

  void push(client_event e);
  /// One at a time: a second one fails.
  void receive(receiver r);
  void cancel(const failure& why);
  std::size_t size() const noexcept { return events_.size(); }
  /// How far the program has received, which is behind what waits here.
  bookmarks& given() noexcept { return given_; }
  const bookmarks& given() const noexcept { return given_; }

 private:
  void give(receiver r, client_event e);

  bool open_ = false;
  std::deque<client_event> events_;
  receiver receiver_;
  bookmarks given_;
};

} // namespace asio_chat::client_room
