#include "search_model.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::bench {

namespace {

constexpr std::size_t max_lines = 50;

auto seconds_of(wall_time time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

} // namespace

std::string question::line() const {
  std::string made = "/search";
  for (const auto rank : words)
    made += " " + zipf_text::word(rank);
  if (!other_word.empty()) made += " " + other_word;
  if (!from.empty()) made += " from:" + from;
  if (before) made += fmt::format(" before:{:%Y-%m-%dT%H:%M}", seconds_of(*before));
  if (after) made += fmt::format(" after:{:%Y-%m-%dT%H:%M}", seconds_of(*after));
  return made;
}

search_model::search_model(const zipf_text& texts, std::string room)
    : texts_(texts)
    , room_(std::move(room))
    , with_word_(texts.words()) {}

void search_model::note(const std::string& author, wall_time time) {
  const auto known = std::find(authors_.begin(), authors_.end(), author);
  const auto index = static_cast<std::uint32_t>(known - authors_.begin());
  if (known == authors_.end()) authors_.push_back(author);
  const auto number = static_cast<std::uint32_t>(said_.size());
  said_.push_back({index, time});
  for (const auto rank : texts_.ranks(number)) {
    auto& those = with_word_[rank];
    if (those.empty() || those.back() != number) those.push_back(number);
  }
}

std::vector<std::string> search_model::answer(const question& q) const {
  std::vector<std::uint32_t> found; // the newest first, one more than is shown
  if (q.other_word.empty()) {
    const auto take = [&](std::uint32_t number) {
      if (fits(q, said_[number])) found.push_back(number);
      return found.size() <= max_lines;
    };
    for_each_with(q.words, take);
  }
  if (found.empty()) return {fmt::format("nothing like that was said in {}", room_)};
  const bool more = found.size() > max_lines;
  if (more) found.pop_back();
  std::vector<std::string> lines;
  for (auto number = found.rbegin(); number != found.rend(); ++number)
    lines.push_back(line(*number));
  if (more)
    lines.push_back(fmt::format("these are the newest {}; before: finds older ones", found.size()));
  return lines;
}

bool search_model::fits(const question& q, const entry& one) const {
  return (q.from.empty() || authors_[one.author] == q.from) &&
         (!q.before || one.time < *q.before) && (!q.after || one.time >= *q.after);
}

template <class Take>
void search_model::for_each_with(const std::vector<std::uint32_t>& words, Take take) const {
  // Where each word's list has been read to, from its end.
  std::vector<std::pair<numbers::const_reverse_iterator, numbers::const_reverse_iterator>> lists;
  for (const auto rank : words)
    lists.emplace_back(with_word_[rank].rbegin(), with_word_[rank].rend());
  for (auto until = static_cast<std::uint32_t>(said_.size()); until > 0;) {
    const auto number = until - 1;
    auto oldest = number; // nothing after it is in all lists
    for (auto& [at, end] : lists) {
      while (at != end && *at > number)
        ++at;
      if (at == end) return;
      oldest = std::min(oldest, *at);
    }
    if (oldest == number && !take(number)) return;
    until = oldest == number ? number : oldest + 1;
  }
}

std::string search_model::line(std::uint32_t number) const {
  return fmt::format("@{} [{:%Y-%m-%d %H:%M:%S} UTC] {}: {}", number + 1, seconds_of(time(number)),
                     author(number), texts_.text(number));
}

} // namespace asio_chat::bench
