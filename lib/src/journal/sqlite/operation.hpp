// What is asked of the writer: the changes that one commit carries.
#pragma once

#include "accounts/people_store.hpp"
#include "model/identity.hpp"

#include <asio_chat/journal.hpp>

#include <cstdint>
#include <optional>
#include <string>
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

struct operation {
  std::variant<append_operation, open_operation, close_operation, hold_operation, release_operation,
               keep_operation, destroy_operation>
      what;
  std::optional<failure> refused{}; ///< why it has not been done
};

} // namespace asio_chat::sqlite
