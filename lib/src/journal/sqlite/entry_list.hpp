// The plaintext of a record.
#pragma once

#include "journal/journal.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite {

/// A version byte, the number of entries, and for each of them
///
///     time     zigzag varint: milliseconds since the entry before, at first since `time`
///     kind     varint
///     who      varint: the place among the authors met so far; a new one is followed by
///              16 bytes of identity and a string, the name
///     text     string
///
/// where a string is its length as varint, and its bytes. Room, position and id are not in it.
std::string encode_entries(std::span<const journal::record> entries, wall_time time);

/// At least one entry, or nothing for bytes that no call of `encode_entries` made.
std::optional<std::vector<journal::record>> decode_entries(std::string_view bytes, wall_time time);

} // namespace asio_chat::sqlite
