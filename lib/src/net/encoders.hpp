// An event is encoded once for each protocol, however many receivers it has.
#pragma once

#include "base/bytes.hpp"
#include "model/shared_event.hpp"

#include <string>

namespace asio_chat::net {

/// Remembers the last event: a room tells one event to all its members in a row.
class encode_once {
 public:
  explicit encode_once(std::string (*encode)(const event&))
      : encode_(encode) {}

  /// Null if the protocol has nothing to say of this event.
  const shared_bytes& operator()(const shared_event& e) {
    if (e != last_) encode_anew(e);
    return bytes_;
  }

 private:
  void encode_anew(const shared_event& e);

  std::string (*encode_)(const event&);
  shared_event last_; ///< held, so that its address is not used for another one
  shared_bytes bytes_;
  byte_run entries_; ///< of what only one is told there would be holes in it
};

struct encoders {
  encoders();
  encode_once text;
  encode_once native;
};

} // namespace asio_chat::net
