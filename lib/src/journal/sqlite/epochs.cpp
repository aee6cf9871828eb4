#include "journal/sqlite/epochs.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/room_table.hpp"

#include <algorithm>

namespace asio_chat::sqlite {

std::string bytes_of(const ended_epochs& e) {
  std::string bytes;
  for (const ended_epoch& one : e) {
    put_varint(bytes, one.epoch);
    put_varint(bytes, one.last);
  }
  return bytes;
}

std::optional<ended_epochs> epochs_in(std::string_view bytes) {
  ended_epochs all;
  byte_reader rest(bytes);
  while (rest.left() > 0) {
    const auto epoch = rest.varint();
    const auto last = rest.varint();
    if (!epoch || !last) return {};
    all.push_back({*epoch, *last});
  }
  return all;
}

std::uint64_t epoch_at(const room_row& r, std::uint64_t offset) noexcept {
  const auto found =
      std::ranges::find_if(r.earlier, [&](const ended_epoch& one) { return offset <= one.last; });
  return found == r.earlier.end() ? r.epoch : found->epoch;
}

std::optional<std::uint64_t> end_of_epoch(const room_row& r, std::uint64_t epoch) noexcept {
  if (epoch == r.epoch) return r.head;
  const auto found = std::ranges::find(r.earlier, epoch, &ended_epoch::epoch);
  return found == r.earlier.end() ? std::nullopt : std::optional(found->last);
}

void begin_epoch(room_row& r, std::uint64_t epoch) {
  if (r.head > 0) r.earlier.push_back({r.epoch, r.head});
  r.epoch = epoch;
}

std::uint64_t common_end(const room_row& a, const room_row& b) noexcept {
  std::uint64_t end = 0;
  for (const ended_epoch& one : a.earlier) {
    if (const auto there = end_of_epoch(b, one.epoch)) end = std::min(one.last, *there);
  }
  if (const auto there = end_of_epoch(b, a.epoch)) end = std::min(a.head, *there);
  return end;
}

void forget_epochs_before(room_row& r, std::uint64_t first) {
  // One that ends just before the first entry is a place to go on from without a gap.
  std::erase_if(r.earlier, [&](const ended_epoch& one) { return one.last + 1 < first; });
}

} // namespace asio_chat::sqlite
