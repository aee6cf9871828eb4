#include "base/seeded_hash.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <random>

namespace asio_chat {

namespace {

__extension__ using wide = unsigned __int128;

using seeds = std::array<std::uint64_t, 2>;

seeds draw_seeds() {
  std::random_device source;
  const auto draw = [&] { return std::uint64_t{source()} << 32 | source(); };
  return {draw() | 1, draw() | 1};
}

/// The halves of the product: each of its bits depends on many of both.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  const wide product = wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

} // namespace

std::uint32_t seeded_hash(std::string_view bytes) noexcept {
  static const seeds seed = draw_seeds();
  std::uint64_t hash = fold(seed[0], bytes.size() ^ seed[1]);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), sizeof hash))) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), std::min(bytes.size(), sizeof word));
    hash = fold(hash ^ word ^ seed[1], seed[0]);
  }
  return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

} // namespace asio_chat
