// Entries of all kinds, such as one commit adds to a room.
#pragma once

#include <asio_chat/journal.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace asio_chat::test {

inline constexpr wall_time noon{std::chrono::milliseconds(1'700'000'000'000)};

inline std::vector<journal::record> sample_entries() {
  using std::chrono::milliseconds;
  std::vector<journal::record> all{
      {{"den", {7, 41}, noon, "alice", entry_kind::message, "hello, world", "id-1"}, {1}},
      {{"den", {7, 42}, noon, "bob", entry_kind::action, "waves äöü \U0001F600\n\ttwice", ""}, {2}},
      {{"den", {7, 43}, noon + milliseconds(1), "alice", entry_kind::topic, "", "id-2"}, {1}},
      // A member with a name that became free, and one who changed their name.
      {{"den", {7, 44}, noon + milliseconds(70'000), "alice", entry_kind::message, "I too", ""},
       {3}},
      {{"den",
        {7, 45},
        noon + milliseconds(70'000),
        "eve",
        entry_kind::message,
        std::string(30'000, 'x'),
        ""},
       {2}},
  };
  all[1].what.refers = {entry_reference::kind::reaction, 41};
  all[3].what.refers = {entry_reference::kind::edit, 7};
  return all;
}

} // namespace asio_chat::test
