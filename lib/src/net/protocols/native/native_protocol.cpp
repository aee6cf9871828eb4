#include "net/protocols/native/native_protocol.hpp"

#include "net/protocols/native_session.hpp"

#include <asio_chat/tls_config.hpp>

#include <variant>

namespace asio_chat::net {

namespace {

namespace native = wire::native;

class session_1 final : public native_session {
 public:
  using native_session::native_session;

 private:
  native::decoded<native::request> read(std::string_view payload) override {
    return native::parse_request(payload);
  }
  std::string write(const native::message& m) const override {
    return std::visit([](const auto& one) { return native::encode(one); }, m);
  }
};

std::string encode_1(const event& e) {
  return native::encode(e);
}

std::unique_ptr<protocol> make_1(net::peer& p, const session_context& c, encode_once& encoder) {
  return std::make_unique<session_1>(p, c, encoder);
}

} // namespace

protocol_row native_protocol() {
  return {native_alpn, nullptr, encode_1, make_1};
}

} // namespace asio_chat::net
