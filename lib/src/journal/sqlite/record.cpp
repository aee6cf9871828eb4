#include "journal/sqlite/record.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/database.hpp"
#include "journal/sqlite/secret_key.hpp"
#include "model/references.hpp"

#include <fmt/format.h>

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr char plain_version = 1;
constexpr char record_version = 2; ///< each text is enciphered under its own key

struct author {
  identity who{};
  std::string_view name;
  std::uint64_t place = 0; ///< see `room_key::place_of_author`
  bool is(const author& other) const noexcept { return who == other.who && name == other.name; }
};

constexpr unsigned kind_bits = 2;

std::uint64_t number_of(const entry& e) noexcept {
  return static_cast<std::uint64_t>(e.kind) | static_cast<std::uint64_t>(e.refers.how) << kind_bits;
}

bool has_texts(const text_place& p) noexcept {
  return p.key != nullptr && p.key->texts() != nullptr;
}

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
  const room_key* key;
  std::optional<text_cipher> texts; ///< none: they are as they were said
  std::uint64_t offset;
  std::vector<author> authors{};

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
    if (texts) a.place = key->place_of_author(a.name);
    authors.push_back(a);
    return a;
  }

  std::optional<journal::record> next() {
    const auto difference = in.varint();
    const auto kind = in.varint();
    if (!difference || !kind) return {};
    const std::uint64_t what = *kind & ((1u << kind_bits) - 1);
    const std::uint64_t how = *kind >> kind_bits;
    if (what > static_cast<std::uint64_t>(entry_kind::topic) ||
        how > static_cast<std::uint64_t>(last_reference))
      return {};
    const auto back = how == 0 ? std::optional<std::uint64_t>(0) : in.varint();
    if (!back) return {};
    const auto from = next_author();
    if (!from) return {};
    const auto text = in.string();
    if (!text) return {};
    time += from_zigzag(*difference);
    journal::record r;
    r.author = from->who;
    r.what.from = from->name;
    r.what.kind = static_cast<entry_kind>(what);
    if (how != 0) r.what.refers = {static_cast<entry_reference::kind>(how), offset - *back};
    r.what.text = *text;
    if (texts && !texts->apply(offset, from->place, r.what.text)) {
      r.what.kind = entry_kind::destroyed;
      r.what.text = destroyed_text;
    }
    ++offset;
    r.what.time = wall_time(std::chrono::milliseconds(static_cast<std::int64_t>(time)));
    return r;
  }
};

/// No two headers have the same bytes: their length is fixed, with a link as well as without.
std::string place_of(const record_header& h, const chain_value& before, const kept_link* kept) {
  std::string bytes = "asio-chat record 1";
  bytes.append(h.room.begin(), h.room.end());
  put_fixed(bytes, h.epoch);
  put_fixed(bytes, h.key);
  put_fixed(bytes, h.first);
  put_fixed(bytes, h.last);
  put_fixed(bytes, std::int64_t{h.time.time_since_epoch().count()});
  bytes.append(before.begin(), before.end());
  if (!kept) return bytes;
  bytes.append(kept->after.begin(), kept->after.end());
  bytes.append(kept->ids); // behind all that has a fixed length
  return bytes;
}

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

} // namespace

std::vector<const journal::record*> pointers_to(std::span<const journal::record> entries) {
  std::vector<const journal::record*> all;
  all.reserve(entries.size());
  for (const journal::record& r : entries)
    all.push_back(&r);
  return all;
}

std::string encode_entries(entry_pointers entries, wall_time time, const text_place& place) {
  std::optional<text_cipher> texts;
  if (has_texts(place)) texts.emplace(*place.key->texts(), text_cipher::use::sealing, place.nonce);
  std::uint64_t offset = place.first;
  std::size_t bytes = 16;
  for (const journal::record* r : entries)
    bytes += 32 + r->what.from.size() + r->what.text.size();
  std::string out;
  out.reserve(bytes);
  out.push_back(texts ? record_version : plain_version);
  put_varint(out, entries.size());
  std::vector<author> authors;
  std::uint64_t before = milliseconds(time);
  for (const journal::record* const each : entries) {
    const journal::record& r = *each;
    const std::uint64_t now = milliseconds(r.what.time);
    put_varint(out, zigzag(now - std::exchange(before, now)));
    put_varint(out, number_of(r.what));
    if (r.what.refers.how != entry_reference::kind::none)
      put_varint(out, offset - r.what.refers.offset);
    // From the back: who spoke last speaks again.
    author a{r.author, r.what.from};
    const auto known =
        std::find_if(authors.rbegin(), authors.rend(), [&](const author& o) { return o.is(a); });
    if (known != authors.rend()) {
      put_varint(out, static_cast<std::uint64_t>(authors.rend() - known - 1));
      a.place = known->place;
    } else {
      if (texts) a.place = place.key->place_of_author(a.name);
      put_varint(out, authors.size());
      out.append(a.who.begin(), a.who.end());
      put_string(out, a.name);
      authors.push_back(a);
    }
    put_string(out, r.what.text);
    const std::span text(out.data() + out.size() - r.what.text.size(), r.what.text.size());
    if (texts && !texts->apply(offset, a.place, text))
      throw damage(
          fmt::format("the key for entry {} has been destroyed before it was said", offset));
    ++offset;
  }
  return out;
}

std::optional<std::vector<journal::record>> decode_entries(std::string_view bytes, wall_time time,
                                                           const text_place& place) {
  const bool has_ciphers = bytes.starts_with(record_version) && has_texts(place);
  if (!has_ciphers && !bytes.starts_with(plain_version)) return {};
  decoder d{.in = byte_reader(bytes.substr(1)),
            .time = milliseconds(time),
            .key = place.key,
            .texts = {},
            .offset = place.first};
  if (has_ciphers) d.texts.emplace(*place.key->texts(), text_cipher::use::opening, place.nonce);
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
                 entry_pointers entries, const kept_link* kept) {
  // One nonce for all of it: texts are under other keys.
  const seal_nonce nonce = draw_nonce();
  return seal_bytes(key.for_sealing(), nonce,
                    encode_entries(entries, header.time, {&key, view_of(nonce), header.first}),
                    place_of(header, before, kept));
}

result<std::vector<journal::record>> open(const room_key& key, const record_header& header,
                                          const chain_value& before, std::string_view sealed,
                                          std::string_view room_name, const kept_link* kept) {
  const auto plain = open_bytes(key.for_sealing(), sealed, place_of(header, before, kept));
  auto entries =
      plain ? decode_entries(*plain, header.time, {&key, sealed, header.first}) : std::nullopt;
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
                 std::string_view sealed, std::string_view ids) {
  const std::string place = place_of(header, before, nullptr);
  const key_bytes chain_key = key.for_chain();
  chain_value after;
  ::crypto_generichash_state state;
  ::crypto_generichash_init(&state, chain_key.data(), chain_key.size(), after.size());
  ::crypto_generichash_update(&state, bytes_of(place), place.size());
  ::crypto_generichash_update(&state, bytes_of(sealed), sealed.size());
  ::crypto_generichash_update(&state, bytes_of(ids), ids.size());
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
