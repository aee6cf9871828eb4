// The native protocol, in whichever way it is written: the login, and requests into the hub.
#pragma once

#include "net/protocols/chat_protocol.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace asio_chat::net {

/// A version of the protocol reads and writes; what is asked and told is the same in all of them.
class native_session : public framed_protocol {
 public:
  native_session(net::peer& p, const session_context& c, encode_once& encoder)
      : framed_protocol(p, c, encoder, wire::native_payload_cap) {}

  shared_bytes goodbye(const close_reason& reason) const override;

 protected:
  virtual wire::native::decoded<wire::native::request> read(std::string_view payload) = 0;
  virtual std::string write(const wire::native::message& m) const = 0;

 private:
  void on_frame(std::string_view payload) override;
  close_reason too_large(std::size_t announced) const override;
  void admitted(const admission& a) override;
  void denied(const denial& d) override;

  template <class Request>
  void take(Request& r);
  void handle(wire::native::hello& h);
  void handle(wire::native::join& j);
  void handle(wire::native::leave& l);
  void handle(wire::native::send& s);
  void handle(wire::native::command_line& c);
  void handle(wire::native::history& h);
  void handle(wire::native::ping& p);
  void handle(wire::native::bye& b);
  void refuse(std::string_view ref, const failure& why);
  void refuse_login(const failure& why);

  int refused_logins_ = 0;
  wire::native::hello hello_; ///< while it is asked who said it
};

} // namespace asio_chat::net
