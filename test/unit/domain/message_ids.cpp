// Ids that clients give their messages: whose they are, and what they are about.
#include "domain/message_ids.hpp"

#include "journal/sqlite/id_list.hpp"
#include "unit/domain/moderated_world.hpp"

#include <set>
#include <string>

using namespace asio_chat;
using test::heard;
using test::moderated_world;
using test::person;

namespace {

using kind_of_note = entry_reference::kind;

constexpr identity alice_id{1};
constexpr identity phone_id{2};
constexpr identity laptop_id{3};

} // namespace

TEST_CASE("an id is kept apart by its device and by what is done, and comes back as it was") {
  const std::string forged = id_in_log("7", alice_id, phone_id, {kind_of_note::removal, 41});
  std::set<std::string> all;
  for (const std::string& id :
       {std::string("7"), std::string("NAME-7"), forged, std::string("\1\1-7"), std::string("\1-")})
    for (const auto& token :
         {std::optional<identity>(), std::optional(phone_id), std::optional(laptop_id)})
      for (const entry_reference& about :
           {entry_reference{}, entry_reference{kind_of_note::removal, 41},
            entry_reference{kind_of_note::removal, 4}, entry_reference{kind_of_note::edit, 41},
            entry_reference{kind_of_note::pin, 41}, entry_reference{kind_of_note::unpin, 41}}) {
        const std::string kept = id_in_log(id, alice_id, token, about);
        CHECK(own_id(kept) == id);
        CHECK(all.insert(kept).second);
      }
  // Logs on disks have them in this form.
  CHECK(id_in_log("7", alice_id, identity{2, 3, 4, 5, 6, 7, 8}) == "\1"
                                                                   "020304050607\1-7");
  CHECK(id_in_log("7", alice_id, {}, {kind_of_note::pin, 41}) == "\1 pin 41\1-7");
  CHECK(id_in_log("", alice_id, phone_id, {kind_of_note::edit, 1}).empty());
  CHECK(own_id("").empty());
}

TEST_CASE("an id of a guest stays as it is, and a counter of a device stays a counter") {
  CHECK(id_in_log("NAME-7", phone_id, phone_id) == "NAME-7");
  CHECK(id_in_log("7", alice_id, {}) == "7");
  CHECK(id_in_log("7", alice_id, phone_id, {kind_of_note::reply, 3}) ==
        id_in_log("7", alice_id, phone_id));
  for (const char* id : {"7", "NAME-7"}) {
    const std::string kept = id_in_log(id, alice_id, phone_id);
    const auto counted = as_counted(kept);
    REQUIRE(counted);
    CHECK(counted->number == 7);
    CHECK(as_counted(id_in_log("NAME-8", alice_id, phone_id))->name ==
          as_counted(id_in_log("NAME-7", alice_id, phone_id))->name);
  }
}

TEST_CASE("devices of an account count for themselves, and one that comes back is known") {
  limits l = moderated_world::without_history();
  l.member_connections = 3;
  moderated_world w(l);
  person& phone = w.known("alice");
  person& laptop = w.come("guest");
  w.say(laptop, "/login alice password");
  w.settle();
  w.send(phone, "from the phone", "1");
  w.send(laptop, "from the laptop", "1");
  w.run();
  CHECK(phone.news() == heard{"ack 1 lobby@1", "lobby@2 alice: from the laptop"});
  CHECK(laptop.news() == heard{"lobby@1 alice: from the phone", "ack 1 lobby@2"});
  const identity token = *laptop.self->token();
  const identity who = laptop.self->who();
  w.leave(laptop);
  person& again = w.people.emplace_back();
  login with_token{who, "alice", true, true};
  with_token.has_account = true;
  with_token.token = token;
  again.self = w.hub.enter(again.ear, with_token).value();
  w.hub.join(*again.self, "lobby", "").value();
  w.settle();
  w.send(again, "from the laptop", "1");
  w.run();
  CHECK(again.news() == heard{"ack again 1 lobby@2"});
}
