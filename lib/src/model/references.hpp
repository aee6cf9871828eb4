// How an entry refers to another one, in words.
#pragma once

#include <asio_chat/entry.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace asio_chat {

/// From the first kind on that refers to something: as protocols, exports and pipes call them.
inline constexpr std::array<std::string_view, 6> reference_names{"edit",     "delete", "reply",
                                                                 "reaction", "pin",    "unpin"};

inline constexpr auto last_reference = static_cast<entry_reference::kind>(reference_names.size());

/// It has no text of its sender's: what it says is said by the server.
constexpr bool says_nothing(entry_reference::kind how) noexcept {
  return how == entry_reference::kind::removal || how == entry_reference::kind::pin ||
         how == entry_reference::kind::unpin;
}

/// @param how not `none`
constexpr std::string_view name_of(entry_reference::kind how) noexcept {
  return reference_names[static_cast<std::size_t>(how) - 1];
}

constexpr std::optional<entry_reference::kind> find_reference(std::string_view name) noexcept {
  for (std::size_t i = 0; i < reference_names.size(); ++i)
    if (reference_names[i] == name) return static_cast<entry_reference::kind>(i + 1);
  return std::nullopt;
}

/// `alice (edited)`: what stands behind the author's name in a line. Mostly nothing; the
/// others are actions, which say it in their texts.
constexpr std::string_view note_of(const entry& e) noexcept {
  if (e.refers.how == entry_reference::kind::edit) return " (edited)";
  if (e.refers.how == entry_reference::kind::reply) return " (reply)";
  return {};
}

} // namespace asio_chat
