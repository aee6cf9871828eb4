#include "reconnect_load.hpp"

#include "error.hpp"
#include "log_reader.hpp"
#include "process_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

/// The others wait in line, as they do before a server with many clients; their time runs already.
constexpr std::size_t handshakes_at_once = 64;
constexpr auto patience = 10s;

} // namespace

reconnect_load::reconnect_load(const endpoint& at, SSL_CTX* context, position has, payload& texts,
                               std::uint64_t said)
    : at_(at)
    , context_(context)
    , has_(has)
    , texts_(texts)
    , said_before_(said)
    , said_(said) {}

void reconnect_load::begin() {
  progress_ = steady_clock::now();
  speaker_ = connect(speaker_index, "speaker", {has_.epoch, has_.offset + said_});
  while (logged_in_ == 0)
    turn();
}

void reconnect_load::come_back(std::size_t members, double rate) {
  members_.resize(members);
  start_ = steady_clock::now();
  const auto pause =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(1 / rate));
  auto due = start_;
  for (std::size_t started = 0; live_ < members;) {
    while (started < members && started + 1 - logged_in_ < handshakes_at_once) {
      auto& one = members_[started++];
      one.seen.note(0); // so that number 1 is not the first that it may see
      one.connection = connect(started, fmt::format("member-{}", started), has_);
    }
    for (; due <= steady_clock::now(); due += pause)
      say();
    turn();
  }
}

void reconnect_load::finish() {
  say();
  const auto has_all = [this](const member& one) { return one.seen.next() > said_; };
  while (!std::all_of(members_.begin(), members_.end(), has_all))
    turn();
}

violations reconnect_load::take_violations() {
  for (auto& one : members_)
    violations_ += one.seen.take();
  return std::exchange(violations_, {});
}

void reconnect_load::on_login(peer&) {
  ++logged_in_;
  progress_ = steady_clock::now();
}

void reconnect_load::on_record(peer&, steady_clock::time_point time) {
  progress_ = time;
}

void reconnect_load::on_text(peer& who, std::string_view text) {
  const auto [verdict, of] = texts_.read(text);
  if (who.index() == speaker_index) {
    ++violations_.echoed;
    return;
  }
  if (verdict != payload::verdict::good) {
    ++violations_.damaged;
    return;
  }
  auto& one = members_[who.index() - 1];
  if (one.seen.note(of.sequence)) ++entries_;
  if (one.live || of.sequence < said_) return;
  one.live = true;
  ++live_;
  until_live_.add(progress_ - start_);
}

std::unique_ptr<peer> reconnect_load::connect(std::size_t index, std::string name,
                                              const position& has) {
  tls_socket socket(start_connect(at_), context_, at_.host);
  peer_observer& observer = *this;
  return std::make_unique<peer>(loop_, observer, index, fmt::format("{}, {}", at_.text, name),
                                part{std::move(name), {}, index == speaker_index},
                                std::move(socket), std::make_unique<log_reader>(has));
}

void reconnect_load::say() {
  speaker_->publish(texts_.write(0, ++said_, steady_clock::now()));
  speaker_->flush();
}

void reconnect_load::turn() {
  loop_.turn(1ms);
  if (told_to_stop()) throw run_error("interrupted");
  if (steady_clock::now() - progress_ > patience)
    throw run_error(fmt::format("nothing came for {} s; {} of {} members are up to date",
                                patience.count(), live_, members_.size()));
}

} // namespace asio_chat::bench
