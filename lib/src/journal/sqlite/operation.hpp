// What is asked of the writer: the changes that one commit carries.
#pragma once

#include "accounts/people_store.hpp"
#include "model/identity.hpp"

#include <asio_chat/journal.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asio_chat::sqlite {

struct append_operation {
  journal::record draft; ///< gets its position and its time
  std::uint64_t tag = 0; ///< of its record
  bool duplicate = false;
};
struct open_operation {
  std::string room;
  journal::log_state state{};
};
struct close_operation {
  std::string room;
};
struct hold_operation {
  held_name name;
};
struct release_operation {
  identity who{};
};

struct keep_operation {
  std::vector<fact> facts;
};

struct destroy_operation {
  std::string room;
  std::vector<std::uint64_t> offsets;
};

struct drop_operation {
  std::string room;
  wall_time quiet; ///< nothing was said since
  journal::drop_state state = journal::drop_state::kept;
};

struct trim_operation {
  std::string room;
  std::uint64_t entries = 0; ///< that stay; 0: all
  wall_time since{};         ///< what is older goes
  bool more = false;
};

struct operation {
  std::variant<append_operation, open_operation, close_operation, hold_operation, release_operation,
               keep_operation, destroy_operation, drop_operation, trim_operation>
      what;
  std::optional<failure> refused{}; ///< why it has not been done
};

/// It is done when all others of its commit are, since it waits for the key ring.
inline bool destroys(const operation& o) noexcept {
  return std::holds_alternative<destroy_operation>(o.what) ||
         std::holds_alternative<drop_operation>(o.what) ||
         std::holds_alternative<trim_operation>(o.what);
}

/// The room whose log it changes; empty: it changes none.
inline std::string_view log_of(const operation& o) noexcept {
  if (const auto* a = std::get_if<append_operation>(&o.what)) return a->draft.what.room;
  if (const auto* doomed = std::get_if<destroy_operation>(&o.what)) return doomed->room;
  if (const auto* dropped = std::get_if<drop_operation>(&o.what)) return dropped->room;
  if (const auto* trimmed = std::get_if<trim_operation>(&o.what)) return trimmed->room;
  return {};
}

} // namespace asio_chat::sqlite
