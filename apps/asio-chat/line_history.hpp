// Lines that were typed before: to go through, and to search.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::app {

class line_history {
 public:
  static constexpr std::size_t max_lines = 500;

  /// The newest line from now on. One that was there already moves.
  void keep(std::u32string line);

  /// Goes to an earlier line, from the one that is being typed on.
  /// @return none: there is no earlier one
  std::optional<std::u32string> back(const std::u32string& typed);
  /// Goes to a later line, and at last to the one that was being typed.
  std::optional<std::u32string> forth();
  /// The next `back` begins at the newest line.
  void rewind() noexcept { at_ = 0; }
  /// One looks at the line of that age now, and has put aside what was typed.
  void stand_at(std::size_t age, std::u32string typed) {
    at_ = age;
    typed_ = std::move(typed);
  }
  /// What was put aside; empty: nothing.
  std::u32string aside() const { return at_ > 0 ? typed_ : std::u32string(); }
  /// The line that was being typed, if one looks at an earlier one that is as it was entered.
  const std::u32string* put_aside(const std::u32string& shown) const noexcept {
    return at_ > 0 && at_ <= lines_.size() && lines_[at_ - 1] == shown ? &typed_ : nullptr;
  }

  struct hit {
    std::u32string line;
    std::size_t age; ///< 1: the newest line
  };
  /// The newest line with `part` in it.
  /// @param from newer ones than that age are passed over
  std::optional<hit> find(std::u32string_view part, std::size_t from) const;

 private:
  std::deque<std::u32string> lines_; ///< the newest first
  std::size_t at_ = 0;               ///< the age of the line gone to; 0: the one being typed
  std::u32string typed_;
};

} // namespace asio_chat::app
