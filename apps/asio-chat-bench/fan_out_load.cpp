#include "fan_out_load.hpp"

#include "error.hpp"
#include "process_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <unistd.h>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

// An address may have so many by default where asio-chatd limits it.
constexpr std::size_t handshakes_at_once = 8;
constexpr std::size_t publisher_number = 0; // in a room
constexpr auto patience = 10s;
// A server may take in a whole window before it sends the first message on.
constexpr auto lost_after = 5s;
constexpr auto turn_time = 10ms;

} // namespace

fan_out_load::fan_out_load(const endpoint& server, const std::string& ca_file,
                           const fan_out_shape& shape)
    : server_(server)
    , speaks_(shape.speaks)
    , context_(client_context(ca_file, make_protocol(speaks_)->alpn()))
    , run_(std::random_device()())
    , payload_(run_, shape.message_size)
    , people_per_room_(1 + shape.receivers)
    , peers_(shape.rooms * people_per_room_)
    , rooms_(shape.rooms, receivers_of_room{std::vector<delivery_checker>(shape.receivers)}) {}

void fan_out_load::gather() {
  connect();
  // A login is not confirmed in every protocol: a member who hears the publisher is in.
  int tries = 0;
  for (auto pause = 20ms; !all_hear(); pause = std::min(2 * pause, 640ms)) {
    for (std::size_t i = 0; i < rooms(); ++i) {
      if (rooms_[i].hearing == rooms_[i].checkers.size()) continue;
      publish(i, steady_clock::now());
      flush(i);
    }
    const auto until = steady_clock::now() + pause;
    while (!all_hear() && steady_clock::now() < until)
      turn(turn_time);
    if (++tries > 30) fail_to_gather();
  }
  barrier();
  take_arrivals();
}

void fan_out_load::connect() {
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
}

bool fan_out_load::all_hear() const {
  return std::ranges::all_of(
      rooms_, [](const receivers_of_room& one) { return one.hearing == one.checkers.size(); });
}

void fan_out_load::fail_to_gather() const {
  std::size_t hearing = 0;
  for (const auto& one : rooms_)
    hearing += one.hearing;
  throw run_error(fmt::format("{} of {} receivers hear the publisher; the others were never let "
                              "into the room",
                              hearing, peers_.size() - rooms()));
}

void fan_out_load::publish(std::size_t room, steady_clock::time_point due) {
  auto& speaker = publisher(room);
  const auto before = speaker.unsent();
  const auto sender = static_cast<std::uint32_t>(room);
  speaker.publish(payload_.write(sender, ++rooms_[room].sequence, due));
  wire_bytes_ = speaker.unsent() - before;
}

std::uint64_t fan_out_load::ahead(std::size_t room) const {
  const auto& there = rooms_[room];
  auto lowest = there.sequence;
  for (const auto& one : there.checkers)
    lowest = std::min(lowest, one.next() - 1);
  return there.sequence - lowest;
}

void fan_out_load::turn(std::chrono::milliseconds time) {
  loop_.turn(time);
  if (told_to_stop()) throw run_error("interrupted");
}

bool fan_out_load::caught_up() const {
  for (std::size_t i = 0; i < rooms(); ++i)
    if (ahead(i) > 0) return false;
  return true;
}

void fan_out_load::drain(bool may_miss) {
  progress_ = steady_clock::now();
  while (!caught_up()) {
    turn(turn_time);
    if (may_miss && steady_clock::now() - progress_ > lost_after) return;
    expect_progress();
  }
}

void fan_out_load::barrier() {
  for (std::size_t i = 0; i < rooms(); ++i) {
    publish(i, steady_clock::now());
    flush(i);
  }
  drain();
}

void fan_out_load::expect_progress() const {
  if (steady_clock::now() - progress_ < patience) return;
  if (logged_in_ < peers_.size())
    throw setup_error(fmt::format("{}: {} of {} connections were made, then none for {} s",
                                  server_.text, logged_in_, peers_.size(), patience.count()));
  std::size_t slowest = 0;
  for (std::size_t i = 1; i < rooms(); ++i)
    if (ahead(i) > ahead(slowest)) slowest = i;
  const auto sent = rooms_[slowest].sequence;
  throw run_error(fmt::format("no message came for {} s; the slowest receiver has message {} of {}",
                              patience.count(), sent - ahead(slowest), sent));
}

arrivals fan_out_load::take_arrivals() {
  auto taken = std::move(arrivals_);
  arrivals_ = {};
  return taken;
}

violations fan_out_load::take_violations() {
  auto taken = violations_;
  violations_ = {};
  for (auto& there : rooms_)
    for (auto& one : there.checkers)
      taken += one.take();
  return taken;
}

void fan_out_load::connect(std::size_t index) {
  const auto in_room = index / people_per_room_;
  const auto number = index % people_per_room_;
  const part as{fmt::format("bench-{:04x}-{}", run_ & 0xffff, index),
                fmt::format("bench-{:04x}-{}", run_ & 0xffff, in_room), number == publisher_number};
  auto about = fmt::format("{}, {}", server_.text,
                           as.publishes ? "publisher" : fmt::format("receiver {}", number));
  if (rooms() > 1) about += fmt::format(" of room {}", in_room);
  tls_socket socket(start_connect(server_), context_.get(), server_.host);
  peer_observer& observer = *this;
  peers_[index] = std::make_unique<peer>(loop_, observer, index, std::move(about), as,
                                         std::move(socket), make_protocol(speaks_));
}

void fan_out_load::on_login(peer&) {
  ++logged_in_;
  progress_ = steady_clock::now();
}

void fan_out_load::on_record(peer&, steady_clock::time_point time) {
  came_ = time;
  ++arrivals_.records;
}

void fan_out_load::on_text(peer& who, std::string_view text) {
  const auto [what, of] = payload_.read(text);
  if (what == payload::verdict::foreign) return;
  if (what == payload::verdict::damaged) {
    ++violations_.damaged;
    return;
  }
  const auto number = who.index() % people_per_room_;
  const auto in_room = who.index() / people_per_room_;
  if (of.sender != in_room) {
    ++violations_.strayed;
    return;
  }
  if (number == publisher_number) {
    ++violations_.echoed;
    return;
  }
  auto& there = rooms_[in_room];
  auto& seen = there.checkers[number - 1];
  if (!seen.started()) ++there.hearing;
  if (!seen.note(of.sequence)) return;
  ++arrivals_.deliveries;
  arrivals_.last = progress_ = came_;
  arrivals_.latency.add(came_ - of.sent);
}

void fan_out_load::show_progress() const {
  if (isatty(STDERR_FILENO) == 0) return;
  const bool done = logged_in_ == peers_.size();
  fmt::print(stderr, "\rconnecting {}/{}{}", logged_in_, peers_.size(), done ? "\r\033[K" : "");
  std::fflush(stderr);
}

} // namespace asio_chat::bench
