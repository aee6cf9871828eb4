// What requests and messages of the native protocol are both made of.
#pragma once

#include "wire/json_fields.hpp"
#include "wire/native_codec.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::wire::native {

std::string_view name_of_kind(entry_kind k);
std::optional<entry_kind> find_kind(std::string_view name);
/// @throws field_error
entry_kind kind_of(std::string_view name);

/// @throws field_error
position position_in(const json::object& o, std::string_view name);
/// @throws field_error
std::string id_in(const json::object& o, std::string_view name, bool required);

/// What a stranger wrote where a word of the protocol belongs goes back to him: short and clean.
[[noreturn]] void throw_unknown(std::string_view what, std::string_view word);

/// An object of a version that is spoken here.
json::object parse_envelope(std::string_view payload, json::storage_ptr storage);

template <class T, class Read>
decoded<T> decode(std::string_view payload, Read read) {
  std::string ref;
  json_scratch scratch;
  try {
    const json::object o = parse_envelope(payload, scratch.storage());
    // A message that is refused is named by its `id`, everything else by its `ref`.
    ref = id_in(o, o.contains("ref") ? "ref" : "id", false);
    return read(o, ref);
  } catch (const field_error& e) {
    return bad_message{std::move(ref), e.why};
  }
}

} // namespace asio_chat::wire::native
