#include "net/protocols/text/text_protocol.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/command_table.hpp"
#include "model/command_text.hpp"
#include "model/hidden_members.hpp"
#include "names/member_name.hpp"
#include "net/protocols/chat_protocol.hpp"
#include "wire/frame.hpp"
#include "wire/text_codec.hpp"

#include <fmt/format.h>

#include <optional>

namespace asio_chat::net {

namespace {

class text_session final : public framed_protocol {
 public:
  text_session(net::peer& p, const session_context& c, encode_once& encoder)
      : framed_protocol(p, c, encoder, wire::text_payload_cap)
      , state_(c.authenticator.wants_passphrase() ? state::passphrase : state::name) {}

  shared_bytes goodbye(const close_reason& reason) const override {
    return alone(wire::text::encode(reason));
  }

 private:
  enum class state { passphrase, name, live };

  void on_frame(std::string_view payload) override {
    switch (state_) {
    case state::passphrase:
      passphrase_ = trim(payload);
      return ask_who({.passphrase = passphrase_, .name_follows = true});
    case state::name:
      // A client of this protocol cannot be asked again: whatever it says becomes a name.
      wish_ = trim(sanitize(payload));
      if (known_ && !context().authenticator.wants_name()) return take_name(*known_);
      return ask_who({.name = wish_, .passphrase = std::exchange(passphrase_, std::nullopt)});
    case state::live:
      return take_line(payload);
    }
  }
  close_reason too_large(std::size_t) const override {
    return {close_code::frame_too_large,
            fmt::format("message too large: at most {} bytes", wire::text_payload_cap)};
  }

  void admitted(const admission& a) override {
    if (state_ == state::name) return take_name(a);
    known_ = a;
    state_ = state::name;
    send_alone(wire::frame(wire::text::passphrase_right));
  }
  void denied(const denial& d) override {
    remote().close({close_code::protocol_error, d.why.message}); // there is no second attempt
  }

  void take_name(const admission& a) {
    const hub& in = context().hub;
    const named by = a.name.empty() ? named::by_themselves : named::by_server;
    const std::string nobody = fmt::format("anon-{}", remote().port());
    std::string name = mend_member_name(a.name.empty() ? wish_ : a.name, in.limits());
    name = in.free_name(name.empty() ? nobody : name, a.who, by);
    // With a number behind it a name may have digits of two kinds.
    if (!check_member_name(name, in.limits())) name = in.free_name(nobody, a.who);
    if (const auto entered = enter({.who = a.who,
                                    .name = name,
                                    .many_rooms = false,
                                    .may_come_back = a.may_come_back,
                                    .may = a.may,
                                    .user = a.user,
                                    .as = a.as,
                                    .has_account = a.has_account,
                                    .name_given = by == named::by_server,
                                    .token = a.device,
                                    .token_chosen = a.token_chosen,
                                    .app = a.app,
                                    .certificate = a.certificate});
        !entered)
      return remote().close({close_code::protocol_error, entered.error().message});
    state_ = state::live;
    // One more connection of a member has the name that the member has.
    if (!wish_.empty() && this->name() != wish_)
      send_alone(wire::text::encode_notice(fmt::format("you are known as {}", this->name())));
    tell_lists();
    // No history on joining: clients ask for it with /history.
    ask(context().hub.default_room(), {}, requests::join{{}, 0});
    if (!is_in_a_room())
      remote().close({close_code::protocol_error, "there is no other room for you"});
  }

  /// The people at this protocol's clients see what comes: it is hidden here.
  backpressure deliver(const shared_event& e) override {
    const auto* answer = std::get_if<reply>(&e->value);
    if ((answer && hidden_.take(*answer)) || hidden_.hides(e->value))
      return remote().full() ? backpressure::blocked : backpressure::ready;
    if (answer)
      if (auto fewer = hidden_.without_hidden(*answer))
        return framed_protocol::deliver(share(*std::move(fewer)));
    return framed_protocol::deliver(e);
  }
  backpressure deliver_all(const entry_group& g) override {
    if (hidden_.empty()) return framed_protocol::deliver_all(g);
    backpressure left = backpressure::ready;
    for (const shared_event& e : g.entries())
      left = deliver(e);
    return left;
  }

  void take_line(std::string_view payload) {
    const std::string_view line = trim(payload);
    if (is_blank(line)) return;
    const parsed_line typed = parse_command_line(line);
    dispatch(
        read_command(typed.name, typed.arguments, {}, {}, false, &context().hub.own_commands()));
  }

  state state_;
  std::string wish_;
  std::optional<std::string> passphrase_; ///< until the name is said
  hidden_members hidden_;
  std::optional<admission> known_; ///< by the passphrase, which comes before the name
};

/// It begins with a length below 2^24.
recognition recognise(std::string_view received) {
  return received.front() == 0 ? recognition::yes : recognition::no;
}

std::string encode(const event& e) {
  return wire::text::encode(e);
}

std::unique_ptr<protocol> make(net::peer& p, const session_context& c, encode_once& encoder) {
  return std::make_unique<text_session>(p, c, encoder);
}

} // namespace

protocol_row text_protocol() {
  return {"", recognise, encode, make};
}

} // namespace asio_chat::net
