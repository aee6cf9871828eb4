// For journals: which offsets a range means in a log that keeps only some of its entries.
#pragma once

#include <asio_chat/journal.hpp>

#include <asio_chat/event.hpp>

#include <algorithm>
#include <cstdint>

namespace asio_chat {

/// Offsets from `first` up to, not including, `end`.
struct log_span {
  std::uint64_t first = 1;
  std::uint64_t end = 1;
  bool missed = false; ///< something between `range.from` and `first` was asked for and is gone
};

/// @param first of the entries kept; one more than `last` if there are none
inline log_span span_of(const log_range& r, std::uint64_t epoch, std::uint64_t first,
                        std::uint64_t last) noexcept {
  const bool here = r.from.epoch == epoch;
  const auto within = [&](std::uint64_t o) { return std::clamp(o, first, last + 1); };
  const std::uint64_t max_entries = r.entries;
  switch (r.where) {
  case log_range::side::after: {
    const std::uint64_t wanted = here ? std::min(r.from.offset, last) + 1 : 1;
    const std::uint64_t begin = within(wanted);
    return {begin, begin + std::min(max_entries, last + 1 - begin), begin > wanted};
  }
  case log_range::side::before: {
    // The zero position is before nothing: the newest entries are meant.
    const bool newest = r.from == position{};
    const std::uint64_t end = newest ? last + 1 : within(here ? r.from.offset : 1);
    return {end - std::min(max_entries, end - first), end, false};
  }
  case log_range::side::around: {
    const std::uint64_t middle = within(here ? r.from.offset : 1);
    const std::uint64_t before = std::min(max_entries / 2, middle - first);
    const std::uint64_t begin = middle - before;
    return {begin, begin + std::min(max_entries, last + 1 - begin), false};
  }
  }
  return {first, first, false};
}

/// Whether who asks has read entries of a log that is not the one of this epoch.
inline bool is_of_another(const log_range& r, std::uint64_t epoch) noexcept {
  return r.where == log_range::side::after && r.from.offset > 0 && r.from.epoch != epoch;
}

/// Of a log without entries, whose epoch nobody knows.
inline journal::page page_of_nothing(const log_range& r) {
  journal::page p;
  if (is_of_another(r, 0)) p.compared = journal::log_is::another;
  return p;
}

} // namespace asio_chat
