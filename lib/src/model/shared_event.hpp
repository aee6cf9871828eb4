// Events with many receivers.
#pragma once

#include "base/bytes.hpp"
#include "base/recycled.hpp"

#include <asio_chat/event.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace asio_chat {

/// Its value never changes; lives as long as there is a reference to it. The count is not atomic.
class event_block : public boost::intrusive_ref_counter<event_block, boost::thread_unsafe_counter>,
                    public recycled<event_block> {
 public:
  explicit event_block(event e)
      : value(std::move(e)) {}
  const event value;

  /// What each codec makes of it lies here once it was asked for: see `net::encode_once`.
  static constexpr std::size_t max_codecs = 8;
  mutable std::array<shared_bytes, max_codecs> encoded;
  mutable std::bitset<max_codecs> is_encoded; ///< also into nothing
  mutable std::uint64_t names = 0;            ///< that one of them needs: see `net::group_encoder`
  void forget_encodings() const {
    encoded = {};
    is_encoded.reset();
  }
};

using shared_event = boost::intrusive_ptr<const event_block>;

inline shared_event share(event e) {
  return shared_event(new event_block(std::move(e)));
}

/// Entries of one room that follow each other, for receivers who get all of them.
class entry_group {
 public:
  void add(shared_event e) { entries_.push_back(std::move(e)); }
  void clear() noexcept {
    entries_.clear();
    for (auto& parts : encoded)
      parts.clear();
  }
  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  const std::vector<shared_event>& entries() const noexcept { return entries_; }

  /// As in an `event_block`, in as few parts as can be.
  mutable std::array<std::vector<shared_bytes>, event_block::max_codecs> encoded;
  mutable std::uint64_t names = 0; ///< likewise

 private:
  std::vector<shared_event> entries_;
};

} // namespace asio_chat
