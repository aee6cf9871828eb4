#include "wire/compact_names.hpp"

#include "wire/compact_fields.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::wire::compact {

std::uint32_t numbered_log::author(const std::string& name) {
  if (last_ < names_.size() && names_[last_] == name) return last_;
  const auto [found, is_new] = numbers_.try_emplace(name, authors());
  if (is_new) names_.push_back(name);
  return last_ = found->second;
}

std::string numbered_log::frames(std::uint32_t first_author, bool with_log) const {
  using field = schema::log;
  constexpr std::size_t name_overhead = 1 + 3;
  std::string all;
  std::size_t next = first_author;
  do {
    const std::string one = body<field>([&](writer<field>& w) {
      w.number(field::number, number_);
      if (with_log) {
        w.text(field::room, room_);
        w.number(field::epoch, epoch_);
        w.number(field::time, milliseconds(base_));
      }
      w.number(field::first_author, next);
      for (std::size_t left = bytes_for_lists(room_.size()); next < names_.size(); ++next) {
        const std::size_t bytes = names_[next].size() + name_overhead;
        if (bytes > left) break;
        left -= bytes;
        w.text_always(field::authors, names_[next]);
      }
    });
    all += frame_of(schema::from_server::log, one);
    with_log = false;
  } while (next < names_.size());
  return all;
}

numbered_log& log_numbers::of(const std::string& room, std::uint64_t epoch, wall_time now,
                              std::size_t more) {
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    auto& [log, counted] = found->second;
    names_ += log.authors() - std::exchange(counted, log.authors());
    if (log.epoch() == epoch && counted + more <= max_authors_of_log) return log;
    forget(found);
  }
  if (names_ + by_room_.size() + more >= max_names) {
    by_number_.clear();
    by_room_.clear();
    names_ = 0;
  }
  const std::uint32_t number = ++last_;
  const auto made =
      by_room_.try_emplace(room, counted_log{numbered_log(number, room, epoch, now)}).first;
  by_number_.emplace(number, &made->second.log);
  return made->second.log;
}

void log_numbers::forget(std::unordered_map<std::string, counted_log>::iterator one) {
  names_ -= one->second.counted;
  by_number_.erase(one->second.log.number());
  by_room_.erase(one);
}

const numbered_log* log_numbers::find(std::uint32_t number) const noexcept {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second;
}

void heard_logs::announce(std::uint32_t number, log l) {
  if (logs_.insert_or_assign(number, std::move(l)).second) {
    order_.push_back(number);
  } else {
    std::erase(order_, number);
    order_.push_back(number);
  }
  if (order_.size() <= max) return;
  logs_.erase(order_.front());
  order_.pop_front();
}

heard_logs::log* heard_logs::find(std::uint32_t number) noexcept {
  const auto found = logs_.find(number);
  return found == logs_.end() ? nullptr : &found->second;
}

} // namespace asio_chat::wire::compact
