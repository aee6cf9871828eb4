#include "client/outstanding.hpp"

#include "base/sanitize.hpp"
#include "wire/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
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

/// What stands in a frame besides the text, about.
constexpr std::size_t overhead = 128;
/// A text that fits a frame, even if every character has to be escaped.
constexpr std::size_t surely_fits = (wire::native_payload_cap - 1024) / 6;

/// The bytes of it that the program has given.
std::size_t given_bytes(const native::request& r) {
  if (const auto* s = std::get_if<native::send>(&r)) return s->room.size() + s->text.size();
  if (const auto* c = std::get_if<native::command_line>(&r)) return c->room.size() + c->line.size();
  if (const auto* j = std::get_if<native::join>(&r)) return j->room.size();
  if (const auto* h = std::get_if<native::history>(&r)) return h->room.size();
  return 0;
}

/// Of a frame that would be too long for the server, in the version that needs more; else nothing.
std::optional<std::size_t> too_many_bytes(const native::request& r) {
  if (given_bytes(r) <= surely_fits) return std::nullopt;
  const std::size_t bytes = native::encode(r).size();
  if (bytes <= wire::header_bytes + wire::native_payload_cap) return std::nullopt;
  return bytes;
}

failure too_long(std::size_t bytes, std::size_t max) {
  return fail(errc::text_too_long,
              fmt::format("the message has {} bytes; at most {} can be sent", bytes, max));
}

bool can_be_id(std::string_view id) {
  return id.size() <= native::id_bytes &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c <= '~'; });
}

failure not_an_id() {
  return fail(errc::bad_arguments,
              fmt::format("outgoing_message::id must be 1 to {} characters of printable ASCII "
                          "without spaces",
                          native::id_bytes));
}

} // namespace

bool resend_queue::has_room_for(std::size_t bytes) const noexcept {
  return messages_.size() < max_messages && bytes_ + bytes <= max_bytes;
}

std::uint64_t resend_queue::add(native::send what, std::size_t bytes, pending<acknowledged> waiting,
                                bool sent, std::string id) {
  bytes_ += bytes;
  ++last_;
  if (!id.empty()) own_ids_.emplace(id, last_);
  std::string name = what.id;
  messages_.emplace(last_, message{std::move(what), std::move(name), bytes, std::move(waiting),
                                   sent ? progress::given : progress::waits, std::move(id)});
  return last_;
}

void resend_queue::cancel(std::uint64_t number, bool with_effects, const failure& why,
                          const request_remover& remove) {
  const auto found = messages_.find(number);
  if (found == messages_.end()) return;
  message& m = found->second;
  if (m.got_to == progress::waits || (m.got_to == progress::given && remove(m.name))) {
    take(found).mapped().waiting.fail(why);
  } else if (with_effects) {
    m.waiting.fail(why);
  }
}

void resend_queue::send_all(const request_sender& send) {
  for (auto& [number, m] : messages_) {
    m.got_to = m.got_to == progress::waits ? progress::given : progress::exposed;
    send(m.what);
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

resend_queue::message_map::node_type resend_queue::take(std::string_view id) {
  if (const auto own = own_ids_.lower_bound(id); own != own_ids_.end() && own->first == id)
    return take(messages_.find(own->second));
  return take(messages_.find(number_of(id, prefix_)));
}

resend_queue::message_map::node_type resend_queue::take(message_map::iterator found) {
  if (found == messages_.end()) return {};
  auto taken = messages_.extract(found);
  const message& m = taken.mapped();
  bytes_ -= m.bytes;
  if (m.id.empty()) return taken;
  const auto [first, last] = own_ids_.equal_range(m.id);
  own_ids_.erase(
      std::find_if(first, last, [&](const auto& own) { return own.second == taken.key(); }));
  return taken;
}

void resend_queue::give_up(const std::string& why) {
  bytes_ = 0;
  own_ids_.clear();
  for (auto& [number, m] : std::exchange(messages_, {})) {
    m.waiting.fail(
        m.got_to != progress::waits
            ? fail(errc::connection_lost,
                   fmt::format("sent, but not acknowledged: it may or may not be kept ({})", why))
            : fail(errc::not_connected, fmt::format("not sent: {}", why)));
  }
}

void resend_queue::fail_all(const failure& why) {
  bytes_ = 0;
  own_ids_.clear();
  for (auto& [number, m] : std::exchange(messages_, {}))
    m.waiting.fail(why);
}

void pending_requests::cancel(std::uint64_t number, bool with_effects, const failure& why,
                              const request_remover& remove) {
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  const auto fail = [&why](auto& w) { w.fail(why); };
  if (remove(prefix_ + std::to_string(number))) {
    std::visit(fail, open_.extract(found).mapped().who);
  } else if (with_effects || found->second.idempotent) {
    std::visit(fail, found->second.who);
  }
}

template <class T>
std::optional<pending<T>> pending_requests::take(const std::string& ref) {
  const auto found = open_.find(number_of(ref, prefix_));
  if (found == open_.end()) return std::nullopt;
  auto* wanted = std::get_if<pending<T>>(&found->second.who);
  if (!wanted) return std::nullopt;
  std::optional<pending<T>> taken(std::move(*wanted));
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
  command->succeed(reply{a.id, "", {}, {}});
  return true;
}

bool pending_requests::settle(reply& r) {
  auto command = take<reply>(r.ref);
  if (!command) return false;
  command->succeed(std::move(r));
  return true;
}

bool pending_requests::settle(const room_state& s) {
  auto command = take<reply>(s.ref);
  if (!command) return false;
  command->succeed(reply{s.ref, "join", {}, {s.room}});
  return true;
}

bool pending_requests::settle(history_page& p) {
  auto history = take<history_page>(p.ref);
  if (!history) return false;
  history->succeed(std::move(p));
  return true;
}

bool pending_requests::settle(const refused& r) {
  const auto found = open_.find(number_of(r.ref, prefix_));
  if (found == open_.end()) return false;
  waiting w = std::move(found->second.who);
  open_.erase(found);
  std::visit([&r](auto& p) { p.fail(fail(r.code, r.message)); }, w);
  return true;
}

void pending_requests::fail_all(const failure& why) {
  auto all = std::exchange(open_, {});
  for (auto& [number, r] : all)
    std::visit([&why](auto& p) { p.fail(why); }, r.who);
}

outstanding::outstanding()
    : messages_(unlikely_prefix())
    , requests_(unlikely_prefix()) {}

std::uint64_t outstanding::say(pending<acknowledged> waiting, outgoing_message m,
                               std::size_t max_text, const request_sender& send) {
  const auto refuse = [&waiting](failure why) {
    waiting.fail(std::move(why));
    return std::uint64_t{0};
  };
  if (m.text.size() > max_text) return refuse(too_long(m.text.size(), max_text));
  if (!m.id.empty() && !can_be_id(m.id)) return refuse(not_an_id());
  native::request what(native::send{m.id.empty() ? messages_.next_id() : m.id, std::move(m.room),
                                    sanitize(m.text), m.kind, m.refers});
  if (const auto too_many = too_many_bytes(what))
    return refuse(too_long(*too_many, wire::native_payload_cap));
  const std::size_t bytes = given_bytes(what) + overhead;
  if (!send && !messages_.has_room_for(bytes)) {
    return refuse(
        fail(errc::not_connected,
             fmt::format("there is no connection now, and no more than {} messages or {} bytes "
                         "wait for the next one",
                         resend_queue::max_messages, resend_queue::max_bytes)));
  }
  if (send) send(what);
  return messages_.add(std::get<native::send>(std::move(what)), bytes, std::move(waiting),
                       static_cast<bool>(send), std::move(m.id));
}

std::uint64_t outstanding::ask(pending_requests::waiting waiting, const native::request& what,
                               bool idempotent, const request_sender& send) {
  if (const auto bytes = too_many_bytes(what)) {
    const failure why = too_long(*bytes, wire::native_payload_cap);
    std::visit([&why](auto& w) { w.fail(why); }, waiting);
    return 0;
  }
  const auto number = requests_.add(std::move(waiting), idempotent);
  send(what);
  return number;
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
