#include "net/protocols/native/native_protocol.hpp"

#include "domain/command_table.hpp"
#include "model/command_text.hpp"
#include "net/protocols/chat_protocol.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/version.hpp>

#include <fmt/format.h>

#include <type_traits>
#include <variant>

namespace asio_chat::net {

namespace {

namespace native = wire::native;

constexpr int max_refused_logins = 10;

class native_session final : public framed_protocol {
 public:
  native_session(net::peer& p, const session_context& c, encode_once& encoder)
      : framed_protocol(p, c, encoder, wire::native_payload_cap) {}

  shared_bytes goodbye(const close_reason& reason) const override {
    return alone(native::encode(native::goodbye{reason}));
  }

 private:
  void on_frame(std::string_view payload) override {
    native::decoded<native::request> decoded = native::parse_request(payload);
    if (const auto* bad = std::get_if<native::bad_message>(&decoded)) {
      if (!is_in()) return refuse(bad->ref, bad->why);
      return ask({}, bad->ref, requests::unreadable{bad->why});
    }
    std::visit([this](auto& r) { take(r); }, std::get<native::request>(decoded));
  }
  close_reason too_large(std::size_t announced) const override {
    return {close_code::frame_too_large, fmt::format("message too large: {} bytes, at most {}",
                                                     announced, wire::native_payload_cap)};
  }

  template <class Request>
  void take(Request& r) {
    constexpr bool before_login = std::is_same_v<Request, native::hello> ||
                                  std::is_same_v<Request, native::ping> ||
                                  std::is_same_v<Request, native::bye>;
    if constexpr (!before_login) {
      if (!is_in())
        return refuse(ref_of(r), fail(errc::login_required, "log in first: send a hello"));
    }
    handle(r);
  }

  void handle(native::hello& h) {
    if (is_in()) return refuse("", fail(errc::already_logged_in, "you are logged in already"));
    hello_ = std::move(h);
    ask_who({.name = hello_.name,
             .passphrase = hello_.passphrase,
             .token = hello_.resume,
             .keeps_token = true});
  }
  void admitted(const admission& a) override {
    const native::hello h = std::exchange(hello_, {});
    asio_chat::hub& hub = context().hub;
    const std::string& wish = a.name.empty() ? h.name : a.name;
    const std::string name =
        wish.empty() ? hub.free_name(fmt::format("anon-{}", remote().port()), a.who) : wish;
    const auto entered = enter({.who = a.who,
                                .name = name,
                                .may_come_back = a.may_come_back,
                                .may = a.may,
                                .data_replies = h.data_replies,
                                .user = a.user});
    if (!entered) {
      // The client may try another name on the same connection.
      context().log(severity::info, fmt::format("Login from {} refused", remote().address()),
                    {{"name", name}, {"reason", entered.error().message}});
      return refuse_login(entered.error());
    }
    if (!h.agent.empty()) {
      context().log(severity::debug, fmt::format("Client of {}", this->name()),
                    {{"agent", h.agent}});
    }
    send_alone(native::encode(native::welcome{
        std::string(this->name()), fmt::format("asio-chatd {}", version_string),
        hub.limits().text_bytes, command_names(hub.own_commands()), a.token,
        context().config.limits.idle_time,
        h.data_replies ? command_syntax(hub.own_commands()) : std::vector<command_info>()}));
    const std::string room = h.room.value_or(hub.default_room());
    if (!room.empty()) ask(room, "", requests::join{h.after, h.history});
  }
  void denied(const denial& d) override {
    hello_ = {}; // with its secrets
    refuse_login(d.why);
  }
  /// Each attempt is a line of the log: a client with a name that is taken needs a few of them.
  void refuse_login(const failure& why) {
    refuse("", why);
    if (++refused_logins_ == max_refused_logins)
      remote().close({close_code::protocol_error, "too many refused logins on one connection"});
  }

  void handle(const native::join& j) { ask(j.room, j.ref, requests::join{j.after, j.history}); }
  void handle(const native::leave& l) { ask(l.room, l.ref, requests::leave{}); }
  void handle(native::send& s) {
    if (s.kind == entry_kind::action)
      return ask(std::move(s.room), s.id, requests::act{std::move(s.text), s.id});
    ask(std::move(s.room), s.id, requests::say{std::move(s.text), s.id});
  }
  void handle(const native::command_line& c) {
    const parsed_line typed = parse_command_line(c.line);
    dispatch(read_command(typed.name, typed.arguments, c.room, c.ref, true,
                          &context().hub.own_commands()));
  }
  void handle(const native::history& h) { ask(h.room, h.ref, requests::history{h.part}); }
  void handle(const native::ping& p) {
    context().doing("ping");
    send_alone(native::encode(native::pong{p.ref}));
  }
  void handle(const native::bye&) { quit({close_code::quit, "goodbye"}); }

  void refuse(std::string_view ref, const failure& why) {
    send_alone(native::encode(event(refusal_of(ref, why))));
  }

  template <class Request>
  static std::string ref_of(const Request& r) {
    if constexpr (requires { r.ref; }) return r.ref;
    if constexpr (requires { r.id; }) return r.id;
    return {};
  }

  int refused_logins_ = 0;
  native::hello hello_; ///< while it is asked who said it
};

std::string encode(const event& e) {
  return native::encode(e);
}

std::unique_ptr<protocol> make(net::peer& p, const session_context& c, encode_once& encoder) {
  return std::make_unique<native_session>(p, c, encoder);
}

} // namespace

protocol_row native_protocol() {
  return {native_alpn, nullptr, encode, make};
}

} // namespace asio_chat::net
