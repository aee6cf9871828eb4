#include "client/outstanding.hpp"

#include "base/sanitize.hpp"
#include "wire/frame.hpp"

#include <fmt/format.h>

#include <charconv>
#include <random>
#include <utility>

namespace asio_chat::client_room {

namespace native = wire::native;

namespace {

/// Returns the number at the end of an id or a reference. Returns 0, which is never assigned, if
/// the prefix does not match or no number follows it.
std::uint64_t number_of(std::string_view reference, std::string_view prefix) noexcept {
  if (!reference.starts_with(prefix)) return 0;
  reference.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const char* end = reference.data() + reference.size();
  const auto [stop, error] = std::from_chars(reference.data(), end, number);
  return error == std::errc() && stop == end ? number : 0;
}

/// Makes the ids of this client unique among all clients.
std::string unlikely_prefix() {
  std::random_device source;
  return fmt::format("{:08x}{:08x}", source(), source());
}

bool fits(const std::string& frame) {
  return frame.size() <= wire::header_bytes + wire::native_payload_cap;
}

failure too_long(std::size_t bytes, std::size_t max) {
  return fail(errc::text_too_long,
              fmt::format("the message has {} bytes; at most {} can be sent", bytes, max));
}

} // namespace

bool resend_queue::has_room_for(std::string_view frame) const noexcept {
  return messages_.size() < max_messages && bytes_ + frame.size() <= max_bytes;
}

void resend_queue::add(std::string frame, pending<acknowledged> waiting, bool sent) {
  bytes_ += frame.size();
  messages_.emplace(++last_, message{std::move(frame), std::move(waiting), sent});
}

void resend_queue::send_all(const frame_sender& send) {
  for (auto& [number, m] : messages_) {
    m.sent = true;
    send(m.frame);
  }
}

bool resend_queue::settle(const event& e) {
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

std::map<std::uint64_t, resend_queue::message>::node_type resend_queue::take(std::string_view id) {
  auto found = messages_.extract(number_of(id, prefix_));
  if (found) bytes_ -= found.mapped().frame.size();
  return found;
}

void resend_queue::give_up(const std::string& why) {
  bytes_ = 0;
  for (auto& [number, m] : std::exchange(messages_, {})) {
    m.waiting.fail(
        m.sent
            ? fail(errc::connection_lost,
                   fmt::format("sent, but not acknowledged: it may or may not be kept ({})", why))
            : fail(errc::not_connected, fmt::format("not sent: {}", why)));
  }
}

void resend_queue::fail_all(const failure& why) {
  bytes_ = 0;
  for (auto& [number, m] : std::exchange(messages_, {}))
    m.waiting.fail(why);
}

template <class T>
pending<T> pending_requests::take(const std::string& ref) {
  const auto found = open_.find(number_of(ref, prefix_));
  if (found == open_.end()) return {};
  auto* wanted = std::get_if<pending<T>>(&found->second);
  if (!wanted) return {};
  pending<T> taken = std::move(*wanted);
  open_.erase(found);
  return taken;
}

bool pending_requests::settle(event& e) {
  if (const auto* a = std::get_if<acknowledged>(&e)) return settle(*a);
  if (auto* r = std::get_if<reply>(&e)) return settle(*r);
  if (auto* p = std::get_if<history_page>(&e)) return settle(*p);
  if (const auto* s = std::get_if<room_state>(&e)) return settle(*s);
  if (const auto* r = std::get_if<refused>(&e)) return settle(*r);
  return false;
}

bool pending_requests::settle(const acknowledged& a) {
  // A command that says something is acknowledged like a message.
  auto command = take<reply>(a.id);
  if (!command) return false;
  command.succeed(reply{a.id, "", {}, {}});
  return true;
}

bool pending_requests::settle(reply& r) {
  auto command = take<reply>(r.ref);
  if (!command) return false;
  command.succeed(std::move(r));
  return true;
}

bool pending_requests::settle(const room_state& s) {
  auto command = take<reply>(s.ref);
  if (!command) return false;
  command.succeed(reply{s.ref, "join", {}, {s.room}});
  return true;
}

bool pending_requests::settle(history_page& p) {
  auto history = take<history_page>(p.ref);
  if (!history) return false;
  history.succeed(std::move(p));
  return true;
}

bool pending_requests::settle(const refused& r) {
  const auto found = open_.find(number_of(r.ref, prefix_));
  if (found == open_.end()) return false;
  waiting w = std::move(found->second);
  open_.erase(found);
  std::visit([&r](auto& p) { p.fail(fail(r.code, r.message)); }, w);
  return true;
}

void pending_requests::fail_all(const failure& why) {
  auto all = std::exchange(open_, {});
  for (auto& [number, w] : all)
    std::visit([&why](auto& p) { p.fail(why); }, w);
}

outstanding::outstanding()
    : messages_(unlikely_prefix())
    , requests_(unlikely_prefix()) {}

void outstanding::say(pending<acknowledged> waiting, std::string room, std::string_view text,
                      std::size_t max_text, const frame_sender& send) {
  if (text.size() > max_text) return waiting.fail(too_long(text.size(), max_text));
  std::string frame = native::encode(native::request(
      native::send{messages_.next_id(), std::move(room), sanitize(text), entry_kind::message}));
  if (!fits(frame)) return waiting.fail(too_long(frame.size(), wire::native_payload_cap));
  if (!send && !messages_.has_room_for(frame)) {
    return waiting.fail(
        fail(errc::not_connected,
             fmt::format("there is no connection now, and no more than {} messages or {} bytes "
                         "wait for the next one",
                         resend_queue::max_messages, resend_queue::max_bytes)));
  }
  if (send) send(frame);
  messages_.add(std::move(frame), std::move(waiting), static_cast<bool>(send));
}

void outstanding::ask(pending_requests::waiting waiting, const native::request& what,
                      const frame_sender& send) {
  const std::string frame = native::encode(what);
  if (!fits(frame)) {
    const failure why = too_long(frame.size(), wire::native_payload_cap);
    return std::visit([&why](auto& w) { w.fail(why); }, waiting);
  }
  requests_.add(std::move(waiting));
  send(frame);
}

void outstanding::give_up(const failure& why) {
  messages_.give_up(why.message);
  requests_.fail_all(why);
}

void outstanding::abort(const failure& why) {
  messages_.fail_all(why);
  requests_.fail_all(why);
}

} // namespace asio_chat::client_room
