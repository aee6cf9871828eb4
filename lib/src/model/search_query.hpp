// What to look for in the log of a room.
#pragma once

#include <asio_chat/time.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// An entry is found if it has all words, in any order; words are compared as
/// `journal/tokenizer.hpp` says.
struct search_query {
  std::string room;
  std::vector<std::string> words;  ///< as `words_in` makes them; may be empty if `from` is there
  std::optional<std::string> from; ///< the author's name, in any case
  std::optional<wall_time> since;  ///< not before
  std::optional<wall_time> until;  ///< before
  std::size_t limit = 50;          ///< the newest so many
};

} // namespace asio_chat
