// The ids of messages, as the journal keeps them.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
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

struct counted_id {
  std::string_view name; ///< with the `-`; may be empty
  std::uint64_t number;
};

/// Only as a counter is written: two ids are the same if, and only if, name and number are.
inline std::optional<counted_id> as_counted(std::string_view id) noexcept {
  constexpr std::size_t max_digits = 18;
  const std::string_view digits = id.substr(id.rfind('-') + 1); // all of it, if there is none
  if (digits.empty() || digits.size() > max_digits || (digits[0] == '0' && digits.size() > 1))
    return {};
  counted_id c{id.substr(0, id.size() - digits.size()), 0};
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), c.number);
  if (wrong != std::errc() || end != digits.data() + digits.size()) return {};
  return c;
}

/// What is hashed of a block. No id is the same: they are UTF-8.
inline std::string block_name(std::string_view name, std::uint64_t block) {
  std::string bytes(name);
  bytes.push_back('\xff');
  bytes += std::to_string(block);
  return bytes;
}

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
  void add(std::uint8_t place, const hashed_id& id) {
    if (bytes_.empty()) bytes_.push_back(version);
    if (goes_on(place, id)) {
      ++bytes_[bytes_.size() - run_size + 1];
      return;
    }
    bytes_.push_back(static_cast<char>(place));
    bytes_.push_back(id.is_counted() ? 1 : 0);
    bytes_.push_back(static_cast<char>(id.is_counted() ? id.index : 0));
    bytes_.append(reinterpret_cast<const char*>(id.hash.data()), id.hash.size());
  }
  void clear() noexcept { bytes_.clear(); }
  /// Empties it.
  std::string take() {
    if (!bytes_.empty() && bytes_.size() % old_size == 0) bytes_.push_back(0);
    std::string all;
    all.swap(bytes_);
    return all;
  }

  /// They are from before version 9, when counters were kept like other ids.
  static bool is_old(std::string_view bytes) noexcept { return bytes.size() % old_size == 0; }
  /// @param take called as `take(id_run)`; what no list can have is left out
  template <class Take>
  static void read(std::string_view bytes, Take take) {
    if (is_old(bytes)) {
      for (; !bytes.empty(); bytes.remove_prefix(old_size))
        take(id_run{byte_at(bytes, 0), 1, {hash_at(bytes, 1), hashed_id::no_counter}});
      return;
    }
    if (bytes.front() != version) return;
    for (bytes.remove_prefix(1); bytes.size() >= run_size; bytes.remove_prefix(run_size)) {
      const std::uint8_t count = byte_at(bytes, 1);
      const std::uint8_t index = byte_at(bytes, 2);
      const hashed_id first{hash_at(bytes, 3), count == 0 ? hashed_id::no_counter : index};
      if (count == 0) {
        take(id_run{byte_at(bytes, 0), 1, first});
      } else if (index + count <= hashed_id::per_block) {
        take(id_run{byte_at(bytes, 0), count, first});
      }
    }
  }

 private:
  static constexpr char version = 1;
  static constexpr std::size_t old_size = 1 + std::tuple_size<id_hash>();
  static constexpr std::size_t run_size = 3 + std::tuple_size<id_hash>();

  static std::uint8_t byte_at(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<std::uint8_t>(bytes[at]);
  }
  static id_hash hash_at(std::string_view bytes, std::size_t at) noexcept {
    id_hash h;
    std::memcpy(h.data(), bytes.data() + at, h.size());
    return h;
  }
  /// The last run, by one more.
  bool goes_on(std::uint8_t place, const hashed_id& id) const noexcept {
    if (!id.is_counted() || bytes_.size() < run_size) return false;
    const std::string_view last = std::string_view(bytes_).substr(bytes_.size() - run_size);
    const std::uint8_t count = byte_at(last, 1);
    return count != 0 && byte_at(last, 0) + count == place &&
           byte_at(last, 2) + count == id.index && hash_at(last, 3) == id.hash;
  }

  std::string bytes_;
};

} // namespace asio_chat::sqlite
