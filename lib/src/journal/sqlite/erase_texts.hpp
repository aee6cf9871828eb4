// Texts of a room are destroyed for good, while its log stays as it is.
#pragma once

#include "journal/sqlite/key_ring.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

/// Which texts of a room.
struct chosen_texts {
  /// From the first offset to the last. Those that are no longer kept are destroyed in backups.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> offsets;
  /// All that was said under this name, whatever is kept of it; capitals make no difference.
  std::optional<std::string> author;
};

struct erased_texts {
  std::uint64_t destroyed = 0; ///< entries in the log that had their text until now
  std::uint64_t were_gone = 0; ///< others that were chosen: their texts were destroyed before
  std::uint64_t not_kept = 0;  ///< chosen by their offsets, and no longer in the log
  /// Some may be from before texts had keys of their own; see `erase_texts`.
  bool old_keys_go = false;
};

/// How many of each there would be; nothing is changed. The directory may be in use.
/// @param room its name, which has to be one of `rooms_in`
result<erased_texts> find_texts(const std::string& directory, key_ring& keys,
                                const std::string& room, const chosen_texts& which);

/// Destroys the keys of texts. If one of them may have been written before texts had keys of their
/// own, what the room has of that time is sealed anew first, and its old keys go: nobody reads the
/// room any more in copies of the journal from that time.
///
/// It happens in one commit of the key ring: with it they are gone from every copy of the journal.
/// What is left of them in the search index goes with that, and the index of the
/// room is made anew. Whatever ends it in between, a text is either there or destroyed; the next
/// start, or the next call, does the rest. Nobody else may use the directory.
result<erased_texts> erase_texts(const std::string& directory, std::vector<secret_key> masters,
                                 const std::string& room, const chosen_texts& which);

} // namespace asio_chat::sqlite
