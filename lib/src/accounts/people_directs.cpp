// Of those whom the server knows: what they say to each other alone.
#include "accounts/people.hpp"

#include <memory>
#include <utility>

namespace asio_chat {

const direct_log* people::find_direct(const identity& one, const identity& another) const {
  const auto found = direct_logs_.find(direct_log_name(one, another));
  return found == direct_logs_.end() ? nullptr : &found->second;
}

std::vector<identity> people::correspondents_of(const identity& account) const {
  return correspondents_of(account, {}, correspondents_.size());
}

std::vector<identity> people::correspondents_of(const identity& account,
                                                const std::optional<identity>& behind,
                                                std::size_t max) const {
  std::vector<identity> some;
  for (auto c = behind ? correspondents_.upper_bound({account, *behind})
                       : correspondents_.lower_bound({account, {}});
       c != correspondents_.end() && c->first == account && some.size() < max; ++c)
    some.push_back(c->second);
  return some;
}

const account_wishes* people::wishes_of(const identity& account) const {
  const auto found = wishes_.find(account);
  return found == wishes_.end() ? nullptr : &found->second;
}

direct_log people::direct_or_new(const identity& one, const identity& another) const {
  if (const direct_log* known = find_direct(one, another)) return *known;
  direct_log made;
  made.sides[0].who = std::min(one, another);
  made.sides[1].who = std::max(one, another);
  made.made = time_.wall_now();
  return made;
}

account_wishes people::wishes_or_new(const identity& account) const {
  if (const account_wishes* known = wishes_of(account)) return *known;
  account_wishes made;
  made.account = account;
  return made;
}

void people::take_direct_log(const fact& f) {
  const auto before = direct_logs_.find(f.key);
  if (before != direct_logs_.end() && f.value.empty()) {
    const auto& sides = before->second.sides;
    correspondents_.erase({sides[0].who, sides[1].who});
    correspondents_.erase({sides[1].who, sides[0].who});
    direct_logs_.erase(before);
  }
  if (f.value.empty()) return;
  const direct_log d = direct_log_in(f);
  correspondents_.insert({d.sides[0].who, d.sides[1].who});
  correspondents_.insert({d.sides[1].who, d.sides[0].who});
  direct_logs_.insert_or_assign(f.key, d);
}

void people::heard(const identity& who, const identity& other, const position& until) {
  const direct_log* d = find_direct(who, other);
  if (d == nullptr) return;
  const auto waits = heard_.find({who, other});
  const position& known = waits == heard_.end() ? d->of(who).read : waits->second;
  if (until.epoch == known.epoch && until.offset <= known.offset) return;
  heard_.insert_or_assign({who, other}, until);
  if (!std::exchange(keeps_heard_, true)) keep_heard();
}

position people::heard_until(const identity& who, const identity& other) const {
  const auto waits = heard_.find({who, other});
  if (waits != heard_.end()) return waits->second;
  const direct_log* d = find_direct(who, other);
  return d == nullptr ? position() : d->of(who).read;
}

void people::keep_heard() {
  constexpr std::size_t max_at_once = 128;
  // They wait until they are kept: nothing that was heard is unheard meanwhile.
  const auto taken = std::make_shared<decltype(heard_)>();
  change(
      [this, taken]() -> result<std::vector<fact>> {
        std::vector<fact> facts;
        for (const auto& [pair, until] : heard_) {
          if (facts.size() == max_at_once) break;
          if (!taken->emplace(pair, until).second) continue;
          const direct_log* known = find_direct(pair.first, pair.second);
          if (known == nullptr) continue; // one of the two has gone
          direct_log d = *known;
          d.of(pair.first).read = until;
          // Both may have heard something: the other one's is in this fact, too.
          if (const auto back = heard_.find({pair.second, pair.first}); back != heard_.end()) {
            d.of(pair.second).read = back->second;
            taken->insert(*back);
          }
          facts.push_back(fact_of(d));
        }
        return facts;
      },
      [this, taken](const result<void>&) {
        for (const auto& [pair, until] : *taken)
          if (const auto same = heard_.find(pair); same != heard_.end() && same->second == until)
            heard_.erase(same);
        keeps_heard_ = !heard_.empty();
        if (keeps_heard_) keep_heard();
      });
}

} // namespace asio_chat
