// Names in any script: the IdentifierClass of RFC 8264 and the profiles UsernameCaseMapped and
// UsernameCasePreserved of RFC 8265, from ICU's properties.
#pragma once

#include <asio_chat/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::precis {

/// Of one code point (RFC 8264, 8).
enum class derived_property : std::uint8_t {
  valid,
  free_form_only, ///< ID_DIS or FREE_PVAL
  disallowed,
  unassigned, ///< in the Unicode that ICU knows
  with_joiner_rule,
  with_context_rule,
};
derived_property derived_property_of(char32_t c);

enum class letter_case : std::uint8_t { preserved, mapped };

/// Wide and narrow forms, capitals where the case is mapped, and decomposed letters become what
/// they stand for. Says nothing about whether the text is a name. Of assigned characters the result
/// is the same in every later version of Unicode.
/// @param text valid UTF-8
std::string map(std::string_view text, letter_case how);

/// Of a text that `map` has made: where in it the first code point is that the IdentifierClass does
/// not let stand there; none: there is no such.
std::optional<std::size_t> find_disallowed(std::u32string_view text);

/// The Bidi Rule (RFC 5893, 2); true of a text without letters that are written from right to left.
bool keeps_bidi_rule(std::u32string_view text) noexcept;

/// The profile as a whole: what the text becomes, or why it is no user name.
/// @param text any bytes
result<std::string> enforce(std::string_view text, letter_case how);

} // namespace asio_chat::precis
