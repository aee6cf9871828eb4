// The table of rights: what each role may. Nothing else says so, and the gate alone asks it.
#pragma once

#include <asio_chat/rights.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// What a room asks of those who want to come in or speak.
struct room_modes {
  bool is_private = false;      ///< by invitation, or with a role in it
  bool moderated = false;       ///< a voice and those above speak
  bool read_only = false;       ///< operators and those above speak
  std::chrono::seconds slow{0}; ///< between two messages of one who has no voice; 0: none
  friend bool operator==(const room_modes&, const room_modes&) = default;
};

/// Whoever has a right, those above have it too.
struct policy_row {
  right what;
  role from;               ///< the lowest role that has it
  std::string_view phrase; ///< for a person
};

inline constexpr std::array all_roles{role::guest, role::member, role::voice, role::op,
                                      role::owner};

std::span<const policy_row> policy_table() noexcept;

std::string_view name_of(role r) noexcept;
std::optional<role> find_role(std::string_view name) noexcept;

rights rights_of(role r) noexcept;
/// What is left of them in a room with these modes.
rights rights_in_room(role r, const room_modes& modes, bool muted) noexcept;

/// The table, a line for each right, for a person.
std::vector<std::string> policy_lines();

} // namespace asio_chat
