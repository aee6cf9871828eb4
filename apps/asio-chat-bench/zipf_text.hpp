#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace asio_chat::bench {

/// Texts whose words are as frequent as those of a language: the nth word has a share of about 1/n.
/// A number always gives the same text. All words consist of small letters.
class zipf_text {
 public:
  using random = std::linear_congruential_engine<std::uint64_t, 6'364'136'223'846'793'005U,
                                                 1'442'695'040'888'963'407U, 0>;

  /// Each text has one of the first two words, by turns, so that no text has both.
  static constexpr std::uint32_t turns = 2;

  /// @param size bytes of a text, give or take a word
  explicit zipf_text(std::size_t size, std::uint32_t words = 30'000);

  /// Returns the word of a rank. The first words are the most frequent and the shortest.
  static std::string word(std::uint32_t rank);
  std::uint32_t words() const { return words_; }

  /// Returns the ranks of the words of a text, in their order.
  std::vector<std::uint32_t> ranks(std::uint64_t number) const;
  std::string text(std::uint64_t number) const;

 private:
  const std::size_t size_;
  const std::uint32_t words_;
  std::vector<double> shares_; // of this word and all before it, from `turns` on
};

} // namespace asio_chat::bench
