// Of those whom the server knows: whom they ignore, how they are displayed, and who wanted to be
// forgotten.
#include "accounts/people.hpp"

#include "names/displayed_name.hpp"
#include "names/member_name.hpp"

#include <memory>
#include <utility>

namespace asio_chat {

namespace {

void erase_one(std::multimap<std::string, identity>& from, const std::string& key,
               const identity& value) {
  const auto [first, last] = from.equal_range(key);
  for (auto it = first; it != last; ++it)
    if (it->second == value) {
      from.erase(it);
      return;
    }
}

} // namespace

const ignored_members* people::ignored_by(const identity& account) const {
  const auto found = ignored_.find(account);
  return found == ignored_.end() ? nullptr : &found->second;
}

ignored_members people::ignored_or_new(const identity& account) const {
  if (const ignored_members* known = ignored_by(account)) return *known;
  ignored_members made;
  made.account = account;
  return made;
}

std::vector<identity> people::accounts_before(const identity& token) const {
  std::vector<identity> all;
  for (auto at = left_devices_.lower_bound({token, identity()});
       at != left_devices_.end() && at->first == token; ++at)
    all.push_back(at->second);
  return all;
}

void people::take_ignored(const fact& f) {
  const auto before = ignored_.find(identity_of_key(f.key));
  if (before != ignored_.end()) {
    for (const auto& [who, name] : before->second.accounts) {
      if (const auto times = ignorers_.find(who); --times->second == 0) ignorers_.erase(times);
      erase_one(ignored_names_, fold_name(name), who);
    }
    ignored_.erase(before);
  }
  if (f.value.empty()) return;
  const ignored_members& now =
      ignored_.emplace(identity_of_key(f.key), ignored_in(f)).first->second;
  for (const auto& [who, name] : now.accounts) {
    ++ignorers_[who];
    ignored_names_.emplace(fold_name(name), who);
  }
}

const std::string* people::displayed_by(const identity& account) const {
  const auto found = displayed_.find(account);
  if (found == displayed_.end() || has_lookalike(found->second.looks, account)) return nullptr;
  return &found->second.name;
}

const std::string* people::wishes_to_display(const identity& account) const {
  const auto found = displayed_.find(account);
  return found == displayed_.end() ? nullptr : &found->second.name;
}

void people::take_displayed(const fact& f) {
  const identity account = identity_of_key(f.key);
  if (const auto before = displayed_.find(account); before != displayed_.end()) {
    for (const std::string& look : before->second.looks)
      erase_one(displayed_looks_, look, account);
    displayed_.erase(before);
  }
  if (f.value.empty()) return;
  std::string name = displayed_in(f).name;
  auto looks = looks_of_displayed(name);
  for (const std::string& look : looks)
    displayed_looks_.emplace(look, account);
  displayed_.emplace(account, shown_name{std::move(name), std::move(looks)});
}

void people::take_farewell(const fact& f) {
  if (f.value.empty()) {
    farewells_.erase(identity_of_key(f.key));
  } else {
    farewell gone = farewell_in(f);
    for (const identity& author : gone.authors) // whoever has a device goes on as a guest
      forgotten_[author] = author == gone.account ? wall_time::max() : gone.asked;
    farewells_.insert_or_assign(gone.account, std::move(gone));
  }
}

void people::keep_reads(std::size_t max, done then) {
  const auto taken = std::make_shared<std::vector<fact>>();
  change(
      [this, max, taken]() -> result<std::vector<fact>> {
        *taken = reads_.take_changes(max, [this](const identity& a) { return find(a) != nullptr; });
        return *taken;
      },
      [this, taken, then = std::move(then)](const result<void>& kept) {
        if (!kept)
          for (const fact& f : *taken)
            reads_.not_kept(f);
        then(kept);
      });
}

void people::keep_all_reads() {
  if (!reads_.has_changes()) return;
  // A task that began it might come after the end of the store.
  if (store_ == nullptr || !waiting_.empty())
    return keep_reads(read_book::any_number, [](const auto&) {});
  auto facts = reads_.take_changes(read_book::any_number,
                                   [this](const identity& a) { return find(a) != nullptr; });
  store_->keep(std::move(facts), [](const result<void>&) {});
}

bool people::is_forgotten(const identity& author, wall_time said) const {
  const auto found = forgotten_.find(author);
  return found != forgotten_.end() && said <= found->second;
}

std::vector<fact> people::forgetting(const account& a) const {
  std::vector<fact> all;
  farewell gone{a.id, a.name, {a.id}, time_.wall_now()};
  for (const device* d : devices_of(a.id))
    gone.authors.push_back(d->token);
  all.push_back(fact_of(gone));
  for (fact& f : removal_of(a))
    all.push_back(std::move(f));
  return all;
}

} // namespace asio_chat
