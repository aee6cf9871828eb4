#include "journal/memory_log.hpp"

#include "journal/span.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

std::size_t weight(const journal::record& r) noexcept {
  const entry& e = r.what;
  const std::size_t in_table = e.id.empty() ? 0 : 2 * sizeof(std::uint64_t);
  return sizeof r + e.text.size() + e.from.size() + e.id.size() + in_table;
}

} // namespace

journal::record memory_log::whole(std::uint64_t offset) const {
  journal::record r = kept(offset);
  r.what.room = room_;
  r.what.id.clear();
  return r;
}

const entry* memory_log::first_with_id_of(const journal::record& r) const {
  if (r.what.id.empty()) return nullptr;
  const auto found = by_id_.find(message_id(r));
  return found == by_id_.end() ? nullptr : &at(*found);
}

void memory_log::append(journal::record& r) {
  r.what.at = {epoch_, ++last_offset_};
  if (r.what.kind == entry_kind::topic) topic_ = r.what.text;
  std::string room = std::exchange(r.what.room, {});
  entries_.push_back(r);
  r.what.room = std::move(room);
  bytes_ += weight(entries_.back());
  if (!r.what.id.empty()) by_id_.insert(last_offset_);
}

void memory_log::drop_oldest() {
  const journal::record& oldest = entries_.front();
  bytes_ -= weight(oldest);
  if (!oldest.what.id.empty()) by_id_.erase(first_offset());
  entries_.pop_front();
}

void memory_log::destroy(std::size_t count) {
  const std::size_t now = std::min(entries_.size(), count);
  entries_.erase(entries_.end() - static_cast<std::ptrdiff_t>(now), entries_.end());
}

journal::page memory_log::read(const journal::range& part) const {
  journal::page p;
  const span wanted = span_of(part.of, epoch_, first_offset(), last_offset_);
  if (wanted.missed) p.gap = first_offset();
  const bool backwards = part.of.where == log_range::side::before;
  std::size_t bytes = 0;
  std::uint64_t first = wanted.first;
  std::uint64_t end = wanted.end;
  for (std::uint64_t n = 0; n < wanted.end - wanted.first; ++n) {
    const std::uint64_t o = backwards ? wanted.end - 1 - n : wanted.first + n;
    bytes += at(o).text.size() + journal::entry_overhead;
    if (n > 0 && bytes > part.bytes) {
      (backwards ? first : end) = backwards ? o + 1 : o;
      break;
    }
  }
  for (std::uint64_t o = first; o < end; ++o)
    p.entries.push_back(whole(o));
  p.earlier = first > first_offset();
  p.more = end <= last_offset_;
  p.head = head();
  if (is_of_another(part.of, epoch_)) p.compared = journal::log_is::another;
  return p;
}

} // namespace asio_chat
