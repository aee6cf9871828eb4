// `asio-chat/1`: a JSON object per frame. docs/protocol.md

#include "domain/command_table.hpp"
#include "net/passphrase.hpp"
#include "net/protocol.hpp"
#include "net/resume_token.hpp"
#include "wire/command_line.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/version.hpp>

#include <fmt/format.h>

#include <cassert>

namespace asio_chat::net {

namespace {

namespace native = wire::native;

class native_protocol final : public protocol, public sink {
 public:
  native_protocol(peer& p, const house& h)
      : peer_(p)
      , house_(h) {}
  ~native_protocol() override { assert(!member_); }

  void on_frame(std::string_view payload) override {
    native::decoded<native::request> decoded = native::parse_request(payload);
    if (const auto* bad = std::get_if<native::bad_message>(&decoded)) {
      if (!member_) return refuse(bad->ref, bad->why);
      return ask({}, bad->ref, requests::unreadable{bad->why});
    }
    auto& request = std::get<native::request>(decoded);
    const bool before_login = std::holds_alternative<native::hello>(request) ||
                              std::holds_alternative<native::ping>(request) ||
                              std::holds_alternative<native::bye>(request);
    if (!member_ && !before_login) {
      refuse(ref_of(request), fail(errc::login_required, "log in first: send a hello"));
      return;
    }
    std::visit([this](auto& r) { handle(r); }, request);
  }

  close_reason too_large(std::size_t announced) const override {
    return {close_code::frame_too_large, fmt::format("message too large: {} bytes, at most {}",
                                                     announced, wire::native_payload_cap)};
  }

  shared_bytes goodbye(const close_reason& reason) const override {
    return house_.encoders.alone(native::encode(native::goodbye{reason}));
  }

  void quit(const close_reason& reason) override {
    if (member_) return house_.hub.quit(*member_, reason);
    peer_.close(reason);
  }
  void leave(bool for_good) override {
    if (member_) house_.hub.leave(*std::exchange(member_, nullptr), for_good);
  }
  void hungry() override {
    if (member_) hub::hungry(*member_);
  }

  std::string_view name() const noexcept override {
    return member_ ? std::string_view(member_->name()) : std::string_view();
  }

  appetite deliver(const shared_event& e) override {
    const shared_bytes& bytes = house_.encoders.native(e);
    return bytes ? peer_.send(bytes) : appetite::hungry;
  }
  appetite deliver_all(const entry_group& g) override {
    return send_all(peer_, house_.encoders.native(g));
  }
  bool full() const noexcept override { return peer_.full(); }
  void hold(bool on) override { peer_.hold(on); }
  void wind_down(const close_reason& reason) override { peer_.wind_down(reason); }
  void close(close_reason reason) override { peer_.close(std::move(reason)); }
  answers::protection protection() const override { return peer_.protection(); }

 private:
  void handle(const native::hello& h) {
    house_.doing("login");
    if (member_) return refuse("", fail(errc::already_logged_in, "you are logged in already"));
    if (const auto& secret = house_.config.passphrase;
        secret && !same_passphrase(h.passphrase.value_or(""), *secret)) {
      house_.log(severity::warning, fmt::format("auth fail from {}", peer_.address()));
      peer_.close({close_code::wrong_passphrase,
                   h.passphrase ? "wrong passphrase" : "this server wants a passphrase"});
      return;
    }
    const std::string token = h.resume.value_or(make_resume_token());
    const result<identity> who = identity_of(token);
    if (!who) return refuse("", who.error());
    const std::string name =
        h.name.empty() ? house_.hub.free_name(fmt::format("anon-{}", peer_.port()), *who) : h.name;
    const result<member*> entered =
        house_.hub.enter(*this, {*who, name, true, true, shown_address(peer_, house_),
                                 rights::all(), h.data_replies});
    if (!entered) {
      // The client may try another name on the same connection.
      house_.log(severity::info, fmt::format("Login from {} refused", peer_.address()),
                 {{"name", name}, {"reason", entered.error().message}});
      return refuse("", entered.error());
    }
    member_ = *entered;
    peer_.logged_in();
    peer_.send(house_.encoders.alone(native::encode(native::welcome{
        name, fmt::format("asio-chatd {}", version_string), house_.hub.limits().text_bytes,
        command_names(), token, house_.config.limits.idle_time,
        h.data_replies ? command_syntax() : std::vector<command_info>()})));
    const std::string room = h.room.value_or(house_.hub.default_room());
    if (!room.empty()) ask(room, "", requests::join{h.after, h.history});
  }

  void handle(const native::join& j) { ask(j.room, j.ref, requests::join{j.after, j.history}); }
  void handle(const native::leave& l) { ask(l.room, l.ref, requests::leave{}); }
  void handle(native::send& s) {
    if (s.kind == entry_kind::action)
      return ask(std::move(s.room), s.id, requests::act{std::move(s.text), s.id});
    ask(std::move(s.room), s.id, requests::say{std::move(s.text), s.id});
  }
  void handle(const native::command_line& c) {
    const wire::typed_line typed = wire::parse_command_line(c.line);
    house_.hub.dispatch(*member_, read_command(typed.name, typed.arguments, c.room, c.ref));
  }
  void handle(const native::history& h) { ask(h.room, h.ref, requests::history{h.part}); }
  void handle(const native::ping& p) {
    house_.doing("ping");
    peer_.send(house_.encoders.alone(native::encode(native::pong{p.ref})));
  }
  void handle(const native::bye&) { quit({close_code::quit, "goodbye"}); }

  template <class What>
  void ask(std::string room, std::string ref, What&& what) {
    house_.hub.dispatch(*member_, {std::move(room), std::move(ref), std::forward<What>(what)});
  }

  void refuse(std::string_view ref, const failure& why) {
    const refused r{std::string(ref), static_cast<errc>(why.code.value()), why.message};
    peer_.send(house_.encoders.alone(native::encode(event(r))));
  }

  static std::string ref_of(const native::request& request) {
    return std::visit(
        [](const auto& r) -> std::string {
          if constexpr (requires { r.ref; }) return r.ref;
          if constexpr (requires { r.id; }) return r.id;
          return {};
        },
        request);
  }

  peer& peer_;
  const house& house_;
  member* member_ = nullptr;
};

} // namespace

std::unique_ptr<protocol> make_native_protocol(peer& p, const house& h) {
  return std::make_unique<native_protocol>(p, h);
}

} // namespace asio_chat::net
