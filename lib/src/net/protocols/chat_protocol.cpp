#include "net/protocols/chat_protocol.hpp"

#include "net/address_key.hpp"
#include "wire/frame.hpp"

#include <fmt/format.h>

#include <cassert>
#include <variant>

namespace asio_chat::net {

chat_protocol::~chat_protocol() {
  assert(!endpoint_);
}

void chat_protocol::quit(const close_reason& reason) {
  if (endpoint_) return context_.hub.quit(*endpoint_, reason);
  peer_.close(reason);
}

void chat_protocol::leave(bool for_good) {
  question_.reset(); // its answer goes nowhere
  if (endpoint_) context_.hub.leave(*std::exchange(endpoint_, nullptr), for_good);
}

void chat_protocol::ready() {
  if (endpoint_) hub::ready(*endpoint_);
}

std::string_view chat_protocol::name() const noexcept {
  return endpoint_ ? std::string_view(endpoint_->name()) : std::string_view();
}

std::string_view chat_protocol::user() const noexcept {
  return endpoint_ ? std::string_view(endpoint_->of().user()) : std::string_view();
}

void chat_protocol::ask_who(credentials c) {
  context_.doing("login");
  c.address = peer_.address();
  c.certificate = peer_.certificate();
  c.shown = peer_.verified_certificate();
  c.session = peer_.number();
  question_ = std::make_shared<chat_protocol*>(this);
  peer_.hold(true);
  context_.authenticator.admit(std::move(c),
                               [asked = std::weak_ptr(question_)](authenticator::answer a) {
                                 if (const auto by = asked.lock()) (*by)->answered(std::move(a));
                               });
}

void chat_protocol::answered(authenticator::answer a) {
  question_.reset();
  peer_.hold(false);
  if (const auto* yes = std::get_if<admission>(&a)) return admitted(*yes);
  ++context_.counters.refused_logins;
  denial& no = std::get<denial>(a);
  if (no.retry_after) {
    constexpr std::string_view later = "; try again later";
    if (no.why.message.ends_with(later))
      no.why.message.resize(no.why.message.size() - later.size());
    no.why.message += fmt::format("; try again in {} s", no.retry_after->count());
  }
  context_.log(severity::warning, fmt::format("auth fail from {}", peer_.address()),
               {{"reason", no.why.message}});
  if (no.close) return peer_.close({*no.close, no.why.message});
  denied(no);
}

result<void> chat_protocol::enter(login l) {
  if (context_.config.sender_addresses) l.address = peer_.address();
  l.session = peer_.number();
  l.host = host_key(peer_.address());
  const result<endpoint*> entered = context_.hub.enter(*this, l);
  if (!entered) return entered.error();
  endpoint_ = *entered;
  peer_.logged_in();
  return {};
}

backpressure chat_protocol::deliver(const shared_event& e) {
  const shared_bytes& bytes = encoder_(e);
  return bytes ? peer_.send(bytes) : backpressure::ready;
}

backpressure chat_protocol::deliver_all(const entry_group& g) {
  backpressure left = backpressure::ready;
  for (const shared_bytes& part : encoder_(g))
    left = peer_.send(part);
  return left;
}

std::size_t framed_protocol::max_request_bytes() const noexcept {
  return wire::header_bytes + payload_cap_;
}

std::size_t framed_protocol::feed(std::string_view received) {
  const wire::found_frame f = wire::find_frame(received, payload_cap_);
  if (f.status == wire::frame_status::frame) on_frame(f.payload);
  if (f.status == wire::frame_status::too_large) remote().close(too_large(f.announced));
  return f.bytes;
}

} // namespace asio_chat::net
