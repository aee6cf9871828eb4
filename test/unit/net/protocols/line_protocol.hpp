// A protocol for telnet, of which only tests know: a line is said, and what others say is a line.
// The first line is the name. It shows all that a new protocol takes: this, and a row.
#pragma once

#include "net/protocols/chat_protocol.hpp"

namespace asio_chat::test {

class line_protocol final : public net::chat_protocol {
 public:
  using chat_protocol::chat_protocol;

  static net::protocol_row row() { return {"", recognise, encode, make}; }

  std::size_t max_request_bytes() const noexcept override { return 1024; }
  std::size_t feed(std::string_view received) override {
    const auto end = received.find('\n');
    if (end == std::string_view::npos) {
      if (received.size() > max_request_bytes())
        remote().close({close_code::frame_too_large, "the line is too long"});
      return 0;
    }
    take(std::string(received.substr(0, end)));
    return end + 1;
  }
  shared_bytes goodbye(const close_reason& why) const override { return alone(why.phrase + "\n"); }

 private:
  void take(std::string line) {
    if (is_in()) return ask({}, {}, requests::say{std::move(line)});
    name_ = std::move(line);
    ask_who({.name = name_});
  }
  void admitted(const admission& a) override {
    if (const auto in = enter({.who = a.who, .name = name_, .many_rooms = false}); !in)
      return remote().close({close_code::protocol_error, in.error().message});
    ask(context().hub.default_room(), {}, requests::join{});
  }
  void denied(const denial& d) override {
    remote().close({close_code::not_trusted, d.why.message});
  }

  static net::recognition recognise(std::string_view received) {
    return received.front() >= 'a' && received.front() <= 'z' ? net::recognition::yes
                                                              : net::recognition::no;
  }
  static std::string encode(const event& e) {
    if (const auto* said = std::get_if<entry>(&e)) return said->from + ": " + said->text + "\n";
    if (const auto* no = std::get_if<refused>(&e)) return no->message + "\n";
    return {};
  }
  static std::unique_ptr<net::protocol> make(net::peer& p, const net::session_context& c,
                                             net::encode_once& encoder) {
    return std::make_unique<line_protocol>(p, c, encoder);
  }

  std::string name_;
};

} // namespace asio_chat::test
