#include "client/request_book.hpp"

#include "client/reference.hpp"

#include <utility>

namespace asio_chat::client_room {

template <class T>
pending<T> request_book::take(const std::string& ref) {
  const auto found = open_.find(number_of(ref, prefix_));
  if (found == open_.end()) return {};
  auto* wanted = std::get_if<pending<T>>(&found->second);
  if (!wanted) return {};
  pending<T> taken = std::move(*wanted);
  open_.erase(found);
  return taken;
}

bool request_book::settle(event& e) {
  if (const auto* a = std::get_if<acknowledged>(&e)) return settle(*a);
  if (auto* r = std::get_if<reply>(&e)) return settle(*r);
  if (auto* p = std::get_if<history_page>(&e)) return settle(*p);
  if (const auto* s = std::get_if<room_state>(&e)) return settle(*s);
  if (const auto* r = std::get_if<refused>(&e)) return settle(*r);
  return false;
}

bool request_book::settle(const acknowledged& a) {
  // A command that says something is acknowledged like a message.
  auto command = take<reply>(a.id);
  if (!command) return false;
  command.succeed(reply{a.id, "", {}, {}});
  return true;
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
  const auto found = open_.find(number_of(r.ref, prefix_));
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
