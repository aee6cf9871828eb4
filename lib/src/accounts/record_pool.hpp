// Records by number.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace asio_chat {

using record_number = std::uint32_t;
inline constexpr record_number no_record = UINT32_MAX;

/// Records stay where they are, and nothing is kept beside them. Numbers are given again.
template <class Record>
class record_pool {
 public:
  record_number add() {
    if (!free_.empty()) {
      const record_number n = free_.back();
      free_.pop_back();
      return n;
    }
    if (made_ % in_block == 0) blocks_.push_back(std::make_unique<Record[]>(in_block));
    return made_++;
  }
  void remove(record_number n) {
    free_.push_back(n);
    (*this)[n] = Record();
  }
  Record& operator[](record_number n) noexcept { return blocks_[n / in_block][n % in_block]; }
  const Record& operator[](record_number n) const noexcept {
    return blocks_[n / in_block][n % in_block];
  }
  /// Also those whose number is free, which are as they are made.
  template <class Hearer>
  void for_each(const Hearer& hears) const {
    for (record_number n = 0; n < made_; ++n)
      hears((*this)[n]);
  }

 private:
  static constexpr record_number in_block = 128;
  std::vector<std::unique_ptr<Record[]>> blocks_;
  std::vector<record_number> free_;
  record_number made_ = 0;
};

} // namespace asio_chat
