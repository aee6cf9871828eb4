#include "model/read_places.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::string_view command_of_reads = "read";

} // namespace

std::string read_item(std::string_view room, std::uint64_t offset) {
  return fmt::format("{} {}", room, offset);
}

reply news_of_reads(std::vector<std::string> items) {
  return {{}, std::string(command_of_reads), {}, std::move(items), {}};
}

std::vector<read_place> read_places_in(const reply& r) {
  std::vector<read_place> all;
  if (r.command != command_of_reads) return all;
  for (const std::string& item : r.items) {
    const auto blank = item.find(' ');
    if (blank == 0 || blank == item.npos) continue;
    read_place p{item.substr(0, blank)};
    const char* const end = item.data() + item.size();
    const auto [rest, error] = std::from_chars(item.data() + blank + 1, end, p.offset);
    if (error == std::errc() && rest == end && p.offset > 0) all.push_back(std::move(p));
  }
  return all;
}

} // namespace asio_chat
