#include "model/displayed_names.hpp"
#include "support/catch.hpp"

using namespace asio_chat;

namespace {

room_state state_of(std::vector<std::string> members) {
  room_state s;
  s.room = "den";
  s.members = std::move(members);
  return s;
}

} // namespace

TEST_CASE("clients know how members are displayed until they are told otherwise") {
  displayed_names known;
  known.observe(event(list_of_displayed({marked_item("alice", "Alice  B"), "bob Bob"})));
  CHECK(known.of("alice") == "Alice  B");
  CHECK(known.of("bob") == "Bob");
  CHECK(known.of("carl").empty());
  known.observe(event(list_of_displayed({marked_item("alice", "")})));
  CHECK(known.of("alice").empty());
  known.observe(event(reply{"r", "display", {}, {"bob Eve"}, {}}));
  known.observe(event(reply{"", "display", {"for a person"}, {"bob Eve"}, {}}));
  CHECK(known.of("bob") == "Bob"); // answers to somebody's request are no news
  known.forget();
  CHECK(known.of("bob").empty());
}

TEST_CASE("a displayed name goes with its member, and to nobody who takes the name later") {
  displayed_names known;
  known.observe(event(list_of_displayed({"alice Alice B", "al Other"})));
  known.observe(event(member_renamed{"den", "alice", "al"}));
  CHECK(known.of("alice").empty());
  known.observe(event(member_renamed{"lobby", "alice", "al"})); // in each room that both are in
  CHECK(known.of("al") == "Alice B");
  known.observe(event(member_joined{"den", "al", true, ""}));
  CHECK(known.of("al").empty());
  known.observe(event(list_of_displayed({"bob Bob"})));
  known.observe(event(state_of({"bob", "carl"})));
  CHECK(known.of("bob").empty()); // a list comes behind the state of a room
  known.observe(event(list_of_displayed({"bob Bob"})));
  room_state both = state_of({"alice", "bob"});
  both.room = "@bob";
  known.observe(event(both));
  CHECK(known.of("bob") == "Bob"); // but not behind that of two
}
