#include "session_keeper.hpp"

#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::chrono::seconds pause{1};

} // namespace

session_keeper::session_keeper(time_source& time, const client& chat, const output_queue& out,
                               saved_session session)
    : time_(time)
    , timer_(time.make_timer())
    , chat_(chat)
    , out_(out)
    , session_(std::move(session)) {
  session_.save(chat_.saved_state());
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
    shown_ = chat_.saved_state();
    mark_ = out_.taken();
  }
  if (out_.written() >= mark_) session_.save(*std::exchange(shown_, std::nullopt));
  // What has come while that was being written is looked at next.
  if (waited || shown_) wait();
}

void session_keeper::end(bool in_order) {
  timer_->cancel();
  if (in_order) {
    session_.forget();
  } else if (out_.empty()) {
    session_.save(chat_.saved_state());
  }
}

} // namespace asio_chat::app
