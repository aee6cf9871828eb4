// Accounts that write to each other, by clients that have rooms for it and by others.
#pragma once

#include "accounts/direct_facts.hpp"
#include "unit/domain/moderated_world.hpp"

#include <string>
#include <string_view>

namespace asio_chat::test {

struct direct_world : moderated_world {
  using moderated_world::moderated_world;

  /// A connection of an account, which is made if there is none.
  /// @param visits whether it goes into all rooms that have something new
  person& device(const std::string& name, bool visits = true, role as = role::member,
                 rights may = rights::all()) {
    return connect(name, true, visits, as, may);
  }
  /// One whose client is told messages one by one.
  person& plain(const std::string& name) { return connect(name, false, false); }
  /// All that is heard until it is answered.
  heard ask(person& p, std::string_view line, std::string_view room = {}) {
    p.ear.events.clear();
    type(p, line, room, "r");
    run();
    return p.news();
  }
  void remove_account(const std::string& name) {
    hub.people().change(
        [&, name]() -> result<std::vector<fact>> {
          return hub.people().removal_of(*hub.people().find(name));
        },
        [](const result<void>& r) { CHECK(r.has_value()); });
    run();
  }

 private:
  person& connect(const std::string& name, bool rooms, bool visits, role as = role::member,
                  rights may = rights::all()) {
    if (!hub.people().find(name)) {
      hub.people().change(
          [&, name, as]() -> result<std::vector<fact>> {
            auto a = hub.people().new_account(name, "plain password", as);
            if (!a) return a.error();
            return std::vector<fact>{fact_of(*a)};
          },
          [](const result<void>& r) { CHECK(r.has_value()); });
      run();
    }
    const account* a = hub.people().find(name);
    person& p = people.emplace_back();
    login l{a->id, a->name, true, true};
    l.may = may;
    l.as = as;
    l.has_account = true;
    l.token = new_identity();
    l.direct_rooms = rooms;
    p.self = hub.enter(p.ear, l).value();
    if (visits) hub.join(*p.self, "@", "").value();
    run();
    p.heard_at_login = p.news();
    return p;
  }
};

} // namespace asio_chat::test
