#pragma once

#include "zipf_text.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::bench {

using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// A search: all of its conditions have to hold.
struct question {
  std::vector<std::uint32_t> words = {}; ///< their ranks
  std::string other_word = {};           ///< one that no text has
  std::string from = {};
  std::optional<wall_time> before = {}; ///< a full minute
  std::optional<wall_time> after = {};  ///< likewise

  /// The search as a person types it.
  std::string line() const;
};

/// Knows all texts that were said, and the right answer to a search.
class search_model {
 public:
  search_model(const zipf_text& texts, std::string room);

  /// Adds the text of the next number, from 0 on.
  void note(const std::string& author, wall_time time);

  std::size_t size() const { return said_.size(); }
  wall_time time(std::size_t number) const { return said_[number].time; }
  const std::string& author(std::size_t number) const { return authors_[said_[number].author]; }

  /// Returns the lines of the right answer.
  std::vector<std::string> answer(const question& q) const;

 private:
  struct entry {
    std::uint32_t author;
    wall_time time;
  };
  using numbers = std::vector<std::uint32_t>; // ascending

  std::string line(std::uint32_t number) const;
  /// Whether all conditions but the words hold.
  bool fits(const question& q, const entry& one) const;
  /// Calls `take` with the entries that have all these words, the newest first, until it returns
  /// false.
  template <class Take>
  void for_each_with(const std::vector<std::uint32_t>& words, Take take) const;

  const zipf_text& texts_;
  std::string room_;
  std::vector<std::string> authors_;
  std::vector<entry> said_;
  std::vector<numbers> with_word_;
};

} // namespace asio_chat::bench
