#include "model/hidden_members.hpp"

#include "support/catch.hpp"

#include <utility>

using namespace asio_chat;

namespace {

entry said_by(std::string from, entry_kind kind = entry_kind::message) {
  entry e;
  e.from = std::move(from);
  e.kind = kind;
  return e;
}

} // namespace

TEST_CASE("what those say who are on the list is hidden, and nothing else of them") {
  hidden_members hidden;
  CHECK_FALSE(hidden.is_kept());
  CHECK(hidden.take(list_of_hidden({"Bob", "carl"})));
  CHECK(hidden.is_kept());
  CHECK(hidden.hides(event(said_by("bob"))));
  CHECK(hidden.hides(event(said_by("CARL", entry_kind::action))));
  CHECK(hidden.hides(event(direct_message{"bob", "alice", {}, "psst"})));
  CHECK_FALSE(hidden.hides(event(said_by("bob", entry_kind::topic)))); // it is the room's
  CHECK_FALSE(hidden.hides(event(said_by("bobby"))));
  CHECK_FALSE(hidden.hides(event(member_joined{"lobby", "bob"})));
}

TEST_CASE("a list takes the place of the one before, and may be empty") {
  hidden_members hidden;
  hidden.take(list_of_hidden({"bob"}));
  CHECK(hidden.take(list_of_hidden({"carl"})));
  CHECK_FALSE(hidden.hides("bob"));
  CHECK(hidden.take(list_of_hidden({})));
  CHECK(hidden.is_kept());
  CHECK(hidden.empty());
}

TEST_CASE("an answer to /ignore is no list, and /logout ends what is hidden") {
  hidden_members hidden;
  CHECK_FALSE(hidden.take(reply{"1", "ignore", {"ignoring bob"}, {}, {}}));
  CHECK_FALSE(hidden.take(reply{"", "ignore", {"ignoring bob"}, {}, {}})); // as in a text protocol
  CHECK_FALSE(hidden.is_kept());
  hidden.take(list_of_hidden({"bob"}));
  CHECK_FALSE(hidden.take(reply{"2", "logout", {"you are a guest"}, {}, {}}));
  CHECK_FALSE(hidden.hides("bob"));
  CHECK_FALSE(hidden.is_kept());
}

TEST_CASE("an answer with entries is left without theirs, and any other as it is") {
  hidden_members hidden;
  answers::log log;
  log.entries = {said_by("bob"), said_by("alice"), said_by("bob", entry_kind::topic)};
  reply page{"1", "history", {}, {}, {}};
  page.data = make_reply_data(log);
  CHECK_FALSE(hidden.without_hidden(page)); // there is no list
  hidden.take(list_of_hidden({"bob"}));
  const auto fewer = hidden.without_hidden(page);
  REQUIRE(fewer);
  const auto* left = fewer->as<answers::log>();
  REQUIRE(left);
  REQUIRE(left->entries.size() == 2);
  CHECK(left->entries.front().from == "alice");
  hidden.take(list_of_hidden({"carl"}));
  CHECK_FALSE(hidden.without_hidden(page));
  CHECK_FALSE(hidden.without_hidden(reply{"2", "who", {"bob"}, {}, {}}));
}
