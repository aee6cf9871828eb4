// An event is encoded once for each protocol, however many receivers it has.
#pragma once

#include "base/bytes.hpp"
#include "model/shared_event.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat::net {

/// What the connections of a protocol have in common besides their encoder.
class in_common {
 public:
  virtual ~in_common() = default;
};

/// The event keeps what was made of it.
class encode_once {
 public:
  /// @param codec its number among those of `event_block`
  /// @param meter of all the bytes that are made; may be null
  /// @param shared may be null
  encode_once(std::size_t codec, std::string (*encode)(const event&), byte_meter_ptr meter = {},
              std::unique_ptr<in_common> shared = {})
      : codec_(codec)
      , encode_(encode)
      , meter_(meter)
      , entries_(std::move(meter))
      , shared_(std::move(shared)) {}

  in_common* shared() const noexcept { return shared_.get(); }

  /// Null if the protocol has nothing to say of this event. Lives as long as the event.
  const shared_bytes& operator()(const shared_event& e) {
    shared_bytes& made = e->encoded[codec_];
    if (!e->is_encoded[codec_]) {
      made = lay_down(encode_(e->value), e->value);
      e->is_encoded[codec_] = true;
    }
    return made;
  }
  /// All of a group, in as few parts as can be.
  const std::vector<shared_bytes>& operator()(const entry_group& g) {
    std::vector<shared_bytes>& made = g.encoded[codec_];
    if (made.empty()) made = parts_of(g);
    return made;
  }

 private:
  std::vector<shared_bytes> parts_of(const entry_group& g) {
    std::vector<shared_bytes> parts;
    for (const shared_event& e : g.entries()) {
      const shared_bytes& bytes = (*this)(e);
      if (parts.empty() || !parts.back().extend(bytes)) parts.push_back(bytes);
    }
    return parts;
  }
  shared_bytes lay_down(std::string bytes, const event& e) {
    if (bytes.empty()) return {};
    const bool for_many = std::holds_alternative<entry>(e);
    return for_many ? entries_.append(std::move(bytes)) : share(std::move(bytes), meter_);
  }

  std::size_t codec_;
  std::string (*encode_)(const event&);
  byte_meter_ptr meter_;
  byte_run entries_; ///< side by side; what one member alone is told would leave holes
  std::unique_ptr<in_common> shared_;
};

} // namespace asio_chat::net
