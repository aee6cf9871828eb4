#include "journal/sqlite/retention.hpp"

#include <algorithm>
#include <optional>

namespace asio_chat::sqlite {

std::uint64_t first_shown(const room_row& r, const retention& keep) noexcept {
  if (keep.entries == 0 || r.head < keep.entries) return r.first;
  return std::max(r.first, r.head + 1 - keep.entries);
}

bool is_urgent(const room_row& r, std::uint64_t unshown, const retention& keep) noexcept {
  if (keep.bytes != 0 && r.bytes > keep.bytes + keep.bytes / 8) return true;
  return keep.entries != 0 && unshown > std::max(keep.entries / 8, std::uint64_t{64});
}

std::size_t trim(record_table& records, turn_table& turns, room_row& r, const retention& keep,
                 wall_time now, std::size_t max_records) {
  std::size_t taken = 0;
  std::uint64_t end = 0; // what begins before it goes
  std::uint64_t bytes = r.bytes;
  chain_value chain = r.chain_before;
  const auto is_too_old = [&](const record_header& h) {
    if (keep.age.count() == 0) return false;
    std::optional<wall_time> time = h.time;
    if (h.time > now) time = turns.time_after(r.number, h.last, now);
    return time && *time + keep.age <= now;
  };
  records.forwards(r, 0, [&](const stored_record& s) {
    const bool not_shown = s.header.last < r.first;
    const bool too_old = is_too_old(s.header);
    const bool too_many_bytes = keep.bytes != 0 && bytes > keep.bytes && s.header.last < r.head;
    if (taken == max_records || (!not_shown && !too_old && !too_many_bytes)) return false;
    ++taken;
    end = s.header.last + 1;
    bytes -= std::min<std::uint64_t>(bytes, s.sealed.size() + s.ids.size());
    chain = s.chain;
    return true;
  });
  if (taken == 0) return 0;
  records.erase_before(r.number, end);
  turns.erase_before(r.number, end);
  r.first = std::max(r.first, end);
  r.bytes = bytes;
  r.chain_before = chain;
  forget_epochs_before(r, end);
  return taken;
}

} // namespace asio_chat::sqlite
