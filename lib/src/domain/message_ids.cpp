#include "domain/message_ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace asio_chat {

namespace {

constexpr char mark = '\1';
constexpr std::string_view end_of_marks = "\1-";
constexpr std::size_t token_bytes = 6; ///< tell one's own devices apart

/// What it does to the entry; empty: nothing.
std::string_view effect_of(entry_reference::kind how) noexcept {
  switch (how) {
  case entry_reference::kind::edit:
    return "edit";
  case entry_reference::kind::removal:
    return "delete";
  case entry_reference::kind::pin:
    return "pin";
  case entry_reference::kind::unpin:
    return "unpin";
  default:
    return {};
  }
}

} // namespace

std::string id_in_log(std::string_view id, const identity& who,
                      const std::optional<identity>& token, const entry_reference& about) {
  if (id.empty()) return {};
  const std::string_view effect = effect_of(about.how);
  const bool of_device = token && *token != who;
  if (!of_device && effect.empty() && id.front() != mark) return std::string(id);
  std::string kept(1, mark);
  const auto end = std::back_inserter(kept);
  for (std::size_t i = 0; of_device && i < token_bytes; ++i)
    fmt::format_to(end, "{:02x}", (*token)[i]);
  if (!effect.empty()) fmt::format_to(end, " {} {}", effect, about.offset);
  kept += end_of_marks;
  kept += id;
  return kept;
}

std::string_view own_id(std::string_view in_log) noexcept {
  if (in_log.empty() || in_log.front() != mark) return in_log;
  return in_log.substr(in_log.find(end_of_marks, 1) + end_of_marks.size());
}

} // namespace asio_chat
