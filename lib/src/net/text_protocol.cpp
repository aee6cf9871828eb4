// [passphrase,] name, then lines. docs/protocol.md

#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/command_table.hpp"
#include "model/names.hpp"
#include "net/passphrase.hpp"
#include "net/protocol.hpp"
#include "net/resume_token.hpp"
#include "wire/command_line.hpp"
#include "wire/frame.hpp"
#include "wire/text_codec.hpp"

#include <fmt/format.h>

#include <cassert>

namespace asio_chat::net {

namespace {

class text_protocol final : public protocol, public sink {
 public:
  text_protocol(peer& p, const house& h)
      : peer_(p)
      , house_(h)
      , state_(h.config.passphrase ? state::passphrase : state::name) {}
  ~text_protocol() override { assert(!member_); }

  void on_frame(std::string_view payload) override {
    switch (state_) {
    case state::passphrase:
      return take_passphrase(payload);
    case state::name:
      return take_name(payload);
    case state::live:
      return take_line(payload);
    }
  }

  close_reason too_large(std::size_t) const override {
    return {close_code::frame_too_large,
            fmt::format("message too large: at most {} bytes", wire::text_payload_cap)};
  }

  shared_bytes goodbye(const close_reason& reason) const override {
    return house_.encoders.alone(wire::text::encode(reason));
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
    const shared_bytes& bytes = house_.encoders.text(e);
    return bytes ? peer_.send(bytes) : appetite::hungry;
  }
  appetite deliver_all(const entry_group& g) override {
    return send_all(peer_, house_.encoders.text(g));
  }
  bool full() const noexcept override { return peer_.full(); }
  void hold(bool on) override { peer_.hold(on); }
  void wind_down(const close_reason& reason) override { peer_.wind_down(reason); }
  void close(close_reason reason) override { peer_.close(std::move(reason)); }
  answers::protection protection() const override { return peer_.protection(); }

 private:
  enum class state { passphrase, name, live };

  void take_passphrase(std::string_view payload) {
    house_.doing("login");
    if (!same_passphrase(trim(payload), *house_.config.passphrase)) {
      house_.log(severity::warning, fmt::format("auth fail from {}", peer_.address()));
      peer_.close({close_code::wrong_passphrase, "wrong passphrase"});
      return;
    }
    peer_.send(house_.encoders.alone(wire::frame(wire::text::passphrase_right)));
    state_ = state::name;
  }

  void take_name(std::string_view payload) {
    house_.doing("login");
    // A client of this protocol cannot be asked again: whatever it says becomes a name.
    const std::string wish(trim(sanitize(payload)));
    std::string name = mend_member_name(wish, house_.hub.limits());
    if (name.empty()) name = fmt::format("anon-{}", peer_.port());
    const identity who = make_identity();
    name = house_.hub.free_name(name, who);
    const result<member*> entered =
        house_.hub.enter(*this, {who, name, false, false, shown_address(peer_, house_)});
    if (!entered) {
      peer_.close({close_code::protocol_error, entered.error().message});
      return;
    }
    member_ = *entered;
    state_ = state::live;
    peer_.logged_in();
    if (!wish.empty() && name != wish) {
      peer_.send(house_.encoders.alone(
          wire::text::encode_notice(fmt::format("you are known as {}", name))));
    }
    // No history on joining: clients ask for it with /history.
    house_.hub.dispatch(*member_, {house_.hub.default_room(), {}, requests::join{{}, 0}});
    if (member_->seats().empty())
      peer_.close({close_code::protocol_error, "there is no other room for you"});
  }

  void take_line(std::string_view payload) {
    const std::string_view line = trim(payload);
    if (is_blank(line)) return;
    const wire::typed_line typed = wire::parse_command_line(line);
    house_.hub.dispatch(*member_, read_command(typed.name, typed.arguments, {}, {}, false));
  }

  peer& peer_;
  const house& house_;
  state state_;
  member* member_ = nullptr;
};

} // namespace

std::unique_ptr<protocol> make_text_protocol(peer& p, const house& h) {
  return std::make_unique<text_protocol>(p, h);
}

} // namespace asio_chat::net
