// Which names members may bear, and when two of them are the same.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/limits.hpp>

#include <string>
#include <string_view>

namespace asio_chat {

/// By what a name is found: names that differ only in case, in wide and narrow forms, or in how
/// their letters are composed are the same name (UsernameCaseMapped, RFC 8265, 3.3). Any text has
/// such a key; of a name it is the same in every later version of Unicode.
std::string fold_name(std::string_view name);

/// The name to show and to use: of what is not ASCII, composed, and with wide and narrow forms
/// replaced. Letters and digits of any script, and `- _ . [ ] { } | ^ `` ` `` ~`, not beginning
/// with a sign other than `_`; a name that is not ASCII must be one by UsernameCaseMapped (RFC
/// 8265), and must be seen as what it is: letters of one script, no heaps of marks.
result<std::string> check_member_name(std::string_view name, const limits& limits);

/// The nearest name that `check_member_name` lets pass, or empty if nothing is left: other
/// characters become `_`, and the end is cut.
std::string mend_member_name(std::string_view name, const limits& limits);

/// The next word of a sentence that may be somebody's name, of letters, digits, `_` and `-`, which
/// the rest no longer has; empty: there is none. Names may have more signs, which stand behind them
/// in sentences as well.
/// @param rest any bytes
std::string_view take_name(std::string_view& rest) noexcept;

/// Whether more marks stand on one letter than any script has.
bool has_heap_of_marks(std::u32string_view name) noexcept;

/// Whether people take who is called so for the server or for those who run it. Nobody gets such a
/// name by asking for it.
/// @param folded ASCII
bool is_reserved_name(std::string_view folded) noexcept;

} // namespace asio_chat
