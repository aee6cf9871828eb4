#include "returning_crowd.hpp"

#include "error.hpp"
#include "native_2_protocol.hpp"
#include "process_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t in_a_room = 100;
constexpr std::chrono::milliseconds first_pause = 500ms, longest_pause = 8s;

} // namespace

returning_crowd::client::client(std::size_t number, const payload& texts)
    : member(fmt::format("crowd-{}", number), fmt::format("crowd-{}", number / in_a_room), texts) {}

returning_crowd::returning_crowd(const storm_front& front, std::size_t clients)
    : texts_(7, 128)
    , said_((clients + in_a_room - 1) / in_a_room) {
  for (std::size_t i = 0; i < clients; ++i)
    all_.push_back(std::make_unique<client>(i, texts_));
  move_to(front);
}

void returning_crowd::move_to(const storm_front& front) {
  front_ = front;
  context_ = client_context(front.ca_file, native_2_protocol::alpn_name);
  attempts_ = {};
  back_ = 0;
  for (const auto& one : all_) {
    one->pause = {};
    one->counted = false;
    one->connection.reset();
    one->member.lost();
  }
  moved_ = clock::now(); // to close ten thousand connections is no time of the server's
  for (std::size_t i = 0; i < all_.size(); ++i)
    try_later(*all_[i], i);
}

void returning_crowd::try_later(client& one, std::size_t number) {
  one.pause = one.pause == clock::duration()
                  ? clock::duration(first_pause)
                  : std::min<clock::duration>(one.pause * 2, longest_pause);
  const double part = std::uniform_real_distribution<double>(0.5, 1)(random_);
  const auto wait = std::chrono::duration_cast<clock::duration>(one.pause * part);
  // The first of them try at once.
  attempts_.push({clock::now() + (number < 8 && back_ == 0 ? clock::duration() : wait), number});
}

void returning_crowd::turn(std::chrono::milliseconds time) {
  constexpr int at_once = 64;
  const auto now = clock::now();
  for (int i = 0; i < at_once && !attempts_.empty() && attempts_.top().due <= now; ++i) {
    const std::size_t number = attempts_.top().client;
    attempts_.pop();
    client& one = *all_[number];
    one.member.lost();
    one.connection.emplace(loop_, context_.get(), front_.from(number), one.member);
  }
  loop_.turn(time);
  for (std::size_t i = 0; i < all_.size(); ++i)
    look_at(*all_[i], i);
  if (told_to_stop()) throw run_error("interrupted");
}

void returning_crowd::look_at(client& one, std::size_t number) {
  if (!one.connection) return;
  if (one.connection->closed()) {
    if (one.counted) --back_;
    one.counted = false;
    one.connection.reset();
    return try_later(one, number);
  }
  const bool is_in = front_.into_sink ? one.connection->logged_in() : one.member.is_in();
  if (!is_in || one.counted) return;
  one.counted = true;
  last_back_ = clock::now();
  if (back_++ == 0) first_back_ = last_back_;
}

void returning_crowd::say_in_each_room() {
  for (std::size_t room = 0; room < said_.size(); ++room) {
    client& speaker = *all_[room * in_a_room];
    if (!speaker.counted || front_.into_sink) continue;
    speaker.member.say(texts_.write(static_cast<std::uint32_t>(room), ++said_[room], clock::now()));
    speaker.connection->go_on();
  }
}

bool returning_crowd::all_heard() const {
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (i % in_a_room != 0 && all_[i]->member.next() <= said_[i / in_a_room]) return false;
  return true;
}

violations returning_crowd::take_violations() {
  violations all;
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (i % in_a_room != 0) all += all_[i]->member.take();
  return all;
}

} // namespace asio_chat::bench
