// Which names members and rooms may bear.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/limits.hpp>

#include <string>
#include <string_view>

namespace asio_chat {

/// Names that differ only in case (ASCII) are the same name.
std::string fold_name(std::string_view name);

/// Letters, digits and `- _ . [ ] { } | ^ `` ` `` ~` (ASCII: names that look alike and are not the
/// same are the oldest trick in a chat), not beginning with a sign other than `_`.
result<void> check_member_name(std::string_view name, const limits& limits);

/// The nearest name that `check_member_name` lets pass, or empty if nothing is left: other
/// characters become `_`, and the end is cut.
std::string mend_member_name(std::string_view name, const limits& limits);

/// Lower-case letters, digits and `- _ .`, beginning with a letter or digit. A leading `#` is
/// dropped and capitals become small, as people type them; the value is the name to use.
result<std::string> check_room_name(std::string_view name, const limits& limits);

/// The name of the room that a person means; what cannot be one is left as it is.
std::string proper_room_name(std::string_view typed);

} // namespace asio_chat
