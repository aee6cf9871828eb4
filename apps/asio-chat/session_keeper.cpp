#include "session_keeper.hpp"

#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::chrono::seconds pause{1};

} // namespace

session_keeper::session_keeper(time_source& time, const client& chat, const output_queue& out,
                               saved_session session, read_positions read)
    : time_(time)
    , timer_(time.make_timer())
    , chat_(chat)
    , out_(out)
    , session_(std::move(session))
    , read_(std::move(read)) {
  session_.save(now());
}

void session_keeper::touch() {
  if (!waiting_) wait();
}

void session_keeper::wait() {
  waiting_ = true;
  timer_->wait_until(time_.now() + pause, [this] { look(); });
}

void session_keeper::look() {
  waiting_ = false;
  const bool waited = shown_.has_value();
  if (!waited) {
    shown_ = now();
    mark_ = out_.taken();
  }
  if (out_.written() >= mark_) session_.save(*std::exchange(shown_, std::nullopt));
  // What has come while that was being written is looked at next.
  if (waited || shown_) wait();
}

void session_keeper::end(bool in_order, bool same_member) {
  timer_->cancel();
  kept_session last = now();
  if (in_order) {
    last.resume.positions.clear();
    // The device of an account stays logged in.
    if (!same_member && !last.resume.account) last.resume.token.clear();
  }
  if (in_order || out_.empty()) session_.save(last);
}

} // namespace asio_chat::app
