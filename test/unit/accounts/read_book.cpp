#include "accounts/read_book.hpp"

#include "accounts/facts.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace asio_chat;
using namespace std::chrono_literals;

namespace {

constexpr identity first_account{1};
constexpr identity second_account{2};
constexpr identity third_account{3};
constexpr wall_time noon{12h};

bool everybody(const identity&) {
  return true;
}

/// 0: not known.
std::uint64_t offset_of(const read_book& b, const identity& account, std::string_view room) {
  const auto* found = b.find(account, room);
  return found == nullptr ? 0 : found->offset;
}

} // namespace

TEST_CASE("what an account has read is read as it was written, and what is cut off is left out") {
  account_reads r{first_account, wall_time(3h), {{"den", 7, 41}, {"home", 1'700'000'000'000, 5}}};
  const fact written = fact_of(r);
  const account_reads again = reads_in(written);
  CHECK(again.account == first_account);
  CHECK(again.moved == r.moved);
  REQUIRE(again.places.size() == 2);
  CHECK(again.places[0].room == "den");
  CHECK(again.places[1].epoch == 1'700'000'000'000);
  CHECK(again.places[1].offset == 5);
  for (std::size_t n = 0; n < written.value.size(); ++n) {
    fact part = written;
    part.value.resize(n);
    CHECK(reads_in(part).places.size() <= 2);
  }
  fact many = written;
  many.value = "1:0"
               "10:4294967295";
  CHECK(reads_in(many).places.empty());
}

TEST_CASE("an account has so many rooms, and the one read longest ago goes") {
  read_book b;
  b.put(first_account, {"a", 1, 1}, noon, 2);
  b.put(first_account, {"b", 1, 1}, noon, 2);
  b.put(first_account, {"a", 1, 9}, noon, 2);
  CHECK(b.size() == 2);
  b.put(first_account, {"c", 1, 1}, noon, 2);
  CHECK(b.size() == 2);
  CHECK(offset_of(b, first_account, "a") == 9);
  CHECK(offset_of(b, first_account, "b") == 0);
  CHECK(offset_of(b, first_account, "c") == 1);
}

TEST_CASE("all accounts have so many places, and who has read nothing for longest loses theirs") {
  read_book b(3);
  b.put(first_account, {"a", 1, 1}, noon);
  b.put(second_account, {"a", 1, 1}, noon + 2h);
  b.put(second_account, {"b", 1, 1}, noon + 2h);
  b.take_changes(9, everybody);
  b.put(third_account, {"a", 1, 1}, noon + 1h);
  CHECK(b.of(first_account) == nullptr);
  CHECK(b.size() == 3);
  const auto facts = b.take_changes(9, everybody);
  REQUIRE(facts.size() == 2);
  CHECK(facts[0] == fact{fact_kind::reads, fact_of(account_reads{first_account}).key, ""});
  // One that has more than there may be alone keeps them: it is bounded by its rooms.
  for (const char* room : {"b", "c", "d"})
    b.put(third_account, {room, 1, 1}, noon + 1h);
  CHECK(b.size() == 4);
  CHECK(b.of(second_account) == nullptr);
}

TEST_CASE("changes are taken in parts, once, and nothing is kept of an account that is gone") {
  read_book b;
  for (const identity& who : {first_account, second_account, third_account})
    b.put(who, {"a", 1, 4}, noon);
  CHECK(b.take_changes(2, everybody).size() == 2);
  CHECK(b.has_changes());
  const auto gone = b.take_changes(2, [](const identity&) { return false; });
  REQUIRE(gone.size() == 1);
  CHECK(gone.front().value.empty());
  CHECK(b.of(third_account) == nullptr);
  CHECK_FALSE(b.has_changes());
  CHECK(b.take_changes(2, everybody).empty());
}

TEST_CASE("what is kept does not take back what was read meanwhile") {
  read_book b;
  b.put(first_account, {"a", 1, 4}, noon);
  const auto first = b.take_changes(9, everybody);
  b.put(first_account, {"a", 1, 6}, noon);
  for (const fact& f : first)
    b.take(f);
  CHECK(offset_of(b, first_account, "a") == 6);
  read_book later;
  for (const fact& f : b.take_changes(9, everybody))
    later.take(f);
  CHECK(offset_of(later, first_account, "a") == 6);
  CHECK_FALSE(later.has_changes());
  later.take({fact_kind::reads, first.front().key, ""});
  CHECK(later.of(first_account) == nullptr);
  CHECK(later.size() == 0);
}

TEST_CASE("a room is forgotten by all, some accounts at a time") {
  read_book b;
  b.put(first_account, {"a", 1, 1}, noon);
  b.put(second_account, {"b", 1, 1}, noon);
  b.put(third_account, {"a", 1, 1}, noon);
  b.put(third_account, {"b", 1, 1}, noon);
  b.take_changes(9, everybody);
  const auto last = b.forget_room("a", {}, 2);
  REQUIRE(last);
  CHECK(*last == second_account);
  CHECK(b.of(first_account) == nullptr);
  CHECK(offset_of(b, third_account, "a") == 1);
  CHECK_FALSE(b.forget_room("a", last, 2));
  CHECK(offset_of(b, third_account, "a") == 0);
  CHECK(offset_of(b, third_account, "b") == 1);
  CHECK(b.size() == 2);
  CHECK(b.take_changes(9, everybody).size() == 2);
}

TEST_CASE("what was taken out while it was on its way to the disk does not come back") {
  read_book b(1);
  b.put(first_account, {"a", 1, 1}, noon);
  const auto on_its_way = b.take_changes(9, everybody);
  const bool by_others = GENERATE(true, false);
  if (by_others)
    b.put(second_account, {"b", 1, 1}, noon + 1h);
  else
    b.forget_room("a", {}, 9);
  for (const fact& f : on_its_way)
    b.take(f);
  CHECK(b.of(first_account) == nullptr);
  CHECK(b.size() == (by_others ? 1 : 0));
  CHECK(b.take_changes(9, everybody).front() == without(on_its_way.front()));
}

TEST_CASE("what the disk refuses is a change again, as it is by then") {
  read_book b;
  b.put(first_account, {"a", 1, 1}, noon);
  const auto refused = b.take_changes(9, everybody);
  CHECK_FALSE(b.has_changes());
  b.not_kept(refused.front());
  CHECK(b.take_changes(9, everybody) == refused);
  b.forget_room("a", {}, 9);
  b.not_kept(refused.front());
  CHECK(b.take_changes(9, everybody).front() == without(refused.front()));
}
