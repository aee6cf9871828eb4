#include "domain/search_line.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "journal/tokenizer.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>

namespace asio_chat {

namespace {

constexpr std::string_view blanks = " \t\n";
constexpr std::size_t max_words = 32;

/// A number of as many digits as `text` has.
std::optional<unsigned> number_of(std::string_view text) {
  unsigned number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number;
}

/// `2026-11-21`, `2026-11-21T10:07`
std::optional<wall_time> time_of(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd";
  constexpr std::size_t date_length = 10;
  if (text.size() != date_length && text.size() != shape.size()) return {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (shape[i] != 'd' && text[i] != shape[i]) return {};
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    return number_of(text.substr(at, digits));
  };
  const auto year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (!year || !month || !day) return {};
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return {};
  wall_time time = std::chrono::sys_days(date);
  if (text.size() > date_length) {
    const auto hours = number(11, 2), minutes = number(14, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
    time += std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  }
  return time;
}

failure bad_part(std::string_view part, std::string_view wanted) {
  return fail(errc::bad_arguments,
              fmt::format("'{}' is not {}", prefix_of_bytes(part, 40), wanted));
}

/// Takes a part of the kind `key:value`; false if it is words.
result<bool> take_named(std::string_view part, search_query& q) {
  const std::size_t colon = part.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string key = ascii::lower(std::string(part.substr(0, colon)));
  const std::string_view value = part.substr(colon + 1);
  if (key == "from") {
    if (value.empty()) return bad_part(part, "a member: write from:NAME");
    q.from = value;
  } else if (key == "in") {
    if (value.empty()) return bad_part(part, "a room: write in:ROOM");
    q.room = value;
  } else if (key == "before" || key == "after") {
    const auto time = time_of(value);
    if (!time)
      return bad_part(
          part, fmt::format("a date: write {0}:2026-11-21 or {0}:2026-11-21T10:07 (UTC)", key));
    (key == "before" ? q.until : q.since) = *time;
  } else {
    return false;
  }
  return true;
}

} // namespace

result<search_query> parse_search_line(std::string_view arguments) {
  search_query q;
  std::string words;
  while (true) {
    const std::size_t begin = arguments.find_first_not_of(blanks);
    if (begin == std::string_view::npos) break;
    arguments.remove_prefix(begin);
    const std::string_view part = arguments.substr(0, arguments.find_first_of(blanks));
    arguments.remove_prefix(part.size());
    const auto named = take_named(part, q);
    if (!named) return named.error();
    if (!*named) words.append(part).push_back(' ');
  }
  q.words = words_in(words);
  if (q.words.size() > max_words) {
    return fail(errc::bad_arguments, fmt::format("there are {} words to look for; {} are the most",
                                                 q.words.size(), max_words));
  }
  if (q.words.empty() && !q.from) {
    return fail(errc::bad_arguments,
                "there is nothing to look for: write /search and words, or from:NAME");
  }
  return q;
}

} // namespace asio_chat
