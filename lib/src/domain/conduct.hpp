// What a member did lately, as far as settings against abuse are about it.
#pragma once

#include "domain/token_bucket.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace asio_chat {

struct conduct {
  static constexpr std::size_t max_texts = 16;
  static constexpr std::size_t max_receivers = 64;

  struct text {
    std::uint64_t hash;
    token_bucket said;
  };
  std::deque<text> texts;              ///< the one that is new first
  std::deque<std::uint64_t> receivers; ///< hashes of names, the one written to last first
  token_bucket new_receivers;
  token_bucket as_newcomer;
};

} // namespace asio_chat
