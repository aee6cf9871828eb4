// How an entry refers to another one, in words.
#pragma once

#include <asio_chat/entry.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace asio_chat {

/// From the first kind on that refers to something: as protocols, exports and pipes call them.
inline constexpr std::array<std::string_view, 4> reference_names{"edit", "delete", "reply",
                                                                 "reaction"};

/// @param how not `none`
constexpr std::string_view name_of(entry_reference::kind how) noexcept {
  return reference_names[static_cast<std::size_t>(how) - 1];
}

constexpr std::optional<entry_reference::kind> find_reference(std::string_view name) noexcept {
  for (std::size_t i = 0; i < reference_names.size(); ++i)
    if (reference_names[i] == name) return static_cast<entry_reference::kind>(i + 1);
  return std::nullopt;
}

/// `alice (edited)`: what stands behind the author's name in a line. Mostly nothing; a removal and
/// a reaction are actions, which say it in their texts.
constexpr std::string_view note_of(const entry& e) noexcept {
  if (e.refers.how == entry_reference::kind::edit) return " (edited)";
  if (e.refers.how == entry_reference::kind::reply) return " (reply)";
  return {};
}

} // namespace asio_chat
