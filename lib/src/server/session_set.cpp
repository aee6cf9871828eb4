#include "server/session_set.hpp"

#include "base/descriptor_reserve.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace asio_chat {

namespace {

/// To verify a certificate anew takes some tenths of a millisecond.
constexpr std::size_t max_judged = 4;

close_reason server_stops() {
  return {close_code::server_stopping, "the server is going down"};
}

} // namespace

bool session_set::is_full(int descriptor) {
  std::string_view why;
  if (sessions_.size() >= limits_.connections) {
    why = "max-connections is reached";
  } else if (is_in_reserve(descriptor)) {
    why = "the last file descriptors of this process are reserved for the history";
  }
  const bool full = !why.empty();
  if (full && !std::exchange(full_, true)) {
    log_(severity::warning, fmt::format("Refusing connections: {}", why),
         {{"connections", std::to_string(sessions_.size())}});
  }
  if (full) ++shared_.counters.turned_away;
  full_ = full;
  return full;
}

void session_set::begin(std::unique_ptr<transport::stream> stream, const origin& from) {
  ++shared_.counters.accepted;
  net::session_keeper& keeper = *this;
  const std::uint64_t number = ++last_number_;
  const boost::intrusive_ptr<net::session> s(
      new net::session(std::move(stream), reactor_, shared_, keeper, from.text, from.port, number));
  if (from.address && shared_.admission) shared_.admission->enter(*s, *from.address);
  sessions_.emplace_hint(sessions_.end(), number, s);
  s->start();
}

void session_set::ended(net::session& s) {
  sessions_.erase(s.number());
  if (sessions_.empty()) complete_drain();
}

std::vector<session_info> session_set::list() const {
  std::vector<session_info> all;
  all.reserve(sessions_.size());
  for (const auto& [number, s] : sessions_)
    all.push_back({number, s->address(), std::string(s->name()), std::string(s->user())});
  return all;
}

net::session* session_set::find(std::uint64_t number) const {
  const auto found = sessions_.find(number);
  return found == sessions_.end() ? nullptr : found->second.get();
}

void session_set::judge_some(std::uint64_t after) {
  const work_watch::piece some(watch_, "look at clients' certificates");
  auto next = sessions_.upper_bound(after);
  for (std::size_t n = 0; n < max_judged && next != sessions_.end(); ++n) {
    after = next->first;
    next++->second->judge();
  }
  if (next == sessions_.end()) return;
  boost::asio::post(executor_, [self = weak_from_this(), after] {
    if (const auto alive = self.lock()) alive->judge_some(after);
  });
}

void session_set::drain(std::function<void()> done) {
  drained_ = std::move(done);
  for (const auto& [key, s] : sessions_)
    s->quit(server_stops());
  if (sessions_.empty()) return complete_drain();
  drain_timer_->wait_until(time_->now() + limits_.drain_time, [self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->cut_off_all();
  });
}

void session_set::complete_drain() {
  drain_timer_->cancel();
  if (const auto done = std::exchange(drained_, {})) done();
}

void session_set::cut_off_all() {
  while (!sessions_.empty()) {
    const auto s = sessions_.begin()->second;
    s->cut_off(server_stops());
  }
}

} // namespace asio_chat
