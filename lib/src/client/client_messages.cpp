// What the server says: the login, and what comes after it.
#include "client/client_impl.hpp"
#include "client/reconnect_policy.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat {

namespace native = wire::native;
using namespace client_room;

void client::impl::on_open(const tls_info& tls) {
  note_server();
  session_ = tls;
  native::hello hello;
  hello.name = wanted_.name();
  hello.passphrase = config_->passphrase;
  hello.agent = "asio-chat";
  if (!token_.empty()) hello.resume = token_;
  membership_.forget_rooms();
  login_.emplace(std::move(hello), wanted_rooms(), state_ == state::returning);
  for (const native::request& r : login_->take_requests())
    connection_->send(native::encode(r));
}

std::vector<native::join> client::impl::wanted_rooms() const {
  std::vector<native::join> rooms;
  for (const std::string& room : wanted_.rooms())
    rooms.push_back(entrance("", room));
  return rooms;
}

/// Into a room that was had before, behind the last entry of it.
native::join client::impl::entrance(std::string ref, std::string room) const {
  const auto after = bookmarks_.of(proper_room_name(room));
  return {std::move(ref), std::move(room), after, after ? std::nullopt : config_->history};
}

void client::impl::on_message(native::message m) {
  if (auto* e = std::get_if<event>(&m)) {
    on_event(std::move(*e));
  } else if (const auto* w = std::get_if<native::welcome>(&m)) {
    if (login_) {
      membership_.named(w->name);
      connection_->welcomed(w->idle_time);
      on_login(login_->on(*w));
    }
  } else if (const auto* g = std::get_if<native::goodbye>(&m)) {
    if (login_) {
      on_login(login_->on(*g));
    } else if (state_ == state::ready) {
      retire_connection();
      lost(g->reason);
    }
  }
}

void client::impl::on_event(event e) {
  if (const auto left = membership_.observe(e)) {
    bookmarks_.forget(*left);
    events_.given().forget(*left);
  }
  if (!login_) {
    pass_on(std::move(e));
    return;
  }
  login::outcome outcome = login::outcome::under_way;
  if (const auto* joined = std::get_if<room_state>(&e)) outcome = login_->on(*joined);
  if (auto* no = std::get_if<refused>(&e)) {
    outcome = login_->on(*no);
    no->message = fmt::format("you are not in {} any more: {}", login_->room_of(*no), no->message);
  }
  early_.push_back(std::move(e));
  on_login(outcome);
}

void client::impl::on_login(login::outcome outcome) {
  if (outcome == login::outcome::failed) {
    const failure why = login_->why();
    const close_reason reason = login_->goodbye().value_or(reason_of(why));
    retire_connection();
    attempt_failed(why, reason);
    return;
  }
  for (const native::request& r : login_->take_requests())
    connection_->send(native::encode(r));
  if (outcome == login::outcome::done) logged_in();
}

void client::impl::logged_in() {
  const native::welcome& w = login_->welcome();
  text_bytes_ = w.text_bytes;
  if (!w.resume.empty()) token_ = w.resume;
  connected news{membership_.name(), session_, w.text_bytes, w.commands,
                 state_ == state::returning};
  login_.reset();
  state_ = state::ready;
  told_.clear();
  ready_since_ = std::chrono::steady_clock::now();
  connection_->logged_in();
  log(severity::info, "connected", news.name);
  if (news.again) {
    push(std::move(news));
  } else {
    std::exchange(connecting_, {}).succeed(std::move(news));
  }
  for (event& e : std::exchange(early_, {}))
    pass_on(std::move(e));
  // Before anything that is said from now on.
  messages_.send_all([this](const std::string& frame) { connection_->send(frame); });
}

void client::impl::pass_on(event e) {
  if (!bookmarks_.observe(e)) return;
  // An answer is with its caller at once, while events wait to be received.
  if (std::holds_alternative<acknowledged>(e)) events_.given().observe(e);
  if (messages_.settle(e) || requests_.settle(e)) {
    leave_if_answered();
    // A room's state answers `/join` and is news as well.
    if (!std::holds_alternative<room_state>(e)) return;
  }
  push(std::visit([](auto& value) { return client_event(std::move(value)); }, e));
}

} // namespace asio_chat
