// What is left to read of a payload that is no JSON: whose message it was, and what is wrong with
// it.
#pragma once

#include <cstddef>
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

/// What is wrong with such a payload, and where: `bad UTF-8 at byte 12`, `half a surrogate at byte
/// 12`, or what the parser says. The first byte is 0. The payload is read twice at most.
std::string find_fault(std::string_view payload, std::size_t max_depth);

} // namespace asio_chat::wire
