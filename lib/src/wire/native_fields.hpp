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

/// What a peer wrote where a word of the protocol belongs goes back to it: short and clean.
[[noreturn]] void throw_unknown(std::string_view what, std::string_view word);

/// By what the answer to a message names it; empty if it has nothing of that kind.
/// @throws field_error if it is of the wrong type or too long
std::string reference_in(const json::object& o);
/// The same of a message that is refused, whatever is wrong with it: empty if it cannot be read.
/// @param o as far as the payload is an object
std::string reference_of_bad(const json::object* o, std::string_view payload);
/// @throws field_error if the version is not spoken here
void check_version(const json::object& o);

template <class T, class Read>
decoded<T> decode(std::string_view payload, Read read) {
  json_scratch scratch;
  std::optional<json::object> o;
  try {
    o = parse_object(payload, scratch.storage());
    check_version(*o);
    return read(*o, reference_in(*o));
  } catch (const field_error& e) {
    return bad_message{reference_of_bad(o ? &*o : nullptr, payload), e.why};
  }
}

} // namespace asio_chat::wire::native
