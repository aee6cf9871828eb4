// Bytes as a hostile peer would send them, the same in every run.
#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>

namespace asio_chat::test {

/// Returns up to `most` random bytes, and pieces that find more faults than random bytes.
inline std::string random_bytes(std::mt19937& random, std::size_t most) {
  static constexpr std::array<std::string_view, 16> pieces{
      "a",        "\n",           "\t", "\x1b[", "\xc2\x9b",     "\xff",
      "\xc3",     "\xe2\x82",     "ä",  "€",     "\xed\xa0\x80", "\xf0\x9f\x98\x80",
      "\xc0\x80", "\xef\xbb\xbf", "\"", "\u202e"};
  std::uniform_int_distribution<std::size_t> length(0, most);
  std::uniform_int_distribution<int> kind(0, 1);
  std::uniform_int_distribution<std::size_t> piece(0, pieces.size() - 1);
  std::uniform_int_distribution<int> byte(0, 255);
  std::string out;
  for (const std::size_t n = length(random); out.size() < n;) {
    if (kind(random) == 0) {
      out.append(pieces[piece(random)]);
    } else {
      out.push_back(static_cast<char>(byte(random)));
    }
  }
  return out;
}

} // namespace asio_chat::test
