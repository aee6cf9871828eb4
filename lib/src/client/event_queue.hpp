// What happened and was not asked for yet, or who asked and nothing happened yet.
#pragma once

#include "client/pending.hpp"

#include <asio_chat/client.hpp>

#include <deque>

namespace asio_chat::client_room {

class event_queue {
 public:
  using receiver = pending<client_event>;

  /// More will come.
  void open() noexcept { open_ = true; }
  /// Nothing more will come: who asks gets what is left, then `errc::not_connected`.
  void end();

  void push(client_event e);
  /// One at a time: a second one fails.
  void receive(receiver r);
  void cancel(const failure& why);
  std::size_t size() const noexcept { return events_.size(); }

 private:
  bool open_ = false;
  std::deque<client_event> events_;
  receiver receiver_;
};

} // namespace asio_chat::client_room
