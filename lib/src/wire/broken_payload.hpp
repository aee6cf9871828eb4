// Whose message it was that cannot be read.
#pragma once

#include <string>
#include <string_view>

namespace asio_chat::wire {

/// The field by which the answer to a message names it: of a `send` the `id`, of everything else
/// the `ref`; the other one if that is not there.
constexpr std::string_view reference_field(std::string_view type, bool has_ref,
                                           bool has_id) noexcept {
  const bool by_id = type == "send" ? has_id || !has_ref : !has_ref;
  return by_id ? "id" : "ref";
}

/// What stands in that field of a payload that is no proper JSON: whatever is wrong with its
/// encoding (bytes that are not UTF-8, halves of surrogate pairs) is passed over, and otherwise it
/// is read up to where it is broken. Empty if it is not found there, or is broken itself.
std::string scan_reference(std::string_view payload);

} // namespace asio_chat::wire
