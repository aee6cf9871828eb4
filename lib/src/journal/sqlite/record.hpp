// A record: the run of entries that one commit brought to one room, sealed, and chained to the
// record before it.
#pragma once

#include "journal/sqlite/derived_keys.hpp"

#include <asio_chat/journal.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite {

/// What a text's own key depends on, besides its author.
struct text_place {
  const room_key* key = nullptr; ///< null, or without keys of texts: version 1
  std::string_view nonce{};      ///< of the record
  std::uint64_t first = 0;       ///< the offset of its first entry
};

/// Entries where they are: nobody moves them to have them one behind the other.
using entry_pointers = std::span<const journal::record* const>;
std::vector<const journal::record*> pointers_to(std::span<const journal::record> entries);

/// A version byte, the number of entries, and for each of them
///
///     time     zigzag varint: milliseconds since the entry before, at first since `time`
///     kind     varint: in its lowest two bits; above them how the entry refers to another one. If
///     it
///              does a varint follows: how many entries before this one that is
///     who      varint: the place among the authors met so far; a new one is followed by
///              16 bytes of identity and a string, the name
///     text     string
///
/// where a string is its length as varint, and its bytes. Room, position and id are not in it. In
/// version 1 texts are as they were said, in version 2 each of them is enciphered under its own
/// key; throws `damage` if that was destroyed.
std::string encode_entries(entry_pointers entries, wall_time time, const text_place& texts = {});

/// At least one entry, or nothing for bytes that no call of `encode_entries` made. An entry whose
/// key was destroyed is of kind `destroyed`.
std::optional<std::vector<journal::record>> decode_entries(std::string_view bytes, wall_time time,
                                                           const text_place& texts = {});

/// What is in the clear beside a sealed record, and authenticated with it.
struct record_header {
  room_tag room{};
  std::uint64_t epoch = 0;
  std::uint32_t key = 0; ///< the number of the key that seals it
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  wall_time time{};
  friend bool operator==(const record_header&, const record_header&) = default;
};

/// Of a record that was sealed anew: where the chain led to from it before, and does still. Its
/// bytes are others, so that nothing but the seal proves it.
struct kept_link {
  chain_value after{};
  std::string_view ids{};
};

/// @param before the chain's value before this record: with the header it is authenticated too, so
///   that a record opens nowhere but at its place
/// @param entries of offsets `header.first` to `header.last`; room, position and id are not kept
/// Throws `damage` as `encode_entries` does.
std::string seal(const room_key& key, const record_header& header, const chain_value& before,
                 entry_pointers entries, const kept_link* kept = nullptr);

result<std::vector<journal::record>> open(const room_key& key, const record_header& header,
                                          const chain_value& before, std::string_view sealed,
                                          std::string_view room_name,
                                          const kept_link* kept = nullptr);

/// The chain's value after this record. Needs the key, and does not need to open the record. Where
/// the ids begin needs no saying: with another end the sealed bytes do not open.
chain_value link(const room_key& key, const record_header& header, const chain_value& before,
                 std::string_view sealed, std::string_view ids = {});

/// The tag of a position: see `asio_chat::position`. The chain's value names the log up to its
/// record, and nobody can make one who has not the room's key; a part of it tells nobody who reads
/// it anything that is not in the clear beside the record. Never 0.
std::uint64_t tag_of(const chain_value& after) noexcept;

} // namespace asio_chat::sqlite
