#include "journal/sqlite/record.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/secret_key.hpp"

#include <fmt/format.h>

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr char version = 1;

struct author {
  identity who{};
  std::string_view name;
  friend bool operator==(const author&, const author&) = default;
};

// Differences of times are taken modulo 2^64: whatever is read, nothing overflows.
std::uint64_t milliseconds(wall_time t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1) ^ (difference >> 63 ? ~std::uint64_t{0} : 0);
}

std::uint64_t from_zigzag(std::uint64_t value) {
  return (value >> 1) ^ (value & 1 ? ~std::uint64_t{0} : 0);
}

void put_string(std::string& out, std::string_view s) {
  put_varint(out, s.size());
  out.append(s);
}

/// One entry of a list. A struct, because reading goes on where it stopped.
struct decoder {
  byte_reader in;
  std::uint64_t time;
  std::vector<author> authors;

  std::optional<author> next_author() {
    const auto number = in.varint();
    if (!number || *number > authors.size()) return {};
    if (*number < authors.size()) return authors[*number];
    author a;
    const auto who = in.bytes(a.who.size());
    if (!who) return {};
    std::transform(who->begin(), who->end(), a.who.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    const auto name = in.string();
    if (!name) return {};
    a.name = *name;
    authors.push_back(a);
    return a;
  }

  std::optional<journal::record> next() {
    const auto difference = in.varint();
    const auto kind = in.varint();
    if (!difference || !kind || *kind > static_cast<std::uint64_t>(entry_kind::topic)) return {};
    const auto from = next_author();
    if (!from) return {};
    const auto text = in.string();
    if (!text) return {};
    time += from_zigzag(*difference);
    journal::record r;
    r.author = from->who;
    r.what.from = from->name;
    r.what.kind = static_cast<entry_kind>(*kind);
    r.what.text = *text;
    r.what.time = wall_time(std::chrono::milliseconds(static_cast<std::int64_t>(time)));
    return r;
  }
};

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

std::string encode_entries(std::span<const journal::record> entries, wall_time time) {
  std::size_t bytes = 16;
  for (const journal::record& r : entries)
    bytes += 32 + r.what.from.size() + r.what.text.size();
  std::string out;
  out.reserve(bytes);
  out.push_back(version);
  put_varint(out, entries.size());
  std::vector<author> authors;
  std::uint64_t before = milliseconds(time);
  for (const journal::record& r : entries) {
    const std::uint64_t now = milliseconds(r.what.time);
    put_varint(out, zigzag(now - std::exchange(before, now)));
    put_varint(out, static_cast<std::uint64_t>(r.what.kind));
    // From the back: who spoke last speaks again.
    const author a{r.author, r.what.from};
    const auto known = std::find(authors.rbegin(), authors.rend(), a);
    if (known != authors.rend()) {
      put_varint(out, static_cast<std::uint64_t>(authors.rend() - known - 1));
    } else {
      put_varint(out, authors.size());
      out.append(a.who.begin(), a.who.end());
      put_string(out, a.name);
      authors.push_back(a);
    }
    put_string(out, r.what.text);
  }
  return out;
}

std::optional<std::vector<journal::record>> decode_entries(std::string_view bytes, wall_time time) {
  if (!bytes.starts_with(version)) return {};
  decoder d{byte_reader(bytes.substr(1)), milliseconds(time), {}};
  const auto count = d.in.varint();
  constexpr std::size_t min_bytes = 4; // of an entry: no count makes us reserve more than it can
  if (!count || *count == 0 || *count > d.in.left() / min_bytes) return {};
  std::vector<journal::record> entries;
  entries.reserve(*count);
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto r = d.next();
    if (!r) return {};
    entries.push_back(std::move(*r));
  }
  if (d.in.left() > 0) return {};
  return entries;
}

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

std::uint64_t tag_of(const chain_value& after) noexcept {
  std::uint64_t tag = 0;
  for (std::size_t i = 0; i < sizeof tag; ++i)
    tag = tag << 8 | after[i];
  return tag == 0 ? 1 : tag;
}

} // namespace asio_chat::sqlite
