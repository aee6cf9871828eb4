#include "net/refusal_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::net {

namespace {

std::string sentence(refusal kind, std::string_view who) {
  switch (kind) {
  case refusal::handshake:
    return fmt::format("SSL Error: handshake with {} failed", who);
  case refusal::certificate:
    return fmt::format("Client certificate of {} refused", who);
  case refusal::turned_away:
    return fmt::format("Connection from {} refused", who);
  case refusal::login:
    return fmt::format("Login from {} refused", who);
  case refusal::connection:
    break;
  }
  return fmt::format("SSL Error: connection with {} failed", who);
}

std::uint64_t& count_of(refusal kind, server_counters& counters) {
  switch (kind) {
  case refusal::handshake:
    return counters.failed_handshakes;
  case refusal::certificate:
    return counters.refused_certificates;
  case refusal::turned_away:
    return counters.turned_away;
  case refusal::login:
    return counters.wrong_passwords;
  case refusal::connection:
    break;
  }
  return counters.broken_connections;
}

} // namespace

void refusal_log::add(refusal kind, const std::string& address, std::string reason) {
  visit();
  ++count_of(kind, counters_);
  const std::string_view host = std::string_view(address).substr(0, address.rfind(':'));
  const auto known = std::find_if(known_.begin(), known_.end(), [&](const minute_of& m) {
    return m.kind == kind && m.host == host && m.reason == reason;
  });
  const bool is_new = known == known_.end();
  const bool is_told = is_new && known_.size() < max_known;
  log_(is_told ? severity::warning : severity::debug, sentence(kind, address),
       {{"reason", reason}});
  if (is_told) {
    known_.push_back({kind, std::string(host), std::move(reason), time_.now()});
  } else if (is_new) {
    if (others_++ == 0) others_since_ = time_.now();
  } else {
    ++known->repeated;
  }
}

void refusal_log::visit() {
  const steady_time now = time_.now();
  while (!known_.empty() && now - known_.front().since >= minute) {
    minute_of over = std::move(known_.front());
    known_.pop_front();
    if (over.repeated == 0) continue;
    tell(over);
    // This was a line: the next one is due in a minute.
    over.since = now;
    known_.push_back(std::move(over));
  }
  if (others_ != 0 && now - others_since_ >= minute) tell_others();
}

void refusal_log::finish() {
  for (minute_of& m : known_) {
    if (m.repeated != 0) tell(m);
  }
  if (others_ != 0) tell_others();
}

void refusal_log::tell(minute_of& m) {
  log_(severity::warning, sentence(m.kind, m.host) + " again",
       {{"reason", m.reason}, {"times", std::to_string(std::exchange(m.repeated, 0))}});
}

void refusal_log::tell_others() {
  log_(severity::warning, "Connections of further addresses were refused",
       {{"times", std::to_string(std::exchange(others_, 0))}});
}

} // namespace asio_chat::net
