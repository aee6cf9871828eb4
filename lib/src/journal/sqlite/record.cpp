#include "journal/sqlite/record.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/entry_list.hpp"
#include "journal/sqlite/sealing.hpp"

#include <fmt/format.h>

#include <sodium.h>

namespace asio_chat::sqlite {

namespace {

/// Of fixed length: no two headers have the same bytes.
std::string place_of(const record_header& h, const chain_value& before) {
  std::string bytes = "asio-chat record 1";
  bytes.append(h.room.begin(), h.room.end());
  put_fixed(bytes, h.epoch);
  put_fixed(bytes, h.key);
  put_fixed(bytes, h.first);
  put_fixed(bytes, h.last);
  put_fixed(bytes, std::int64_t{h.time.time_since_epoch().count()});
  bytes.append(before.begin(), before.end());
  return bytes;
}

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

} // namespace

std::string seal(const room_key& key, const record_header& header, const chain_value& before,
                 std::span<const journal::record> entries) {
  return seal_bytes(key.for_sealing(), encode_entries(entries, header.time),
                    place_of(header, before));
}

result<std::vector<journal::record>> open(const room_key& key, const record_header& header,
                                          const chain_value& before, std::string_view sealed,
                                          std::string_view room_name) {
  const auto plain = open_bytes(key.for_sealing(), sealed, place_of(header, before));
  auto entries = plain ? decode_entries(*plain, header.time) : std::nullopt;
  // The first test says that the second cannot overflow.
  if (!entries || header.last < header.first || entries->size() - 1 != header.last - header.first) {
    return fail(errc::storage_failed,
                fmt::format("the entries {} to {} of #{} cannot be opened: they are damaged, or "
                            "were written at another place",
                            header.first, header.last, room_name));
  }
  std::uint64_t offset = header.first;
  for (journal::record& r : *entries) {
    r.what.room = room_name;
    r.what.at = {header.epoch, offset++};
  }
  return std::move(*entries);
}

chain_value link(const room_key& key, const record_header& header, const chain_value& before,
                 std::string_view sealed) {
  const std::string place = place_of(header, before);
  const key_bytes chain_key = key.for_chain();
  chain_value after;
  ::crypto_generichash_state state;
  ::crypto_generichash_init(&state, chain_key.data(), chain_key.size(), after.size());
  ::crypto_generichash_update(&state, bytes_of(place), place.size());
  ::crypto_generichash_update(&state, bytes_of(sealed), sealed.size());
  ::crypto_generichash_final(&state, after.data(), after.size());
  return after;
}

} // namespace asio_chat::sqlite
