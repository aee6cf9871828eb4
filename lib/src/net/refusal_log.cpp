#include "net/refusal_log.hpp"

#include <fmt/format.h>

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
  const std::string said = sentence(kind, address);
  const bool is_told = minutes_.add({kind, std::string(host), reason}, time_.now());
  log_(is_told ? severity::warning : severity::debug, said, {{"reason", reason}});
  if (is_told) alarm(kind, fmt::format("{}: {}", sentence(kind, host), reason));
}

void refusal_log::visit() {
  minutes_.visit(
      time_.now(), [this](const cause& c, std::size_t times) { tell(c, times); },
      [this](std::size_t times) { tell_others(times); });
}

void refusal_log::finish() {
  minutes_.finish([this](const cause& c, std::size_t times) { tell(c, times); },
                  [this](std::size_t times) { tell_others(times); });
}

void refusal_log::tell(const cause& c, std::size_t times) {
  log_(severity::warning, sentence(c.kind, c.host) + " again",
       {{"reason", c.reason}, {"times", std::to_string(times)}});
  alarm(c.kind, fmt::format("{}: {}, {} more times in a minute", sentence(c.kind, c.host), c.reason,
                            times));
}

void refusal_log::tell_others(std::size_t times) {
  log_(severity::warning, "Connections of further addresses were refused",
       {{"times", std::to_string(times)}});
  if (alarm_) alarm_(fmt::format("Connections of further addresses were refused: {} times", times));
}

void refusal_log::alarm(refusal kind, std::string sentence_of_it) const {
  if (alarm_ && (kind == refusal::turned_away || kind == refusal::login))
    alarm_(std::move(sentence_of_it));
}

} // namespace asio_chat::net
