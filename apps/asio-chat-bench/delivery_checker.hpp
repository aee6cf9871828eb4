#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace asio_chat::bench {

/// Counts of wrong deliveries over all receivers.
struct violations {
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t reordered = 0;
  std::uint64_t damaged = 0; ///< other bytes than those that were sent
  std::uint64_t echoed = 0;  ///< delivered to the sender
  std::uint64_t strayed = 0; ///< delivered to another room

  bool any() const { return lost + doubled + reordered + damaged + echoed + strayed != 0; }
  std::string describe() const;

  violations& operator+=(const violations& other);
};

/// The messages of one publisher at one receiver: from the first one that it sees on, every number
/// must come once and in order.
class delivery_checker {
 public:
  /// Records a message. Returns whether it is a new one.
  bool note(std::uint64_t sequence);

  /// Whether the receiver has seen any.
  bool started() const { return started_; }

  /// The number after the highest one seen.
  std::uint64_t next() const { return next_; }

  /// Returns the faults since the last call; a message that is missing so far counts as lost.
  violations take();

 private:
  bool started_ = false;
  std::uint64_t first_ = 1;
  std::uint64_t next_ = 1;
  std::set<std::uint64_t> missing_;
  violations found_;
};

} // namespace asio_chat::bench
