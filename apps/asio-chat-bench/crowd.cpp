#include "crowd.hpp"

#include "error.hpp"
#include "process_settings.hpp"
#include "text_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <unistd.h>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t handshakes_at_once = 64;
constexpr std::size_t publisher_index = 0;
constexpr auto patience = 10s;
constexpr auto turn_time = 10ms;

} // namespace

crowd::crowd(const endpoint& server, const std::string& ca_file, std::size_t receivers,
             std::size_t message_size)
    : server_(server)
    , context_(client_context(ca_file))
    , run_(std::random_device()())
    , payload_(run_, message_size)
    , peers_(receivers + 1)
    , ledgers_(receivers) {}

void crowd::gather() {
  progress_ = steady_clock::now();
  std::size_t shown = 0;
  for (std::size_t started = 0; logged_in_ < peers_.size();) {
    while (started < peers_.size() && started - logged_in_ < handshakes_at_once)
      connect(started++);
    turn(turn_time);
    if (logged_in_ != shown) show_progress();
    shown = logged_in_;
    expect_progress();
  }
  publisher_ = peers_[publisher_index].get();

  // A login is not confirmed in every protocol: whoever hears the publisher is in.
  for (auto pause = 20ms; hearing_ < receivers(); pause = std::min(2 * pause, 640ms)) {
    publish(steady_clock::now());
    flush();
    const auto until = steady_clock::now() + pause;
    while (hearing_ < receivers() && steady_clock::now() < until)
      turn(turn_time);
    if (sequence_ > 30)
      throw run_error(fmt::format("{} of {} receivers hear the publisher; the others were never "
                                  "let into the room",
                                  hearing_, receivers()));
  }
  barrier();
  take_arrivals();
}

std::uint64_t crowd::publish(steady_clock::time_point due) {
  publisher_->publish(payload_.write(publisher_index, ++sequence_, due));
  return sequence_;
}

void crowd::turn(std::chrono::milliseconds time) {
  loop_.turn(time);
  if (told_to_stop()) throw run_error("interrupted");
}

std::uint64_t crowd::slowest() const {
  auto lowest = sequence_;
  for (const auto& one : ledgers_)
    lowest = std::min(lowest, one.next() - 1);
  return lowest;
}

void crowd::drain(bool may_miss) {
  progress_ = steady_clock::now();
  while (slowest() < sequence_) {
    turn(turn_time);
    if (may_miss && steady_clock::now() - progress_ > 1s) return;
    expect_progress();
  }
}

void crowd::barrier() {
  publish(steady_clock::now());
  flush();
  drain();
}

void crowd::expect_progress() const {
  if (steady_clock::now() - progress_ < patience) return;
  if (logged_in_ < peers_.size())
    throw setup_error(fmt::format("{}: {} of {} connections were made, then none for {} s",
                                  server_.text, logged_in_, peers_.size(), patience.count()));
  throw run_error(fmt::format("nothing came for {} s; the slowest receiver has message {} of {}",
                              patience.count(), slowest(), sequence_));
}

arrivals crowd::take_arrivals() {
  auto taken = std::move(arrivals_);
  arrivals_ = {};
  return taken;
}

violations crowd::take_violations() {
  auto taken = violations_;
  violations_ = {};
  for (auto& one : ledgers_)
    taken += one.take();
  return taken;
}

void crowd::connect(std::size_t index) {
  const bool publishes = index == publisher_index;
  const auto part = publishes ? std::string("publisher") : fmt::format("receiver {}", index);
  auto about = fmt::format("{}, {}", server_.text, part);
  auto name = fmt::format("bench-{:04x}-{}", run_ & 0xffff, index);
  tls_socket socket(start_connect(server_), context_.get(), server_.host);
  peer_observer& observer = *this;
  peers_[index] = std::make_unique<peer>(loop_, observer, index, std::move(about), std::move(name),
                                         std::move(socket), std::make_unique<text_protocol>());
}

void crowd::on_login(peer&) {
  ++logged_in_;
  progress_ = steady_clock::now();
}

void crowd::on_record(peer&, steady_clock::time_point time) {
  progress_ = time;
  ++arrivals_.records;
}

void crowd::on_text(peer& who, std::string_view text) {
  const auto [what, of] = payload_.read(text);
  if (what == payload::verdict::foreign) return;
  if (what == payload::verdict::damaged) {
    ++violations_.damaged;
    return;
  }
  if (who.index() == publisher_index) {
    ++violations_.echoed;
    return;
  }
  auto& seen = ledgers_[who.index() - 1];
  if (!seen.started()) ++hearing_;
  if (!seen.note(of.sequence)) return;
  ++arrivals_.deliveries;
  arrivals_.last = progress_;
  arrivals_.latency.add(progress_ - of.sent);
}

void crowd::show_progress() const {
  if (isatty(STDERR_FILENO) == 0) return;
  const bool done = logged_in_ == peers_.size();
  fmt::print(stderr, "\rconnecting {}/{}{}", logged_in_, peers_.size(), done ? "\r\033[K" : "");
  std::fflush(stderr);
}

} // namespace asio_chat::bench
