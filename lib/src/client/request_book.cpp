#include "client/request_book.hpp"

#include <charconv>
#include <utility>

namespace asio_chat::client_room {

// 0, which no request has, for what is not a reference of this book.
std::uint64_t request_book::number_of(std::string_view ref) const noexcept {
  if (!ref.starts_with(prefix_)) return 0;
  ref.remove_prefix(prefix_.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(ref.data(), ref.data() + ref.size(), number);
  return error == std::errc() && end == ref.data() + ref.size() ? number : 0;
}

template <class T>
pending<T> request_book::take(const std::string& ref) {
  const auto found = open_.find(number_of(ref));
  if (found == open_.end()) return {};
  auto* wanted = std::get_if<pending<T>>(&found->second);
  if (!wanted) return {};
  pending<T> taken = std::move(*wanted);
  open_.erase(found);
  return taken;
}

bool request_book::settle(event& e) {
  if (auto* a = std::get_if<acknowledged>(&e)) return settle(*a);
  if (auto* r = std::get_if<reply>(&e)) return settle(*r);
  if (auto* p = std::get_if<history_page>(&e)) return settle(*p);
  if (const auto* s = std::get_if<room_state>(&e)) return settle(*s);
  if (const auto* r = std::get_if<refused>(&e)) return settle(*r);
  return false;
}

bool request_book::settle(acknowledged& a) {
  if (auto send = take<acknowledged>(a.id)) {
    send.succeed(std::move(a));
    return true;
  }
  // A command that says something is acknowledged like a message.
  if (auto command = take<reply>(a.id)) {
    command.succeed(reply{a.id, "", {}, {}});
    return true;
  }
  return false;
}

bool request_book::settle(reply& r) {
  auto command = take<reply>(r.ref);
  if (!command) return false;
  command.succeed(std::move(r));
  return true;
}

bool request_book::settle(const room_state& s) {
  auto command = take<reply>(s.ref);
  if (!command) return false;
  command.succeed(reply{s.ref, "join", {}, {s.room}});
  return true;
}

bool request_book::settle(history_page& p) {
  auto history = take<history_page>(p.ref);
  if (!history) return false;
  history.succeed(std::move(p));
  return true;
}

bool request_book::settle(const refused& r) {
  const auto found = open_.find(number_of(r.ref));
  if (found == open_.end()) return false;
  waiting w = std::move(found->second);
  open_.erase(found);
  std::visit([&r](auto& p) { p.fail(fail(r.code, r.message)); }, w);
  return true;
}

void request_book::fail_all(const failure& why) {
  auto all = std::exchange(open_, {});
  for (auto& [number, w] : all)
    std::visit([&why](auto& p) { p.fail(why); }, w);
}

} // namespace asio_chat::client_room
