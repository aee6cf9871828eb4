#include "journal/memory_log.hpp"

#include <asio_chat/log_span.hpp>

#include <algorithm>
#include <cstring>

namespace asio_chat {

namespace {

/// Of a block: as many bytes as the log has, so that a short one does not keep much.
constexpr std::size_t min_block_bytes = 256;
constexpr std::size_t max_block_bytes = 16 * 1024;

} // namespace

void memory_log::read_entry(std::uint64_t offset, entry& into) const {
  const kept& k = kept_at(offset);
  into.room = room_;
  into.at = {epoch_, offset};
  into.time = k.time;
  into.from = k.from();
  into.kind = k.kind;
  into.text = k.text();
  into.refers = k.refers;
}

std::optional<memory_log::found> memory_log::find(const message_id& id) const {
  const auto offset = ids_.find(id);
  if (!offset) return std::nullopt;
  return found{{epoch_, *offset}, kept_at(*offset).time};
}

bool memory_log::make_room(std::size_t bytes) {
  if (free_bytes_ >= bytes && !blocks_.empty()) return false;
  free_bytes_ = std::max(bytes, std::clamp(bytes_, min_block_bytes, max_block_bytes));
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(free_bytes_));
  free_ = blocks_.back().get();
  return true;
}

char* memory_log::put(std::string_view bytes) {
  char* const at = free_;
  std::memcpy(at, bytes.data(), bytes.size());
  free_ += bytes.size();
  free_bytes_ -= bytes.size();
  return at;
}

void memory_log::append(journal::record& r, const message_id& id) {
  entry& e = r.what;
  e.at = {epoch_, ++last_offset_};
  if (e.kind == entry_kind::topic) topic_ = e.text;
  const bool begins_block = make_room(e.from.size() + e.text.size());
  char* const bytes = put(e.from);
  put(e.text);
  entries_.push_back({bytes, e.time, r.author, static_cast<std::uint32_t>(e.from.size()),
                      static_cast<std::uint32_t>(e.text.size()), e.kind, begins_block, e.refers});
  bytes_ += entries_.back().weight();
  ids_.add(id, last_offset_);
}

void memory_log::destroy_text(std::uint64_t offset) noexcept {
  if (offset < first_offset() || offset > last_offset_) return;
  kept& k = entries_[offset - first_offset()];
  k.kind = entry_kind::destroyed;
  std::memset(k.bytes + k.from_bytes, 0, k.text_bytes);
}

void memory_log::drop_oldest() {
  const kept& oldest = entries_.front();
  bytes_ -= oldest.weight();
  ids_.forget(first_offset());
  entries_.pop_front();
  if (entries_.empty()) {
    blocks_.clear();
    return;
  }
  // The first of all begins a block as well, and has been dropped by then.
  if (entries_.front().begins_block) blocks_.erase(blocks_.begin());
}

void memory_log::destroy(std::size_t count) {
  ids_.destroy(count);
  for (; count > 0 && !entries_.empty(); --count) {
    if (entries_.back().begins_block) blocks_.pop_back();
    entries_.pop_back();
  }
}

journal::page memory_log::read(const journal::range& part) const {
  journal::page p;
  const log_span wanted = span_of(part.of, epoch_, first_offset(), last_offset_);
  if (wanted.missed) p.gap = first_offset();
  const bool backwards = part.of.where == log_range::side::before;
  std::size_t bytes = 0;
  std::uint64_t first = wanted.first;
  std::uint64_t end = wanted.end;
  for (std::uint64_t n = 0; n < wanted.end - wanted.first; ++n) {
    const std::uint64_t o = backwards ? wanted.end - 1 - n : wanted.first + n;
    bytes += text_bytes(o) + journal::entry_overhead;
    if (n > 0 && bytes > part.bytes) {
      (backwards ? first : end) = backwards ? o + 1 : o;
      break;
    }
  }
  for (std::uint64_t o = first; o < end; ++o)
    read_entry(o, p.entries.emplace_back(journal::record{{}, kept_at(o).author}).what);
  p.earlier = first > first_offset();
  p.more = end <= last_offset_;
  p.head = head();
  if (is_of_another(part.of, epoch_)) p.compared = journal::log_is::another;
  return p;
}

} // namespace asio_chat
