#include "delivery_checker.hpp"

#include <fmt/format.h>

namespace asio_chat::bench {

std::string violations::describe() const {
  return fmt::format(
      "{} lost, {} doubled, {} out of order, {} damaged, {} sent back to the sender, "
      "{} in another room",
      lost, doubled, reordered, damaged, echoed, strayed);
}

violations& violations::operator+=(const violations& other) {
  lost += other.lost;
  doubled += other.doubled;
  reordered += other.reordered;
  damaged += other.damaged;
  echoed += other.echoed;
  strayed += other.strayed;
  return *this;
}

bool delivery_checker::note(std::uint64_t sequence) {
  if (!started_) {
    started_ = true;
    first_ = sequence;
    next_ = sequence;
  }
  if (sequence == next_) {
    ++next_;
    return true;
  }
  if (sequence > next_) {
    while (next_ < sequence)
      missing_.insert(next_++);
    ++next_;
    return true;
  }
  if (sequence < first_ || missing_.erase(sequence) == 1) {
    ++found_.reordered;
    return true;
  }
  ++found_.doubled;
  return false;
}

violations delivery_checker::take() {
  found_.lost = missing_.size();
  missing_.clear();
  const auto taken = found_;
  found_ = {};
  return taken;
}

} // namespace asio_chat::bench
