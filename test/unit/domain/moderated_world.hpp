// A world with moderators: members with accounts and roles, each from an address of their own.
#pragma once

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::test {

using lines = std::vector<std::string>;

inline std::string address(int last) {
  std::string bytes(10, '\0');
  bytes += "\xff\xff\xc0";
  bytes.push_back('\0');
  bytes.push_back('\2');
  bytes.push_back(static_cast<char>(last));
  return bytes;
}

struct moderated_world : domain_world {
  using domain_world::domain_world;

  int hosts = 0;

  person& come(const std::string& name, const std::string& room = "lobby") {
    person& p = people.emplace_back();
    login l{new_identity(), name, true, true};
    l.token = l.who;
    l.host = address(++hosts);
    p.self = hub.enter(p.ear, l).value();
    if (!room.empty()) hub.join(*p.self, room, "").value();
    settle();
    return p;
  }
  /// With an account, and a role on the server.
  person& known(const std::string& name, role as = role::member,
                const std::string& room = "lobby") {
    person& p = come(name, room);
    hub.people().change(
        [&, name, as]() -> result<std::vector<fact>> {
          auto a = hub.people().new_account(name, "plain password", as);
          if (!a) return a.error();
          return std::vector<fact>{fact_of(*a)};
        },
        [](const result<void>& r) { CHECK(r.has_value()); });
    run();
    say(p, "/login " + name + " password");
    settle();
    return p;
  }
  lines say(person& p, std::string_view line, std::string_view room = {}) {
    p.ear.events.clear();
    type(p, line, room, "r");
    run();
    if (const auto no = p.ear.last<refused>(); !no.message.empty()) return {no.message};
    return p.ear.last<reply>().lines;
  }
  bool may_speak(person& p, const std::string& room = "lobby") {
    p.ear.events.clear();
    type(p, "hello", room, "r");
    run();
    return p.ear.last<refused>().message.empty();
  }
};

} // namespace asio_chat::test
