// What is under way in the journal for a member's sake.
#pragma once

#include <cstddef>
#include <cstdint>

namespace asio_chat {

/// What the journal may be asked for on behalf of a member. All of it is counted, and each kind has
/// a bound, so that nobody fills memory with requests while the disk is slow.
enum class work : std::size_t {
  post,    ///< an entry that is being stored
  answer,  ///< a page or a search that the member asked for
  opening, ///< a room that the member joins
  page,    ///< entries that the member is fed from a log
  upkeep,  ///< names held and released, rooms closed: nobody waits for it
};
inline constexpr std::size_t kinds_of_work = 5;

/// Counts up to a bound. At the bound it is full, and stays so until half of it is done: a member
/// who asks faster than they are answered has to wait.
class inflight_limit {
 public:
  explicit inflight_limit(std::size_t max) noexcept
      : max_(static_cast<std::uint32_t>(max)) {}

  /// Whether it has become full by this.
  /// @param part of the bound that it has this time is one of so many
  bool begin(std::uint32_t part = 1) noexcept {
    if (++count_ < max_ / part || full_) return false;
    full_at_ = max_ / part;
    return full_ = true;
  }
  /// Whether it is full no more by this.
  bool end() noexcept {
    if (--count_ > full_at_ / 2 || !full_) return false;
    full_ = false;
    return true;
  }
  bool empty() const noexcept { return count_ == 0; }

 private:
  std::uint32_t max_;
  std::uint32_t count_ = 0;
  std::uint32_t full_at_ = 0;
  bool full_ = false;
};

} // namespace asio_chat
