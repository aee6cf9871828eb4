#include "idle_load.hpp"

#include "error.hpp"
#include "process_settings.hpp"
#include "text_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <random>
#include <unistd.h>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t logins_at_once = 64;
constexpr auto patience = 10s;
constexpr auto turn_time = 10ms;

} // namespace

idle_load::idle_load(endpoint server, const std::string& ca_file)
    : server_(std::move(server))
    , context_(client_context(ca_file))
    , run_(std::random_device()()) {}

void idle_load::fill(std::size_t people) {
  const bool is_terminal = isatty(STDERR_FILENO) != 0;
  progress_ = steady_clock::now();
  while (logged_in_ < people) {
    while (guests_.size() < people && guests_.size() - logged_in_ < logins_at_once)
      connect();
    turn();
    expect_progress("were made", logged_in_, people);
    if (is_terminal) fmt::print(stderr, "\rconnecting {}/{}", logged_in_, people);
  }
  if (is_terminal) fmt::print(stderr, "\r\033[K");

  // Not every server says who is in: a member who hears another one is.
  const std::size_t others = people - 1;
  for (auto pause = 20ms; in_the_room_ < others; pause = std::min(2 * pause, 1'280ms)) {
    say();
    const auto until = steady_clock::now() + pause;
    while (in_the_room_ < others && steady_clock::now() < until)
      turn();
    expect_progress("heard what was said", in_the_room_, others);
  }
  tell_all();
}

void idle_load::rest(std::chrono::duration<double> time) {
  const auto until = steady_clock::now() + time;
  while (steady_clock::now() < until)
    turn();
}

std::chrono::nanoseconds idle_load::tell_all() {
  const auto start = progress_ = steady_clock::now();
  say();
  while (heard_ < guests_.size() - 1) {
    turn();
    expect_progress("heard what was said", heard_, guests_.size() - 1);
  }
  return progress_ - start;
}

void idle_load::say() {
  heard_ = 0;
  peer& speaker = *guests_.front().connection;
  speaker.publish(fmt::format("{:08x} {}", run_, ++said_));
  speaker.flush();
}

void idle_load::connect() {
  const std::size_t index = guests_.size();
  peer_observer& observer = *this;
  tls_socket socket(start_connect(server_), context_.get(), server_.host);
  guests_.push_back({std::make_unique<peer>(
      loop_, observer, index, fmt::format("{}, {}", server_.text, index),
      part{fmt::format("idle-{:04x}-{}", run_ & 0xffff, index), {}, index == 0}, std::move(socket),
      std::make_unique<text_protocol>())});
}

void idle_load::turn() {
  loop_.turn(turn_time);
  if (told_to_stop()) throw run_error("interrupted");
}

void idle_load::expect_progress(std::string_view what, std::size_t done, std::size_t of) const {
  if (steady_clock::now() - progress_ > patience)
    throw run_error(fmt::format("{}: {} of {} connections {}, then none for {} s", server_.text,
                                done, of, what, patience.count()));
}

void idle_load::on_login(peer&) {
  ++logged_in_;
  progress_ = steady_clock::now();
}

void idle_load::on_record(peer&, steady_clock::time_point time) {
  came_ = time;
}

void idle_load::on_text(peer& who, std::string_view text) {
  const auto mark = fmt::format("{:08x} ", run_);
  if (!text.starts_with(mark)) return;
  text.remove_prefix(mark.size());
  unsigned line = 0;
  std::from_chars(text.data(), text.data() + text.size(), line);
  unsigned& last = guests_[who.index()].heard;
  if (last == 0)
    ++in_the_room_;
  else if (line != last + 1)
    throw run_error(
        fmt::format("{}, {}: line {} came after line {}", server_.text, who.index(), line, last));
  // Until all are in the room, those who are hear every line: that is no progress.
  if (last == 0 || in_the_room_ == guests_.size() - 1) progress_ = came_;
  last = line;
  if (line == said_) ++heard_;
}

} // namespace asio_chat::bench
