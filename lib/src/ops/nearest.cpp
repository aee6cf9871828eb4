#include "ops/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace asio_chat::ops {

namespace {

/// Levenshtein's distance, one row of its table at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

} // namespace

std::string_view nearest(std::string_view typed, std::span<const std::string_view> names) {
  constexpr std::size_t max_name = 64;
  if (typed.size() > max_name) return {};
  std::string_view best;
  std::size_t best_edits = std::max<std::size_t>(2, typed.size() / 3) + 1;
  for (const auto name : names) {
    const std::size_t edits = edits_between(typed, name);
    if (edits < best_edits && edits < name.size()) {
      best = name;
      best_edits = edits;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names) {
  const auto name = nearest(typed, names);
  return name.empty() ? std::string() : fmt::format("; did you mean {}?", name);
}

} // namespace asio_chat::ops
