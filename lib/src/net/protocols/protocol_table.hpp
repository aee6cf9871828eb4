// Which protocols a server speaks, how a connection chooses one, and the encoder of each.
#pragma once

#include "net/protocols/encoder.hpp"
#include "net/protocols/protocol.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::net {

/// Whether a connection that begins with certain bytes speaks a protocol.
enum class recognition {
  no,
  need_more, ///< more bytes will tell
  yes,
};

struct protocol_row {
  std::string_view alpn; ///< its ALPN name (RFC 7301); empty: it has none
  /// Of a connection that agreed on no name, by its first bytes, one at least; null: never.
  recognition (*recognise)(std::string_view received);
  /// What it says of an event; empty: nothing.
  std::string (*encode)(const event& e);
  std::unique_ptr<protocol> (*make)(peer& p, const session_context& c, encode_once& encoder);
  /// What all its connections have in common, which they find at their encoder; null: nothing.
  std::unique_ptr<in_common> (*share)(std::size_t codec, const byte_meter_ptr& meter) = nullptr;
};

/// A new protocol is a folder beside this file and a line in here.
std::span<const protocol_row> default_protocols();

class protocol_set {
 public:
  /// @param rows must live as long; of several that are sure of the same bytes the first one is
  /// taken
  explicit protocol_set(std::span<const protocol_row> rows = default_protocols());

  /// The protocol with this ALPN name; null: there is none.
  std::unique_ptr<protocol> by_name(std::string_view alpn, peer& p, const session_context& c);

  struct recognised {
    recognition known;
    std::unique_ptr<protocol> speaks; ///< only if `yes`
  };
  /// The one that a connection speaks that has said this much.
  recognised by_first_bytes(std::string_view received, peer& p, const session_context& c);
  /// Enough to recognise any of them.
  static constexpr std::size_t max_first_bytes = 256;

  /// What one member alone is told, and that is no event.
  shared_bytes alone(std::string bytes) const { return share(std::move(bytes), meter_); }
  /// All that was encoded and has not left yet, each once, however many wait for it.
  std::size_t waiting_bytes() const noexcept { return meter_->bytes(); }

 private:
  std::unique_ptr<protocol> make(std::size_t row, peer& p, const session_context& c) {
    return rows_[row].make(p, c, encoders_[row]);
  }

  std::span<const protocol_row> rows_;
  byte_meter_ptr meter_;
  std::vector<encode_once> encoders_; ///< row by row
};

} // namespace asio_chat::net
