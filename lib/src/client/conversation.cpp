#include "client/conversation.hpp"

#include "client/reconnection.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::client_room {

namespace native = wire::native;

conversation::conversation(std::shared_ptr<const client_config> config)
    : config_(std::move(config))
    , read_(config_->history, config_->resume.positions)
    , token_(config_->resume.token) {}

void conversation::begin() {
  membership_ = membership({}, {}, config_->resume.account);
  wanted_ = membership(config_->name, config_->room, config_->resume.account);
}

void conversation::open(tls_info tls, bool again, std::string ids) {
  tls_ = std::move(tls);
  again_ = again;
  native::hello hello;
  hello.name = wanted_.name();
  hello.passphrase = config_->passphrase;
  hello.agent = "asio-chat";
  hello.data_replies = true;
  hello.ids = std::move(ids);
  hello.direct_rooms = config_->direct_rooms;
  if (!token_.empty()) hello.resume = token_;
  membership_.forget_rooms();
  std::vector<native::join> rooms;
  for (const std::string& room : wanted_.rooms())
    rooms.push_back(join("", room));
  login_.emplace(std::move(hello), std::move(rooms), again);
}

void conversation::break_off() noexcept {
  login_.reset();
  early_.clear();
}

conversation::next conversation::on(native::message& m) {
  if (auto* e = std::get_if<event>(&m)) return on(*e);
  if (const auto* w = std::get_if<native::welcome>(&m)) return on(*w);
  if (const auto* g = std::get_if<native::goodbye>(&m)) return on(*g);
  return next::nothing;
}

conversation::next conversation::on(event& e) {
  left_ = membership_.observe(e);
  if (left_) read_.forget(*left_);
  // An older server has no such rooms.
  const auto* refusal = std::get_if<refused>(&e);
  const auto* answer = std::get_if<reply>(&e);
  if ((refusal && refusal->ref == login::direct_ref) ||
      (answer && answer->ref == login::direct_ref))
    return next::nothing;
  if (!login_) return next::tell;
  login::outcome outcome = login::outcome::under_way;
  if (const auto* joined = std::get_if<room_state>(&e)) outcome = login_->on(*joined);
  if (auto* no = std::get_if<refused>(&e)) {
    outcome = login_->on(*no);
    no->message = fmt::format("you are not in {} any more: {}", login_->room_of(*no), no->message);
  }
  early_.push_back(std::move(e));
  return follow(outcome);
}

conversation::next conversation::on(const native::welcome& w) {
  if (!login_) return next::nothing;
  membership_.named(w.name);
  // Also of one who is not let into the room then: the server holds the name for this member.
  if (!w.resume.empty()) token_ = w.resume;
  const next n = follow(login_->on(w));
  return n == next::nothing ? next::welcomed : n;
}

conversation::next conversation::on(const native::goodbye& g) {
  return login_ ? follow(login_->on(g)) : next::goodbye;
}

conversation::next conversation::follow(login::outcome outcome) {
  if (outcome == login::outcome::failed) return next::failed;
  if (outcome == login::outcome::under_way) return next::nothing;
  text_bytes_ = login_->welcome().text_bytes;
  return next::logged_in;
}

std::vector<native::request> conversation::take_requests() {
  return login_ ? login_->take_requests() : std::vector<native::request>();
}

const std::optional<std::chrono::milliseconds>& conversation::idle_time() const {
  return login_->welcome().idle_time;
}

connected conversation::take_connected() {
  const native::welcome& w = login_->welcome();
  connected news{membership_.name(), tls_, w.text_bytes, w.commands, again_, w.syntax};
  login_.reset();
  return news;
}

conversation::ending conversation::login_failure() const {
  return {login_->why(), login_->goodbye().value_or(reason_of(login_->why()))};
}

native::join conversation::join(std::string ref, std::string room) const {
  const auto after = read_.of(proper_room_name(room));
  return {std::move(ref), std::move(room), after, after ? std::nullopt : config_->history};
}

} // namespace asio_chat::client_room
