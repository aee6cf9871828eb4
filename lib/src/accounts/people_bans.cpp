// Bans, as the people know them.
#include "accounts/people.hpp"

#include "names/member_name.hpp"

namespace asio_chat {

namespace {

std::vector<const ban*> numbered(const ban_book::by_number& all,
                                 const std::set<std::uint64_t>& numbers) {
  std::vector<const ban*> bans;
  for (const std::uint64_t n : numbers)
    bans.push_back(&all.at(n));
  return bans;
}

} // namespace

std::vector<const ban*> people::bans_shown_as(ban::kind what, std::string_view room,
                                              std::string_view name) const {
  return numbered(bans(), bans_.shown_as(what, room, fold_name(name)));
}

std::vector<const ban*> people::bans_of(const identity& account) const {
  return numbered(bans(), bans_.of_account(account));
}

const ban* people::find_ban_of_network(ban::kind what, std::string_view room,
                                       std::string_view host) const {
  return bans_.find_network(what, room, host,
                            [this](const ban& b) { return b.from && !is_over(b); });
}

const ban* people::find_ban(ban::kind what, std::string_view room, const subject& s) const {
  return bans_.find(what, room, s, [this](const ban& b) { return !is_over(b); });
}

const ban* people::find_same_ban(const ban& b) const {
  return bans_.find_same(b, [this](const ban& known) { return !is_over(known); });
}

std::vector<fact> people::removal_of_old_bans() {
  constexpr std::size_t max_noticed = 1'024;
  constexpr std::size_t max_removed = 64;
  bans_.end_until(time_.wall_now(), max_noticed);
  std::vector<fact> gone;
  for (const std::uint64_t number : bans_.ended()) {
    if (gone.size() == max_removed) break;
    const ban& b = bans().at(number);
    if (is_over(b)) gone.push_back(without(fact_of(b))); // clocks are set back
  }
  return gone;
}

std::vector<fact> people::removal_of_bans_in(std::string_view room) const {
  std::vector<fact> gone;
  for (const std::uint64_t number : bans_.of_room(room))
    gone.push_back(without(fact_of(bans().at(number))));
  return gone;
}

} // namespace asio_chat
