#pragma once

#include "support/catch.hpp"

#include "asio-chat-bench/protocol.hpp"

#include <string>
#include <vector>

namespace asio_chat::bench {

/// A protocol and what it hears, fed as a connection feeds it: what it did not take comes again.
template <class Protocol>
class conversation final : private protocol::sink {
 public:
  Protocol speaker;
  std::vector<std::string> texts;
  std::string out; ///< its answers

  /// What it says to do so.
  const std::string& log_in(bool publishes = false) {
    said_.clear();
    speaker.login({"ann", "lobby", publishes}, said_);
    return said_;
  }
  const std::string& publish(std::string_view text) {
    said_.clear();
    speaker.publish(text, said_);
    return said_;
  }

  void come(std::string_view bytes) {
    in_.append(bytes);
    in_.erase(0, speaker.feed(in_, *this, out));
  }
  void come_byte_by_byte(std::string_view bytes) {
    for (const char one : bytes)
      come({&one, 1});
  }
  bool waits_for_more() const { return !in_.empty(); }

 private:
  void on_text(std::string_view text) override { texts.emplace_back(text); }

  std::string in_;
  std::string said_;
};

} // namespace asio_chat::bench
