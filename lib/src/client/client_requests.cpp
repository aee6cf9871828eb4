// What the program asks of a client, and what it is told.
#include "base/utf8.hpp"
#include "client/client_impl.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio_chat {

namespace asio = boost::asio;
namespace native = wire::native;
using namespace client_room;

namespace {
constexpr std::size_t events_that_may_wait = 4096;
} // namespace

template <class T, class Make>
void client::impl::request(asio::any_completion_handler<void(error_code, T)> handler, Make make) {
  pending<T> waiting(completer_, std::move(handler));
  if (state_ != state::ready) {
    waiting.fail(fail(errc::not_connected, "there is no connection now"));
    return;
  }
  std::string frame = native::encode(native::request(make(requests_.next_reference())));
  if (frame.size() > wire::header_bytes + wire::native_payload_cap) {
    waiting.fail(fail(errc::text_too_long, fmt::format("a message of {} bytes is too long; at most "
                                                       "{} can be sent",
                                                       frame.size(), wire::native_payload_cap)));
    return;
  }
  requests_.add(std::move(waiting));
  connection_->send(std::move(frame));
}

void client::impl::send(std::string room, std::string text, send_handler handler) {
  if (state_ == state::ready && text.size() > text_bytes_) {
    pending<acknowledged>(completer_, std::move(handler))
        .fail(fail(errc::text_too_long, fmt::format("the text has {} bytes; at most {} are allowed",
                                                    text.size(), text_bytes_)));
    return;
  }
  request<acknowledged>(std::move(handler), [&](std::string ref) {
    return native::send{std::move(ref), std::move(room), clean_text(text), entry_kind::message};
  });
}

void client::impl::command(std::string room, std::string line, reply_handler handler) {
  request<reply>(std::move(handler), [&](std::string ref) {
    return native::command_line{std::move(ref), std::move(room), clean_text(line)};
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
