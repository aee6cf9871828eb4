// What to look for in the log of a room.
#pragma once

#include <asio_chat/entry.hpp>
#include <asio_chat/time.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// An entry is found if it has all words, in any order. Words are compared as Unicode's
/// NFKC_Casefold has them: `matches` knows.
struct search_query {
  std::string room;
  std::vector<std::string> words;  ///< folded, sorted, each once; may be empty if `from` is there
  std::optional<std::string> from; ///< the author's name, in any case
  std::optional<wall_time> since;  ///< not before
  std::optional<wall_time> until;  ///< before
  std::size_t limit = 50;          ///< the newest so many
};

/// Whether an entry is what a query looks for, by reading all of it: what an index must agree with.
bool matches(const search_query& q, const entry& e);

} // namespace asio_chat
