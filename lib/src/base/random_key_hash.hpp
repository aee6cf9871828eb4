// A hash for tables in memory whose keys are random numbers, or hashes already.
#pragma once

#include <cstddef>
#include <cstring>

namespace asio_chat {

struct random_key_hash {
  /// @param key an array of bytes; the first ones are as good as any hash of it
  template <class Bytes>
  std::size_t operator()(const Bytes& key) const noexcept {
    std::size_t hash = 0;
    static_assert(sizeof key >= sizeof hash);
    std::memcpy(&hash, key.data(), sizeof hash);
    return hash;
  }
};

} // namespace asio_chat
