// What all protocols have in common in which one connection is one member.
#pragma once

#include "accounts/authenticator.hpp"
#include "domain/hub.hpp"
#include "domain/ignore_lists.hpp"
#include "net/protocols/protocol_table.hpp"

#include <memory>
#include <string>
#include <utility>

namespace asio_chat::net {

/// Asks who the client is, enters the hub, and brings requests to it and its events to the peer.
class chat_protocol : public protocol, private sink {
 public:
  chat_protocol(peer& p, const session_context& c, encode_once& encoder)
      : peer_(p)
      , context_(c)
      , encoder_(encoder) {}
  ~chat_protocol() override;

  void quit(const close_reason& reason) final;
  void leave(bool for_good) final;
  void ready() final;
  std::string_view name() const noexcept final;
  std::string_view user() const noexcept final;

 protected:
  net::peer& remote() const noexcept { return peer_; }
  const session_context& context() const noexcept { return context_; }
  bool is_in() const noexcept { return endpoint_ != nullptr; }

  void send_alone(std::string bytes) { peer_.send(alone(std::move(bytes))); }
  shared_bytes alone(std::string bytes) const { return context_.protocols.alone(std::move(bytes)); }

  /// Asks who this is; nothing is read until that is answered. A denial that ends the connection is
  /// not passed on.
  void ask_who(credentials c);
  virtual void admitted(const admission& a) = 0;
  virtual void denied(const denial& d) = 0;

  /// Into the hub, in no room yet. What other members may see of the address is added.
  result<void> enter(login l);

  /// Tells one who has come in, and has heard so, what its account keeps for its clients.
  void tell_lists() const {
    tell_ignored(context_.hub, *endpoint_);
    context_.hub.tell_waiting_role(*endpoint_);
  }

  /// Only of one who is in.
  void dispatch(request&& r) { context_.hub.dispatch(*endpoint_, std::move(r)); }
  template <class What>
  void ask(std::string room, std::string ref, What&& what) {
    dispatch({std::move(room), std::move(ref), std::forward<What>(what)});
  }
  bool is_in_a_room() const noexcept { return !endpoint_->memberships().empty(); }

  backpressure deliver(const shared_event& e) override;
  backpressure deliver_all(const entry_group& g) override;

 private:
  bool full() const noexcept final { return peer_.full(); }
  void hold(bool on) final { peer_.hold(on); }
  void wind_down(const close_reason& reason) final { peer_.wind_down(reason); }
  void close(close_reason reason) final { peer_.close(std::move(reason)); }
  answers::protection protection() const final { return peer_.protection(); }

  void answered(authenticator::answer a);

  net::peer& peer_;
  const session_context& context_;
  encode_once& encoder_;
  endpoint* endpoint_ = nullptr;
  std::shared_ptr<chat_protocol*> question_; ///< while it is asked who this is
};

/// One whose requests come in length-prefixed frames.
class framed_protocol : public chat_protocol {
 public:
  framed_protocol(net::peer& p, const session_context& c, encode_once& encoder,
                  std::size_t payload_cap)
      : chat_protocol(p, c, encoder)
      , payload_cap_(payload_cap) {}

  std::size_t max_request_bytes() const noexcept final;
  std::size_t feed(std::string_view received) final;

 protected:
  /// @param payload lives during the call
  virtual void on_frame(std::string_view payload) = 0;
  /// A frame was announced that is longer than the cap.
  virtual close_reason too_large(std::size_t announced) const = 0;

 private:
  std::size_t payload_cap_;
};

} // namespace asio_chat::net
