#include "look_back.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

room_state state(position head) {
  return {"", "lobby", "", {}, head};
}
entry at(position p, std::string room = "lobby") {
  return {std::move(room), p, {}, "bob", entry_kind::message, "hi", ""};
}
/// One letter each for: begins, ended before, ends after; a dot for no; brackets mean «earlier».
std::string verdict(look_back& l, const entry& e) {
  const look_back::verdict v = l.look_at(e);
  const std::string marks{v.begins ? 'B' : '.', v.ended_before ? 'E' : '.',
                          v.ends_after ? 'A' : '.'};
  return v.earlier ? "(" + marks + ")" : marks;
}

} // namespace

TEST_CASE("asio-chat look back: earlier messages begin once and end once") {
  look_back l;
  l.entered(state({7, 5}));
  CHECK(verdict(l, at({7, 3})) == "(B..)");
  CHECK(verdict(l, at({7, 4})) == "(...)");
  CHECK(verdict(l, at({7, 5})) == "(..A)");
  CHECK(verdict(l, at({7, 6})) == "...");
}

TEST_CASE("asio-chat look back: one entry begins and ends it") {
  look_back l;
  l.entered(state({7, 5}));
  CHECK(verdict(l, at({7, 5})) == "(B.A)");
}

TEST_CASE("asio-chat look back: a last entry of our own is not delivered, the next one ends it") {
  look_back l;
  l.entered(state({7, 5}));
  CHECK(verdict(l, at({7, 4})) == "(B..)");
  CHECK(verdict(l, at({7, 6})) == ".E.");
  CHECK(verdict(l, at({7, 7})) == "...");
}

TEST_CASE("asio-chat look back: a user who spoke knows where now begins") {
  look_back l;
  l.entered(state({7, 5}));
  CHECK(verdict(l, at({7, 4})) == "(B..)");
  l.spoke("lobby");
  CHECK(verdict(l, at({7, 7})) == "...");
}

TEST_CASE("asio-chat look back: an empty room, other rooms and a new log are now") {
  look_back l;
  l.entered(state({7, 0}));
  CHECK(verdict(l, at({7, 1})) == "...");
  CHECK(verdict(l, at({7, 1}, "den")) == "...");
  l.entered(state({7, 5}));
  CHECK(verdict(l, at({8, 1})) == "...");
}

TEST_CASE("asio-chat look back: missed messages are earlier ones, but no beginning, after leaving "
          "they are") {
  look_back l;
  l.entered(state({7, 2}));
  CHECK(verdict(l, at({7, 2})) == "(B.A)");
  l.entered(state({7, 4}));
  CHECK(verdict(l, at({7, 3})) == "(...)");
  CHECK(verdict(l, at({7, 4})) == "(...)");
  CHECK(verdict(l, at({7, 5})) == "...");
  l.left("lobby");
  l.entered(state({7, 5}));
  CHECK(verdict(l, at({7, 4})) == "(B..)");
}
