// What was asked and not answered yet.
#pragma once

#include "client/pending.hpp"

#include <asio_chat/event.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace asio_chat::client_room {

/// Each request has a reference; the answer brings it back. What says something (`/me`) is known to
/// the server by it as a message is, so no other request of any client has the same.
class request_book {
 public:
  using waiting = std::variant<pending<reply>, pending<history_page>>;

  /// @param prefix of all references: what tells this client from any other
  explicit request_book(std::string prefix)
      : prefix_(std::move(prefix) + '-') {}

  /// The reference of the request that will be added next.
  std::string next_reference() const { return prefix_ + std::to_string(last_ + 1); }
  void add(waiting w) { open_.emplace(++last_, std::move(w)); }

  /// Whether the event was the answer to a request; then its handler has it.
  bool settle(event& e);
  void fail_all(const failure& why);
  bool empty() const noexcept { return open_.empty(); }

 private:
  bool settle(const acknowledged& a);
  bool settle(reply& r);
  bool settle(const room_state& s);
  bool settle(history_page& p);
  bool settle(const refused& r);

  /// The pending request of that kind, taken out of the book; or an empty one.
  template <class T>
  pending<T> take(const std::string& ref);

  std::string prefix_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, waiting> open_; ///< by number, so in the order of asking
};

} // namespace asio_chat::client_room
