#include "accounts/read_book.hpp"

#include "accounts/fact_fields.hpp"
#include "accounts/facts.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace asio_chat {

fact fact_of(const account_reads& r) {
  field_writer w;
  w.time(r.moved).number(r.places.size());
  for (const account_reads::place& p : r.places)
    w.text(p.room).number(p.epoch).number(p.offset);
  return {fact_kind::reads, key_of(r.account), w.take()};
}

account_reads reads_in(const fact& f) {
  field_reader r(f.value);
  account_reads all;
  all.account = identity_of_key(f.key);
  all.moved = r.time();
  for (auto n = r.number<std::uint32_t>(); n > 0; --n) {
    account_reads::place p{std::string(r.text())};
    p.epoch = r.number();
    p.offset = r.number();
    if (p.room.empty()) break;
    all.places.push_back(std::move(p));
  }
  return all;
}

const account_reads* read_book::of(const identity& account) const {
  const auto found = all_.find(account);
  return found == all_.end() ? nullptr : &found->second;
}

const account_reads::place* read_book::find(const identity& account, std::string_view room) const {
  const account_reads* known = of(account);
  if (known == nullptr) return nullptr;
  const auto found = std::ranges::find(known->places, room, &account_reads::place::room);
  return found == known->places.end() ? nullptr : &*found;
}

void read_book::put(const identity& account, account_reads::place at, wall_time now,
                    std::size_t max_rooms) {
  const auto known = all_.try_emplace(account, account_reads{account}).first;
  account_reads& r = known->second;
  by_time_.erase({r.moved, account});
  r.moved = std::chrono::floor<std::chrono::hours>(now);
  by_time_.insert({r.moved, account});
  size_ -= std::erase_if(r.places, [&](const auto& p) { return p.room == at.room; });
  if (!r.places.empty() && r.places.size() >= max_rooms) {
    r.places.erase(r.places.begin());
    --size_;
  }
  r.places.push_back(std::move(at));
  ++size_;
  changed_.insert(account);
  make_room(account);
}

/// Those of others go, one after the other.
void read_book::make_room(const identity& without) {
  while (size_ > max_ && all_.size() > 1) {
    auto oldest = by_time_.begin();
    if (oldest->second == without) ++oldest;
    const identity gone = oldest->second;
    remove(all_.find(gone));
    changed_.insert(gone);
  }
}

std::optional<identity> read_book::forget_room(std::string_view room,
                                               const std::optional<identity>& behind,
                                               std::size_t max_accounts) {
  std::optional<identity> last;
  auto next = behind ? all_.upper_bound(*behind) : all_.begin();
  for (std::size_t n = 0; n < max_accounts && next != all_.end(); ++n) {
    const auto one = next++;
    last = one->first;
    const auto gone =
        std::erase_if(one->second.places, [&](const auto& p) { return p.room == room; });
    if (gone == 0) continue;
    size_ -= gone;
    changed_.insert(one->first);
    if (one->second.places.empty()) remove(one);
  }
  return next == all_.end() ? std::nullopt : last;
}

void read_book::take(const fact& f) {
  const auto known = all_.find(identity_of_key(f.key));
  if (f.value.empty()) {
    // It was removed, or there is something again since that was begun.
    if (known != all_.end() && !changed_.contains(known->first)) remove(known);
  } else if (known == all_.end() && !changed_.contains(identity_of_key(f.key))) {
    add(reads_in(f)); // else it was taken out while that was on its way
  }
}

void read_book::not_kept(const fact& f) {
  changed_.insert(identity_of_key(f.key));
}

std::vector<fact> read_book::take_changes(std::size_t max,
                                          const std::function<bool(const identity&)>& is_there) {
  std::vector<fact> facts;
  while (!changed_.empty() && facts.size() < max) {
    const identity account = *changed_.begin();
    changed_.erase(changed_.begin());
    const auto known = all_.find(account);
    const bool stays = is_there(account);
    if (known != all_.end() && stays) {
      facts.push_back(fact_of(known->second));
    } else {
      if (known != all_.end()) remove(known);
      facts.push_back(without(fact_of(account_reads{account})));
    }
  }
  return facts;
}

void read_book::add(account_reads r) {
  if (r.places.empty()) return;
  r.places.shrink_to_fit(); // there may be very many, and few of them move
  const identity account = r.account;
  size_ += r.places.size();
  by_time_.insert({r.moved, account});
  all_.emplace(account, std::move(r));
}

void read_book::remove(by_account::iterator which) {
  size_ -= which->second.places.size();
  by_time_.erase({which->second.moved, which->first});
  all_.erase(which);
}

} // namespace asio_chat
