// What the program asks of a client, and what it is told.
#include "base/sanitize.hpp"
#include "client/client_impl.hpp"
#include "wire/command_line.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio_chat {

namespace asio = boost::asio;
namespace native = wire::native;
using namespace client_room;

namespace {
constexpr std::size_t events_that_may_wait = 4096;

bool fits(const std::string& frame) {
  return frame.size() <= wire::header_bytes + wire::native_payload_cap;
}

failure too_long(std::size_t bytes, std::size_t most) {
  return fail(errc::text_too_long,
              fmt::format("the message has {} bytes; at most {} can be sent", bytes, most));
}

failure no_connection() {
  return fail(errc::not_connected, "there is no connection now");
}

} // namespace

template <class T, class Make>
void client::impl::request(asio::any_completion_handler<void(error_code, T)> handler, Make make) {
  pending<T> waiting(completer_, std::move(handler));
  if (state_ != state::ready) {
    waiting.fail(no_connection());
    return;
  }
  std::string frame = native::encode(native::request(make(requests_.next_reference())));
  if (!fits(frame)) {
    waiting.fail(too_long(frame.size(), wire::native_payload_cap));
    return;
  }
  requests_.add(std::move(waiting));
  connection_->send(std::move(frame));
}

void client::impl::send(std::string room, std::string text, send_handler handler) {
  pending<acknowledged> waiting(completer_, std::move(handler));
  const bool connected = state_ == state::ready;
  if (!connected && !coming_back()) {
    waiting.fail(no_connection());
    return;
  }
  if (text.size() > text_bytes_) {
    waiting.fail(too_long(text.size(), text_bytes_));
    return;
  }
  std::string frame = native::encode(native::request(
      native::send{messages_.next_id(), std::move(room), sanitize(text), entry_kind::message}));
  if (!fits(frame)) {
    waiting.fail(too_long(frame.size(), wire::native_payload_cap));
    return;
  }
  if (!connected && !messages_.has_room_for(frame)) {
    waiting.fail(fail(errc::not_connected,
                      fmt::format("there is no connection now, and no more than {} messages or {} "
                                  "bytes wait for the next one",
                                  unacknowledged::most_messages, unacknowledged::most_bytes)));
    return;
  }
  if (connected) connection_->send(frame);
  messages_.add(std::move(frame), std::move(waiting), connected);
}

void client::impl::command(std::string room, std::string line, reply_handler handler) {
  line = sanitize(line);
  const wire::typed_line typed = wire::parse_command_line(line);
  const bool join = typed.name == "join" && !typed.arguments.empty();
  request<reply>(std::move(handler), [&](std::string ref) -> native::request {
    // As a request of its own it says where to begin in that room.
    if (join) return entrance(std::move(ref), std::string(typed.arguments));
    return native::command_line{std::move(ref), std::move(room), std::move(line)};
  });
}

void client::impl::history(std::string room, log_range part, history_handler handler) {
  request<history_page>(std::move(handler), [&](std::string ref) {
    return native::history{std::move(ref), std::move(room), part};
  });
}

void client::impl::receive(receive_handler handler) {
  pending<client_event> waiting(completer_, std::move(handler));
  if (auto slot = asio::get_associated_cancellation_slot(waiting.handler()); slot.is_connected()) {
    slot.assign([weak = weak_from_this()](asio::cancellation_type) {
      if (const auto self = weak.lock()) self->events_.cancel(aborted());
    });
  }
  events_.receive(std::move(waiting));
  if (connection_ && events_.size() < events_that_may_wait) connection_->set_reading(true);
}

void client::impl::push(client_event e) {
  events_.push(std::move(e));
  // A program that is not interested is not fed: the server's own limit decides then.
  if (connection_ && events_.size() >= events_that_may_wait && state_ == state::ready) {
    connection_->set_reading(false);
  }
}

} // namespace asio_chat
