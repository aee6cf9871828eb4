#include "net/admission_control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <random>
#include <utility>

namespace asio_chat::net {

namespace {

bool is_over(std::size_t count, std::size_t limit) noexcept {
  return limit != 0 && count >= limit;
}

std::uint64_t& count_of(refused_for why, server_counters& c) noexcept {
  switch (why) {
  case refused_for::penalty:
    return c.refused_penalties;
  case refused_for::address:
    return c.refused_addresses;
  case refused_for::network:
    return c.refused_networks;
  case refused_for::early:
    return c.refused_early;
  case refused_for::handshakes:
    return c.refused_handshakes;
  case refused_for::memory:
    return c.refused_memory;
  case refused_for::strangers:
  case refused_for::nothing:
    break;
  }
  return c.refused_strangers;
}

} // namespace

std::string_view phrase_of(refused_for why) noexcept {
  switch (why) {
  case refused_for::nothing:
    break;
  case refused_for::penalty:
    return "the address has misbehaved and has to wait (max-penalty)";
  case refused_for::address:
    return "the address has too many connections that have not logged in (strangers-per-address)";
  case refused_for::network:
    return "the network has too many connections that have not logged in (strangers-per-network)";
  case refused_for::strangers:
    return "too many connections have not logged in (max-strangers)";
  case refused_for::early:
    return "many connections have not logged in, some are refused at random (max-strangers)";
  case refused_for::handshakes:
    return "too many TLS handshakes are under way (max-handshakes)";
  case refused_for::memory:
    return "connections that have not logged in take too much memory (strangers-memory)";
  }
  return "";
}

std::function<double()> random_chance() {
  return [source = std::minstd_rand(std::random_device()())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(source);
  };
}

admission_control::admission_control(const admission_limits& limits, const clock& time,
                                     server_counters& counters, std::function<double()> chance)
    : limits_(limits)
    , counters_(counters)
    , chance_(std::move(chance))
    , penalties_(time, limits.longest_penalty) {}

refused_for admission_control::knock(const boost::asio::ip::address& from) {
  return has_limits_for(from) ? count(judge(from)) : refused_for::nothing;
}

refused_for admission_control::count(refused_for why) {
  if (why != refused_for::nothing) ++count_of(why, counters_);
  return why;
}

refused_for admission_control::judge(const boost::asio::ip::address& from) {
  const address_key host = host_of(from);
  if (penalties_.is_refused(host)) return refused_for::penalty;
  const auto same = hosts_.find(host);
  if (same != hosts_.end() && is_over(same->second, limits_.per_address))
    return refused_for::address;
  return judge_total(host);
}

refused_for admission_control::judge_total(const address_key& host) {
  const std::size_t own = strangers_of(network_of(host));
  if (is_over(own, limits_.per_network)) return refused_for::network;
  if (is_over(strangers(), limits_.strangers))
    return displace_for(own, false) ? refused_for::nothing : refused_for::strangers;
  const std::size_t half = limits_.strangers / 2;
  if (limits_.strangers == 0 || strangers() < half || own == 0) return refused_for::nothing;
  const double refused =
      static_cast<double>(strangers() - half) / static_cast<double>(limits_.strangers - half);
  return chance_() < refused ? refused_for::early : refused_for::nothing;
}

void admission_control::enter(stranger& s, const boost::asio::ip::address& from) {
  if (!has_limits_for(from)) return;
  assert(s.at_ == stranger::stage::uncounted);
  s.at_ = stranger::stage::silent;
  s.host_ = host_of(from);
  s.number_ = ++last_number_;
  const address_key key = network_of(s.host_);
  network& own = networks_[key];
  by_strangers_.change(key, own.size(), own.size() + 1);
  own.silent.push_back(s);
  silent_.push_back(s);
  strangers_.add(s);
  ++hosts_[s.host_];
}

refused_for admission_control::begin_handshake(stranger& s) {
  if (s.at_ != stranger::stage::silent) return refused_for::nothing;
  const address_key key = network_of(s.host_);
  network& own = networks_.at(key);
  const bool no_memory = working_.size() >= limits_.bytes / bytes_each;
  const bool too_many = is_over(handshakes_, limits_.handshakes);
  if ((no_memory || too_many) && !displace_for(own.working.size(), true))
    return count(no_memory ? refused_for::memory : refused_for::handshakes);
  s.at_ = stranger::stage::handshake;
  by_working_.change(key, own.working.size(), own.working.size() + 1);
  own.silent.erase(own.silent.iterator_to(s));
  own.working.insert(s);
  silent_.erase(silent_.iterator_to(s));
  working_.add(s);
  ++handshakes_;
  return refused_for::nothing;
}

void admission_control::end_handshake(stranger& s) {
  if (s.at_ != stranger::stage::handshake) return;
  s.at_ = stranger::stage::login;
  --handshakes_;
}

void admission_control::blame(const stranger& s, offence did) {
  if (counts(s) && penalties_.add(s.host_, did).count() > 0) ++counters_.penalties;
}

void admission_control::leave(stranger& s, offence did) {
  blame(s, did);
  const auto was = std::exchange(s.at_, stranger::stage::uncounted);
  if (was == stranger::stage::uncounted) return;
  const address_key key = network_of(s.host_);
  const auto in = networks_.find(key);
  network& own = in->second;
  by_strangers_.change(key, own.size(), own.size() - 1);
  if (was == stranger::stage::silent) {
    own.silent.erase(own.silent.iterator_to(s));
    silent_.erase(silent_.iterator_to(s));
  } else {
    by_working_.change(key, own.working.size(), own.working.size() - 1);
    own.working.erase(own.working.iterator_to(s));
    working_.remove(s);
  }
  strangers_.remove(s);
  if (was == stranger::stage::handshake) --handshakes_;
  if (own.size() == 0) networks_.erase(in);
  const auto host = hosts_.find(s.host_);
  if (--host->second == 0) hosts_.erase(host);
}

std::size_t admission_control::strangers_of(const address_key& network_key) const {
  const auto found = networks_.find(network_key);
  return found == networks_.end() ? 0 : found->second.size();
}

bool admission_control::displace_for(std::size_t own, bool working) {
  stranger* gives_way = nullptr;
  const auto [most, key] = (working ? by_working_ : by_strangers_).first();
  // With less between them the two would take the place from each other, again and again.
  if (most >= own + 2) {
    gives_way = networks_.at(key).oldest(working);
  } else if (own == 0) {
    // One from each of very many networks: who comes gets a place for a while all the same. Whoever
    // fills all places cannot choose whose is taken: one who is about to log in will mostly have
    // done so before it is theirs.
    if (!working && !silent_.empty())
      gives_way = &silent_.front();
    else
      gives_way = (working ? working_ : strangers_).draw(chance_());
  }
  if (!gives_way) return false;
  ++counters_.displaced;
  gives_way->give_way();
  return true;
}

stranger* admission_control::network::oldest(bool of_working) noexcept {
  if (of_working || silent.empty()) return working.empty() ? nullptr : &*working.begin();
  if (working.empty() || older()(*silent.begin(), *working.begin())) return &*silent.begin();
  return &*working.begin();
}

void admission_control::ranking::change(const address_key& n, std::size_t from, std::size_t to) {
  auto node = ranked_.extract({from, n});
  if (to == 0) return;
  if (node.empty()) {
    ranked_.emplace(to, n);
  } else {
    node.value().first = to;
    ranked_.insert(std::move(node));
  }
}

std::pair<std::size_t, address_key> admission_control::ranking::first() const {
  return ranked_.empty() ? std::pair(std::size_t{0}, address_key{}) : *ranked_.begin();
}

void admission_control::crowd::add(stranger& s) {
  s.*place_ = all_.size();
  all_.push_back(&s);
}

void admission_control::crowd::remove(const stranger& s) {
  stranger* last = all_.back();
  all_[s.*place_] = last;
  last->*place_ = s.*place_;
  all_.pop_back();
}

stranger* admission_control::crowd::draw(double chance) const {
  if (all_.empty()) return nullptr;
  return all_[static_cast<std::size_t>(chance * static_cast<double>(all_.size()))];
}

std::vector<std::string> admission_control::describe() const {
  constexpr std::size_t max_named = 20;
  const auto of = [](std::size_t limit) {
    return limit == 0 ? std::string("no limit") : fmt::format("at most {}", limit);
  };
  const server_counters& c = counters_;
  std::string waiting =
      fmt::format("addresses that have misbehaved and are refused: {}", penalties_.refused_hosts());
  const char* between = ": ";
  for (const auto& [host, left] : penalties_.refused(max_named)) {
    waiting += fmt::format("{}{} for {} s", std::exchange(between, ", "), to_string(host),
                           std::chrono::ceil<std::chrono::seconds>(left).count());
  }
  return {
      fmt::format("not logged in: {} ({}; of an address {}, of a network {}){}", strangers(),
                  of(limits_.strangers), of(limits_.per_address), of(limits_.per_network),
                  limits_.loopback ? "" : "; none of these limits hold for loopback addresses"),
      fmt::format(
          "TLS handshakes under way: {} ({}); memory of all of these: {}", handshakes_,
          of(limits_.handshakes),
          fmt::format("{} of {} MiB", (working_.size() * bytes_each) >> 20, limits_.bytes >> 20)),
      fmt::format("refused so far: by address {}, by network {}, by number {}, at random {}, by "
                  "handshakes {}, by memory {}, for what the address did {}, of proxies without a "
                  "PROXY header {}; gave way to others {}",
                  c.refused_addresses, c.refused_networks, c.refused_strangers, c.refused_early,
                  c.refused_handshakes, c.refused_memory, c.refused_penalties, c.refused_proxies,
                  c.displaced),
      fmt::format(
          "ended so far: handshakes that failed {}, logins that came too late {}, silent {}, "
          "slow readers {}, bytes of no protocol {}; no room for {}",
          c.failed_handshakes, c.late_logins, c.silent_ends, c.slow_readers, c.broken_protocols,
          c.turned_away),
      std::move(waiting)};
}

} // namespace asio_chat::net
