// The ids of messages, as the journal keeps them.
#pragma once

#include "journal/counted_id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace asio_chat::sqlite {

/// Keyed hashes: 4 bytes of author and room, then 12 of author, room and what is hashed.
using id_hash = std::array<std::uint8_t, 16>;

/// An id as it is remembered: by the hash of its text. Of one that is a counter, `7`, or a name and
/// a counter, `NAME-7`, the hash is that of the name and of the counter's block, which 64 ids
/// share.
struct hashed_id {
  static constexpr std::uint64_t per_block = 64;
  static constexpr std::uint8_t no_counter = 0xff;
  id_hash hash{};
  std::uint8_t index = no_counter; ///< in the block
  bool is_counted() const noexcept { return index != no_counter; }
};

/// What is hashed of a block. No id is the same: they are UTF-8.
std::string block_name(std::string_view name, std::uint64_t block);

/// Of entries that follow each other: their ids, which do so as well.
struct id_run {
  std::uint8_t place = 0; ///< of the first entry in its record
  std::uint8_t count = 1;
  hashed_id first{};
};

/// The ids of a record. The first byte is a version, 1; then each run has
///
///     place of its first entry, a byte
///     how many they are, a byte; 0: one, with no counter
///     index of the first counter in its block, a byte
///     hash, 16 bytes
///
/// Before version 9 of the journal each id was a place and the hash of its text, 17 bytes. So a
/// list that had a multiple of 17 bytes has another one at its end.
class id_list {
 public:
  void add(std::uint8_t place, const hashed_id& id);
  void clear() noexcept { bytes_.clear(); }
  /// Empties it.
  std::string take();

  /// They are from before version 9, when counters were kept like other ids.
  static bool is_old(std::string_view bytes) noexcept { return bytes.size() % old_size == 0; }
  /// @param take gets all runs but those that no list can have
  /// @return false: a program that is newer has written it, or it was changed
  static bool read(std::string_view bytes, const std::function<void(id_run)>& take);

 private:
  static constexpr char version = 1;
  static constexpr std::size_t old_size = 1 + std::tuple_size<id_hash>();
  static constexpr std::size_t run_size = 3 + std::tuple_size<id_hash>();

  /// The last run, by one more.
  bool goes_on(std::uint8_t place, const hashed_id& id) const noexcept;

  std::string bytes_;
};

} // namespace asio_chat::sqlite
