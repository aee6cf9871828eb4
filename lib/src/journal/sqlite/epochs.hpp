// The epochs that the log of one room has gone through.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite {

struct room_row;

/// A log that was put back to an older state goes on in another epoch: so nobody takes an entry
/// from before for one of the same offset from after. What came up to there keeps its epoch.
struct ended_epoch {
  std::uint64_t epoch = 0;
  std::uint64_t last = 0; ///< offset of its last entry, or where it would have gone on
  friend bool operator==(const ended_epoch&, const ended_epoch&) = default;
};

/// Oldest first; offsets never decrease. The current epoch is not among them.
using ended_epochs = std::vector<ended_epoch>;

std::string bytes_of(const ended_epochs& e);
/// Nothing for bytes that `bytes_of` has not made.
std::optional<ended_epochs> epochs_in(std::string_view bytes);

/// The epoch that the entry with this offset belongs to.
std::uint64_t epoch_at(const room_row& r, std::uint64_t offset) noexcept;

/// How far an epoch goes in this log; nothing: the log has not been in it.
std::optional<std::uint64_t> end_of_epoch(const room_row& r, std::uint64_t epoch) noexcept;

/// From here on the log is in another epoch. A log without entries has been in no other.
void begin_epoch(room_row& r, std::uint64_t epoch);

/// Up to which offset two states of a log have the same entries, by their epochs; 0: they are not
/// of one log.
std::uint64_t common_end(const room_row& a, const room_row& b) noexcept;

/// Forgets epochs of which no entry is kept.
/// @param first offset of the first entry that is kept
void forget_epochs_before(room_row& r, std::uint64_t first);

} // namespace asio_chat::sqlite
