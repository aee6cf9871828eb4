#include "client/unacknowledged.hpp"

#include "client/reference.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::client_room {

bool unacknowledged::has_room_for(std::string_view frame) const noexcept {
  return messages_.size() < most_messages && bytes_ + frame.size() <= most_bytes;
}

void unacknowledged::add(std::string frame, pending<acknowledged> waiting, bool sent) {
  bytes_ += frame.size();
  messages_.emplace(++last_, message{std::move(frame), std::move(waiting), sent});
}

void unacknowledged::send_all(const std::function<void(const std::string&)>& send) {
  for (auto& [number, m] : messages_) {
    m.sent = true;
    send(m.frame);
  }
}

bool unacknowledged::settle(const event& e) {
  if (const auto* a = std::get_if<acknowledged>(&e)) {
    auto found = take(a->id);
    if (found) found.mapped().waiting.succeed(*a);
    return !found.empty();
  }
  if (const auto* r = std::get_if<refused>(&e)) {
    auto found = take(r->ref);
    if (found) found.mapped().waiting.fail(fail(r->code, r->message));
    return !found.empty();
  }
  return false;
}

std::map<std::uint64_t, unacknowledged::message>::node_type
unacknowledged::take(std::string_view id) {
  auto found = messages_.extract(number_of(id, prefix_));
  if (found) bytes_ -= found.mapped().frame.size();
  return found;
}

void unacknowledged::give_up(const std::string& why) {
  bytes_ = 0;
  for (auto& [number, m] : std::exchange(messages_, {})) {
    m.waiting.fail(
        m.sent
            ? fail(errc::connection_lost,
                   fmt::format("sent, but not acknowledged: it may or may not be kept ({})", why))
            : fail(errc::not_connected, fmt::format("not sent: {}", why)));
  }
}

void unacknowledged::fail_all(const failure& why) {
  bytes_ = 0;
  for (auto& [number, m] : std::exchange(messages_, {}))
    m.waiting.fail(why);
}

} // namespace asio_chat::client_room
