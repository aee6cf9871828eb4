#include "journal/sqlite/id_memory.hpp"

#include <algorithm>

namespace asio_chat::sqlite {

std::optional<id_memory::first_time> id_memory::block::find(std::uint8_t index) const {
  for (const run& r : runs_) {
    if (!r.has(index)) continue;
    return first_time{r.first.offset + static_cast<std::uint64_t>(index - r.index), r.first.time};
  }
  return {};
}

void id_memory::block::add(std::uint8_t index, first_time first) {
  if (!runs_.empty()) {
    run& last = runs_.back();
    if (last.index + last.count == index && last.first.offset + last.count == first.offset &&
        last.first.time == first.time) {
      ++last.count;
      return;
    }
  }
  runs_.push_back({first, index, 1});
}

void id_memory::block::remove(std::uint8_t index) {
  const auto found = std::ranges::find_if(runs_, [&](const run& r) { return r.has(index); });
  if (found == runs_.end()) return;
  const auto before = static_cast<std::uint8_t>(index - found->index);
  const auto behind = static_cast<std::uint8_t>(found->count - before - 1);
  const run rest{{found->first.offset + before + 1, found->first.time},
                 static_cast<std::uint8_t>(index + 1),
                 behind};
  if (before > 0) {
    found->count = before;
    if (behind > 0) runs_.push_back(rest);
  } else if (behind > 0) {
    *found = rest;
  } else {
    runs_.erase(found);
  }
}

std::optional<id_memory::first_time> id_memory::find(const hashed_id& id) const {
  if (id.is_counted()) {
    const auto found = blocks_.find(id.hash);
    return found == blocks_.end() ? std::nullopt : found->second.find(id.index);
  }
  const auto found = texts_.find(id.hash);
  return found == texts_.end() ? std::nullopt : std::optional(found->second);
}

void id_memory::add(const hashed_id& id, first_time first, steady_time noted) {
  if (id.is_counted()) {
    block& in = blocks_[id.hash];
    if (in.find(id.index)) return;
    in.add(id.index, first);
    ++counted_;
  } else if (!texts_.emplace(id.hash, first).second) {
    return;
  }
  ++ids_of_[author_of(id.hash)];
  if (id.is_counted() && !order_.empty()) {
    remembered& last = order_.back();
    if (last.first.is_counted() && last.first.index + last.count == id.index &&
        last.noted == noted && last.first.hash == id.hash) {
      ++last.count;
      return;
    }
  }
  order_.push_back({id, 1, noted});
}

void id_memory::take_back(std::size_t count) {
  for (; count > 0 && !order_.empty(); --count) {
    remembered& last = order_.back();
    --last.count;
    erase(last.at(last.count));
    if (last.count == 0) order_.pop_back();
  }
}

void id_memory::clear() noexcept {
  texts_.clear();
  blocks_.clear();
  counted_ = 0;
  ids_of_.clear();
  spared_.clear();
  order_.clear();
  by_text_until_.reset();
}

void id_memory::sort() {
  order_.insert(order_.begin(), spared_.begin(), spared_.end());
  spared_.clear();
  // One room alone, newest first, is the common case.
  if (std::ranges::is_sorted(order_, std::ranges::greater(), &remembered::noted))
    std::ranges::reverse(order_);
  if (!std::ranges::is_sorted(order_, {}, &remembered::noted))
    std::ranges::stable_sort(order_, {}, &remembered::noted);
}

void id_memory::forget(steady_time now) {
  expire(spared_, now);
  expire(order_, now);
  while (size() > max_ids_)
    forget_one();
}

void id_memory::may_be_counted(steady_time noted) {
  const steady_time until = noted + window_;
  by_text_until_ = by_text_until_ ? std::max(*by_text_until_, until) : until;
}

/// Ids of such authors are never more than half of all: each id is spared once before as many
/// others are forgotten.
bool id_memory::is_spared(const id_hash& id) const {
  return 2 * std::uint64_t{ids_of_.at(author_of(id))} * ids_of_.size() < size();
}

void id_memory::forget_one() {
  for (;;) {
    if (order_.empty()) order_.swap(spared_);
    remembered& oldest = order_.front();
    if (is_spared(oldest.first.hash)) {
      spared_.push_back(oldest);
      order_.pop_front();
      continue;
    }
    erase(oldest.first);
    oldest.first = oldest.at(1);
    if (--oldest.count == 0) order_.pop_front();
    return;
  }
}

void id_memory::expire(std::deque<remembered>& oldest_first, steady_time now) {
  for (; !oldest_first.empty() && oldest_first.front().noted + window_ <= now;
       oldest_first.pop_front()) {
    const remembered& oldest = oldest_first.front();
    for (std::uint8_t n = 0; n < oldest.count; ++n)
      erase(oldest.at(n));
  }
}

void id_memory::erase(const hashed_id& id) {
  if (id.is_counted()) {
    const auto in = blocks_.find(id.hash);
    in->second.remove(id.index);
    if (in->second.empty()) blocks_.erase(in);
    --counted_;
  } else {
    texts_.erase(id.hash);
  }
  const auto author = ids_of_.find(author_of(id.hash));
  if (--author->second == 0) ids_of_.erase(author);
}

} // namespace asio_chat::sqlite
