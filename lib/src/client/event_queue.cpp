#include "client/event_queue.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace asio_chat::client_room {

namespace {

failure nothing_more() {
  return fail(errc::not_connected, "there is no connection, and nothing more to receive");
}

} // namespace

void event_queue::end() {
  open_ = false;
  if (receiver_) std::exchange(receiver_, {}).fail(nothing_more());
}

void event_queue::push(client_event e) {
  if (receiver_) {
    give(std::exchange(receiver_, {}), std::move(e));
  } else {
    events_.push_back(std::move(e));
  }
}

void event_queue::receive(receiver r) {
  if (receiver_) {
    r.fail({boost::asio::error::already_started, "one async_receive is under way already"});
  } else if (!events_.empty()) {
    client_event e = std::move(events_.front());
    events_.pop_front();
    give(std::move(r), std::move(e));
  } else if (!open_) {
    r.fail(nothing_more());
  } else {
    receiver_ = std::move(r);
  }
}

void event_queue::give(receiver r, client_event e) {
  given_.observe(e);
  r.succeed(std::move(e));
}

void event_queue::cancel(const failure& why) {
  if (receiver_) std::exchange(receiver_, {}).fail(why);
}

} // namespace asio_chat::client_room
