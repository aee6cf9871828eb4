#include "journal/memory_ids.hpp"

#include <boost/container_hash/hash.hpp>

#include <array>
#include <cstring>
#include <functional>

namespace asio_chat {

namespace {

constexpr std::uint64_t ids_per_block = 64;
// As the allocator has them, about.
constexpr std::size_t bytes_of_place = 144;
constexpr std::size_t bytes_of_run = 32;

std::size_t hash_of(const identity& author, std::string_view name, std::uint64_t block) noexcept {
  std::size_t hash = std::hash<std::string_view>()(name);
  std::array<std::uint64_t, 2> numbers{};
  static_assert(sizeof numbers == sizeof author);
  std::memcpy(numbers.data(), author.data(), sizeof numbers);
  boost::hash_combine(hash, numbers[0]);
  boost::hash_combine(hash, numbers[1]);
  boost::hash_combine(hash, block);
  return hash;
}

} // namespace

memory_ids::message_id::message_id(const identity& author, std::string_view id) noexcept
    : author_(author)
    , name_(id)
    , none_(id.empty()) {
  const auto counter = as_counted(id);
  if (!counter) return;
  name_ = counter->name;
  block_ = counter->number / ids_per_block;
  index_ = static_cast<std::uint8_t>(counter->number % ids_per_block);
}

std::size_t memory_ids::hash::operator()(const key& k) const noexcept {
  return hash_of(k.author, k.name, k.block);
}

std::size_t memory_ids::hash::operator()(const message_id& id) const noexcept {
  return hash_of(id.author_, id.name_, id.block_);
}

bool memory_ids::same::operator()(const key& a, const key& b) const noexcept {
  return a.block == b.block && a.author == b.author && a.name == b.name;
}

bool memory_ids::same::operator()(const key& k, const message_id& id) const noexcept {
  return k.block == id.block_ && k.author == id.author_ && k.name == id.name_;
}

const memory_ids::table::value_type* memory_ids::place_of(const message_id& id) const {
  if (last_ && same()(last_->first, id)) return last_;
  const auto found = table_.find(id);
  return found == table_.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> memory_ids::find(const message_id& id) const {
  const auto* const place = id.none() ? nullptr : place_of(id);
  if (!place) return {};
  for (const run& r : place->second) {
    if (id.index_ >= r.index && id.index_ - r.index < r.count)
      return r.first + static_cast<std::uint64_t>(id.index_ - r.index);
  }
  return {};
}

void memory_ids::add(const message_id& id, std::uint64_t offset) {
  if (id.none()) return;
  if (!last_ || !same()(last_->first, id)) {
    const auto [place, is_new] =
        table_.try_emplace(key{id.author_, std::string(id.name_), id.block_});
    if (is_new) bytes_ += bytes_of_place + id.name_.size();
    last_ = &*place;
  }
  std::vector<run>& runs = last_->second;
  if (!runs.empty() && order_.back() == last_) {
    run& newest = runs.back();
    if (newest.first + newest.count == offset && newest.index + newest.count == id.index_) {
      ++newest.count;
      return;
    }
  }
  runs.push_back({offset, id.index_, 1});
  order_.push_back(last_);
  bytes_ += bytes_of_run;
}

void memory_ids::forget(std::uint64_t offset) {
  if (order_.empty()) return;
  const table::value_type& place = *order_.front();
  std::vector<run>& runs = order_.front()->second;
  run& oldest = runs.front();
  if (oldest.first != offset) return; // it has none
  ++oldest.first;
  ++oldest.index;
  if (--oldest.count > 0) return;
  runs.erase(runs.begin());
  order_.pop_front();
  bytes_ -= bytes_of_run;
  if (runs.empty()) erase_place(place);
}

void memory_ids::erase_place(const table::value_type& place) {
  if (last_ == &place) last_ = nullptr;
  bytes_ -= bytes_of_place + place.first.name.size();
  table_.erase(table_.find(place.first));
}

void memory_ids::destroy(std::size_t count) {
  for (; count > 0 && !order_.empty(); --count) {
    const table::value_type& place = *order_.front();
    order_.front()->second.pop_back();
    order_.pop_front();
    bytes_ -= bytes_of_run;
    if (place.second.empty()) erase_place(place);
  }
}

} // namespace asio_chat
