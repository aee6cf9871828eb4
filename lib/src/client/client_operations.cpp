// What the program asks of a client that is there, and how it takes it back.
#include "base/sanitize.hpp"
#include "client/client_impl.hpp"
#include "model/command_text.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <utility>

namespace asio_chat::detail {

namespace asio = boost::asio;
namespace native = wire::native;
using namespace client_room;

namespace {

failure no_connection() {
  return fail(errc::not_connected, "there is no connection now");
}

constexpr const char* was_cancelled = "the operation was cancelled";

failure cancelled() {
  return {asio::error::operation_aborted, was_cancelled};
}

/// Whether the operation may end although it has had an effect, or will have one.
bool may_have_effects(asio::cancellation_type type) {
  using enum asio::cancellation_type;
  return (type & (terminal | partial)) != none;
}

} // namespace

void client_base::impl::cancel_by(slot s, canceller cancel, std::uint64_t number) {
  if (!s.is_connected()) return;
  s.assign([weak = weak_from_this(), executor = executor_, cancel, number](cancellation type) {
    // A signal may be emitted on another thread, by a coroutine that runs elsewhere.
    asio::dispatch(executor, [weak, cancel, number, type] {
      if (const auto self = weak.lock()) (*self.*cancel)(number, type);
    });
  });
}

void client_base::impl::send(handler<acknowledged> h, diagnostics* why, outgoing_message message) {
  const slot s = h.get_cancellation_slot();
  pending<acknowledged> waiting(owner_, std::move(h), why);
  const bool connected = state_ == state::ready;
  if (!connected && !coming_back()) return waiting.fail(no_connection());
  const auto number =
      outstanding_.say(std::move(waiting), std::move(message), conversation_.text_bytes(),
                       connected ? to_connection() : request_sender());
  cancel_by(s, &impl::cancel_send, number);
}

template <class T, class Make>
void client_base::impl::request(handler<T> h, diagnostics* why, bool idempotent, Make make) {
  const slot s = h.get_cancellation_slot();
  pending<T> waiting(owner_, std::move(h), why);
  if (state_ != state::ready) return waiting.fail(no_connection());
  const auto number = outstanding_.ask(std::move(waiting), make(outstanding_.next_reference()),
                                       idempotent, to_connection());
  cancel_by(s, &impl::cancel_request, number);
}

void client_base::impl::command(handler<reply> h, diagnostics* why, std::string room,
                                std::string line) {
  line = sanitize(line);
  const parsed_line typed = parse_command_line(line);
  // With a key behind the room it goes as it was typed.
  const bool join = typed.name == "join" && !typed.arguments.empty() &&
                    typed.arguments.find_first_of(" \t\n") == std::string_view::npos;
  request<reply>(std::move(h), why, false, [&](std::string ref) -> native::request {
    // As a request of its own it says where to begin in that room.
    if (join) return conversation_.join(std::move(ref), std::string(typed.arguments));
    return native::command_line{std::move(ref), std::move(room), std::move(line)};
  });
}

void client_base::impl::history(handler<history_page> h, diagnostics* why, std::string room,
                                log_range part) {
  request<history_page>(std::move(h), why, true, [&](std::string ref) {
    return native::history{std::move(ref), std::move(room), part};
  });
}

void client_base::impl::receive(handler<client_event> h, diagnostics* why) {
  const slot s = h.get_cancellation_slot();
  events_.receive(++operations_, pending<client_event>(owner_, std::move(h), why));
  cancel_by(s, &impl::cancel_receive, operations_);
  if (connection_ && !events_.full()) connection_->set_reading(true);
}

void client_base::impl::cancel_send(std::uint64_t number, cancellation type) {
  outstanding_.cancel_message(number, may_have_effects(type), cancelled(), from_connection());
  leave_if_answered();
}

void client_base::impl::cancel_request(std::uint64_t number, cancellation type) {
  outstanding_.cancel_request(number, may_have_effects(type), cancelled(), from_connection());
  leave_if_answered();
}

void client_base::impl::cancel_receive(std::uint64_t number, cancellation) {
  events_.cancel(number, was_cancelled);
}

request_remover client_base::impl::from_connection() {
  return [this](std::string_view part) { return connection_ && connection_->withdraw(part); };
}

} // namespace asio_chat::detail
