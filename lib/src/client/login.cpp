#include "client/login.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::client_room {

namespace native = wire::native;

namespace {

failure failure_of(const close_reason& reason) {
  errc code = errc::closed_by_server;
  if (reason.code == close_code::wrong_passphrase) code = errc::wrong_passphrase;
  if (reason.code == close_code::server_stopping) code = errc::server_stopping;
  if (reason.code == close_code::login_timeout) code = errc::timed_out;
  if (reason.code == close_code::protocol_error || reason.code == close_code::frame_too_large) {
    code = errc::protocol_error;
  }
  return fail(code, "the server closed the connection: " + reason.phrase);
}

} // namespace

login::login(native::hello hello, std::vector<native::join> rooms, bool again)
    : rooms_(std::move(rooms))
    , direct_(hello.direct_rooms)
    , again_(again) {
  native::join first = rooms_.empty() ? native::join() : rooms_.front();
  hello.room = std::move(first.room);
  hello.after = first.after;
  hello.history = first.history;
  requests_.emplace_back(std::move(hello));
}

std::vector<native::request> login::take_requests() {
  return std::exchange(requests_, {});
}

login::outcome login::on(const native::welcome& w) {
  if (welcome_) return fail_with(fail(errc::protocol_error, "the server said welcome twice"));
  welcome_ = w;
  for (std::size_t i = 1; i < rooms_.size(); ++i) {
    rooms_[i].ref = fmt::format("join-{}", i);
    requests_.emplace_back(rooms_[i]);
  }
  if (direct_) requests_.emplace_back(native::join{std::string(direct_ref), "@"});
  return progress();
}

login::outcome login::on(const room_state& state) {
  // One without a reference answers the hello, or tells who is in a room once more.
  if (state.ref.empty() && std::exchange(first_answered_, true)) return progress();
  ++answered_;
  return progress();
}

login::outcome login::on(const refused& no) {
  if (!welcome_ || !again_) return fail_with(fail(no.code, no.message));
  if (no.ref.empty()) first_answered_ = true;
  ++answered_;
  return progress();
}

login::outcome login::on(const native::goodbye& g) {
  goodbye_ = g.reason;
  return fail_with(failure_of(g.reason));
}

std::string_view login::room_of(const refused& no) const noexcept {
  const auto asked = std::ranges::find(rooms_, no.ref, &native::join::ref);
  return asked != rooms_.end() ? std::string_view(asked->room) : std::string_view();
}

login::outcome login::progress() const noexcept {
  return welcome_ && answered_ >= rooms_.size() ? outcome::done : outcome::under_way;
}

login::outcome login::fail_with(failure f) {
  why_ = std::move(f);
  return outcome::failed;
}

} // namespace asio_chat::client_room
