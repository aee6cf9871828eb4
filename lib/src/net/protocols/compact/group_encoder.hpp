// Entries and groups of them, encoded once for all connections, and what those must have heard for
// it.
#pragma once

#include "base/bytes.hpp"
#include "model/shared_event.hpp"
#include "net/protocols/encoder.hpp"
#include "wire/compact_names.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace asio_chat::net {

/// What a connection has to have heard of the names of a log, or has heard.
struct names_heard {
  std::uint32_t log = 0; ///< 0: of none
  std::uint32_t authors = 0;
};

/// The event and the group keep what was made of them, and the names that it needs.
class group_encoder final : public in_common {
 public:
  group_encoder(std::size_t codec, const byte_meter_ptr& meter)
      : codec_(codec)
      , meter_(meter)
      , run_(meter) {}

  struct encoded {
    std::span<const shared_bytes> parts;
    names_heard needs;
  };
  /// Of an event that is an entry. Lives as long as the event.
  encoded operator()(const shared_event& e);
  /// Empty parts: its entries are told one by one, because they are of several logs.
  encoded operator()(const entry_group& g);

  /// The log of a message that was stored.
  const wire::compact::numbered_log& log_of(const std::string& room, std::uint64_t epoch,
                                            wall_time now) {
    return logs_.of(room, epoch, now, 0);
  }

  struct announcement {
    shared_bytes bytes;
    std::uint32_t authors; ///< that have been heard of then
  };
  /// What is still to be told to a connection that has heard so much of this log, or of none.
  const announcement& missing(const names_heard& needs, const names_heard& heard);

 private:
  const wire::compact::numbered_log* log_of(std::uint64_t names) const {
    return logs_.find(static_cast<std::uint32_t>(names >> 32));
  }
  std::vector<shared_bytes> encode(std::span<const entry* const> entries, std::uint64_t& names);

  std::size_t codec_;
  byte_meter_ptr meter_;
  byte_run run_; ///< of what many receive
  wire::compact::log_numbers logs_;
  // What was missing last: all who keep up miss the same.
  std::uint32_t last_log_ = 0;
  names_heard last_heard_;
  announcement last_missing_{};
};

} // namespace asio_chat::net
