#include "domain/login_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t free_requests = 3;             ///< of an address for one account
constexpr std::size_t free_requests_of_address = 20; ///< for whatever account
constexpr std::size_t free_wrong_codes = 3;

failure come_back_in(std::string_view why, std::chrono::seconds wait) {
  return fail(errc::not_available, fmt::format("{}; try again in {} s", why, wait.count()));
}

failure password_or_later(std::string_view why, std::chrono::seconds wait) {
  return fail(errc::not_available,
              fmt::format("{}: give the password, or try again in {} s", why, wait.count()));
}

std::string pair_of(const std::string& name, const std::string& address) {
  return name + '\0' + address; // no name has a null character
}

} // namespace

login_requests::login_requests(const clock& time)
    : time_(time)
    , pair_delays_(time, free_requests)
    , address_delays_(time, free_requests_of_address)
    , code_delays_(time, free_wrong_codes) {}

const login_requests::numbers& login_requests::open_in(index& all, const std::string& key) {
  static const numbers none;
  const auto found = all.find(key);
  if (found == all.end()) return none;
  const numbers before = found->second;
  for (const std::uint64_t by : before)
    if (time_.now() >= asked_.at(by).until) forget(by);
  const auto still = all.find(key);
  return still == all.end() ? none : still->second;
}

result<std::string> login_requests::add(std::uint64_t by, const std::string& name,
                                        const std::string& address,
                                        const std::function<std::string()>& draw) {
  const std::string pair = pair_of(name, address);
  const auto wait = std::max(pair_delays_.wait_for(pair), address_delays_.wait_for(address));
  if (wait.count() > 0) return password_or_later("you have asked to be logged in too often", wait);
  forget(by);
  constexpr std::string_view at_once = "too many ask at once to be logged in";
  if (!address.empty() && open_in(addresses_, address).size() >= max_of_address)
    return password_or_later(fmt::format("{} from your address", at_once), lasts);
  const numbers& others = open_in(names_, name);
  if (others.size() >= max_of_account)
    return password_or_later(fmt::format("{} to this account, which /devices refuse ends", at_once),
                             lasts);
  std::string code;
  do
    code = draw();
  while (std::ranges::any_of(others, [&](std::uint64_t n) { return asked_.at(n).code == code; }));
  pair_delays_.failed(pair); // until it is let in
  if (!address.empty()) address_delays_.failed(address);
  asked_.insert_or_assign(by, asked{name, address, code, time_.now() + lasts});
  names_[name].insert(by);
  addresses_[address].insert(by);
  return code;
}

bool login_requests::may_notify(const std::string& name) {
  constexpr std::size_t max_counted = 1'000;
  const steady_time now = time_.now();
  if (told_.size() >= max_counted && !told_.contains(name)) {
    std::erase_if(told_, [&](const auto& one) { return one.second.is_full(notices, now); });
    if (told_.size() >= max_counted) return false;
  }
  token_bucket& own = told_[name];
  if (own.wait_after(notices, 1, now).count() > 0) return false;
  own.take(notices, 1, now);
  return true;
}

result<std::uint64_t> login_requests::take(const std::string& name, std::string_view code) {
  if (const auto wait = code_delays_.wait_for(name); wait.count() > 0)
    return come_back_in("too many wrong codes", wait);
  const numbers& open = open_in(names_, name);
  const auto found =
      std::ranges::find_if(open, [&](std::uint64_t n) { return asked_.at(n).code == code; });
  if (found == open.end()) {
    code_delays_.failed(name);
    return fail(errc::not_allowed,
                fmt::format("nobody who asks to be logged in has this code; one holds for {} min, "
                            "and once",
                            lasts.count()));
  }
  const std::uint64_t by = *found;
  code_delays_.succeeded(name);
  pair_delays_.succeeded(pair_of(name, asked_.at(by).address));
  forget(by);
  return by;
}

std::vector<std::uint64_t> login_requests::refuse(const std::string& name) {
  const numbers& open = open_in(names_, name);
  std::vector<std::uint64_t> all(open.begin(), open.end());
  for (const std::uint64_t by : all)
    forget(by);
  return all;
}

std::size_t login_requests::count_of(const std::string& name) {
  return open_in(names_, name).size();
}

void login_requests::forget(std::uint64_t by) {
  const auto found = asked_.find(by);
  if (found == asked_.end()) return;
  const auto take_out = [by](index& of, const std::string& key) {
    const auto at = of.find(key);
    at->second.erase(by);
    if (at->second.empty()) of.erase(at);
  };
  take_out(names_, found->second.name);
  take_out(addresses_, found->second.address);
  asked_.erase(found);
}

} // namespace asio_chat
