// How much is done for one connection before the others have their turn.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace asio_chat::net {

/// Deficit round robin (Shreedhar, Varghese 1995): each turn brings a share, and what was taken
/// beyond it is missing from the next ones. What is done is counted by what it costs, and not in
/// requests: a list of a thousand members takes as long as fifty messages. A share is well below a
/// millisecond, and more than a client sends that waits for answers.
class turn_share {
 public:
  static constexpr std::int64_t per_turn = 128;        ///< in messages
  static constexpr std::size_t bytes_per_message = 64; ///< of answers that were made at once

  void begin_turn() noexcept { begun_with_ = left_ = std::min(left_ + per_turn, per_turn); }
  bool is_used() const noexcept { return left_ <= 0; }
  /// In this turn; nobody types so.
  bool asks_much() const noexcept { return begun_with_ - left_ > much; }
  /// @param cost of its row in the command table, @param answered bytes that it has put into the
  ///   outbox
  void charge(std::uint64_t cost, std::size_t answered) noexcept {
    left_ -=
        static_cast<std::int64_t>(std::max<std::uint64_t>(cost + answered / bytes_per_message, 1));
  }

 private:
  static constexpr std::int64_t much = 8;

  std::int64_t begun_with_ = 0;
  std::int64_t left_ = 0;
};

} // namespace asio_chat::net
