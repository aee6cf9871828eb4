#include "domain/displayed_names.hpp"

#include "domain/hub.hpp"
#include "domain/member_news.hpp"
#include "model/displayed_names.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace asio_chat {

namespace {

/// A frame has some more.
constexpr std::size_t max_bytes = 40 * 1024;

/// Of a crowd no more are looked at; `/who` tells the rest.
constexpr std::size_t max_members = 500;

std::string item_of(const people& known, const std::string& name, const member& who) {
  const std::string* shown = known.displayed_by(who.who());
  return marked_item(name, shown ? *shown : std::string());
}

} // namespace

void displayed_list::changed(const std::string& name, bool wishes_one) {
  // Whose account is gone has no such name any more, but may be in the list.
  if (!all_ || (!wishes_one && !std::ranges::binary_search(names_, name))) return;
  changed_.insert(name);
  if (changed_.size() <= max_changed) return;
  all_ = nullptr;
  changed_.clear();
}

void displayed_list::make(const people& known, const members& here) {
  std::vector<std::string> all;
  names_.clear();
  std::size_t bytes = 0;
  std::size_t looked = 0;
  for (const auto& [name, who] : here) {
    if (++looked > max_members) break;
    ++looked_;
    const std::string* shown = known.displayed_by(who->who());
    if (!shown) continue;
    all.push_back(marked_item(name, *shown));
    names_.push_back(name);
    bytes += all.back().size();
    if (bytes > max_bytes) break;
  }
  all_ = share(list_of_displayed(std::move(all)));
  changed_.clear();
}

void displayed_list::tell(const endpoint& to, const people& known, const members& here) {
  if (!all_) make(known, here);
  if (!names_.empty()) to.sink().deliver(all_);
  std::vector<std::string> since;
  for (const std::string& name : changed_) {
    const auto found = here.find(name);
    since.push_back(found == here.end() ? name : item_of(known, name, *found->second));
  }
  if (!since.empty()) to.tell(list_of_displayed(std::move(since)));
}

reply displayed_of(const people& known, const member& m) {
  return list_of_displayed({item_of(known, m.name(), m)});
}

void tell_displayed(hub& in, const identity& account) {
  if (const member* m = in.find_member(account)) tell_rooms_of(in, *m, &room::tell_displayed);
}

} // namespace asio_chat
