#include "zipf_text.hpp"

#include <algorithm>
#include <string_view>

namespace asio_chat::bench {

namespace {

constexpr std::uint64_t spread_seeds = 0x9e3779b97f4a7c15; // neighbours start far apart

} // namespace

zipf_text::zipf_text(std::size_t size, std::uint32_t words)
    : size_(size)
    , words_(words) {
  double sum = 0;
  for (std::uint32_t rank = turns; rank < words_; ++rank)
    shares_.push_back(sum += 1 / (rank + 0.7)); // Mandelbrot's offset: the first are not so far off
}

std::string zipf_text::word(std::uint32_t rank) {
  constexpr std::string_view consonants = "bdfghjklmnprstvz";
  constexpr std::string_view vowels = "aeiou";
  std::string made;
  std::size_t rest = rank;
  do {
    made += consonants[rest % consonants.size()];
    rest /= consonants.size();
    made += vowels[rest % vowels.size()];
    rest /= vowels.size();
  } while (rest > 0);
  return made;
}

std::vector<std::uint32_t> zipf_text::ranks(std::uint64_t number) const {
  random numbers((number + 1) * spread_seeds);
  std::uniform_real_distribution<> any(0, shares_.back());
  std::vector<std::uint32_t> all{static_cast<std::uint32_t>(number % turns)};
  for (auto length = word(all[0]).size(); length < size_;) {
    const auto at = std::lower_bound(shares_.begin(), shares_.end(), any(numbers));
    all.push_back(turns + static_cast<std::uint32_t>(at - shares_.begin()));
    length += 1 + word(all.back()).size();
  }
  return all;
}

std::string zipf_text::text(std::uint64_t number) const {
  std::string made;
  for (const auto rank : ranks(number))
    made.append(made.empty() ? "" : " ").append(word(rank));
  return made;
}

} // namespace asio_chat::bench
