// What was shown of late, for lines that are about an earlier one.
#pragma once

#include <asio_chat/entry.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace asio_chat::app {

class said_entries {
 public:
  static constexpr std::size_t max_kept = 1000;

  /// Each entry, in the order in which they are shown.
  void take(const entry& e);
  /// Behind the author's name: whether it is an edit, an answer, or a reaction to what. Of one that
  /// was taken.
  std::string note(const entry& e) const;

 private:
  struct place {
    std::string room;
    std::uint64_t epoch;
    std::uint64_t offset;
    auto operator<=>(const place&) const = default;
  };
  struct one {
    std::string quote;
    std::set<std::pair<std::string, std::string>> reactions = {}; ///< by whom, and the sign
  };

  std::map<place, one> kept_;
  std::deque<place> order_;
};

} // namespace asio_chat::app
