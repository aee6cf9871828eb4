// Whose most of what is said is.
#pragma once

#include <cstdint>

namespace asio_chat {

/// What one member has said of what was said lately.
struct post_share {
  std::uint64_t period = 0; ///< the number of it
  std::uint64_t now = 0;    ///< posts in it
  std::uint64_t before = 0; ///< posts in the one before it
};

/// Finds who floods while others talk. Lately is a period and the one before it, counted in posts:
/// a flood fills one in about a second, and a message needs no clock.
class post_shares {
 public:
  static constexpr std::uint64_t posts_of_period = 1u << 18;
  static constexpr std::uint64_t most = 4; ///< more than a fourth of all is most of it

  void count(post_share& of) noexcept {
    if (now_ == posts_of_period) {
      ++period_;
      before_ = now_;
      now_ = 0;
    }
    if (of.period != period_) {
      of.before = of.period + 1 == period_ ? of.now : 0;
      of.now = 0;
      of.period = period_;
    }
    ++now_;
    ++of.now;
  }
  /// Of a share that was just counted. Who is alone floods nobody, and where many say as much as
  /// each other nobody has most of it.
  bool is_most(const post_share& s) const noexcept {
    const std::uint64_t own = s.now + s.before;
    const std::uint64_t all = now_ + before_;
    return own < all && own * most > all;
  }

 private:
  std::uint64_t period_ = 0;
  std::uint64_t now_ = 0;
  std::uint64_t before_ = 0;
};

} // namespace asio_chat
