#include "domain/host_reason.hpp"

#include "base/sanitize.hpp"

namespace asio_chat {

std::string reason_by_host(std::string_view why, std::string_view otherwise) {
  // Only what may be kept is sanitized: a host may pass on megabytes that somebody else has sent.
  std::string line = sanitize_for_terminal(why.substr(0, 2 * max_reason_bytes));
  if (line.empty()) return std::string(otherwise);
  if (line.size() <= max_reason_bytes) return line;
  constexpr std::string_view ellipsis = "\u2026";
  std::size_t end = max_reason_bytes - ellipsis.size();
  while ((static_cast<unsigned char>(line[end]) & 0xC0) == 0x80)
    --end;
  line.resize(end);
  line += ellipsis;
  return line;
}

errc code_by_host(errc given, errc otherwise) noexcept {
  return errc_of(name_of(given)) == given ? given : otherwise;
}

} // namespace asio_chat
