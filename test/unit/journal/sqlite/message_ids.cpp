#include "unit/journal/sqlite/golden_directory.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::store_world;

namespace {

const append_operation& append_in(const operation& o) {
  return std::get<append_operation>(o.what);
}

operation counted_post(const std::string& room, std::uint64_t number, const identity& author = {1},
                       const std::string& name = "phone") {
  return store_world::append_of(room, "x", fmt::format("{}-{}", name, number), entry_kind::message,
                                author);
}

/// The offset that a repeated message is answered with; 0: it was new.
std::uint64_t told_offset(const operation& o) {
  return append_in(o).duplicate ? append_in(o).draft.what.at.offset : 0;
}

} // namespace

TEST_CASE("counters of messages are known, each with its own entry, over starts") {
  store_world w;
  const identity alice{1};
  const identity bob{2};
  // Two connections with one name, and another author with the same: alice's second connection has
  // come with 1000, when the first one was at 20.
  std::vector<operation> group;
  std::vector<std::pair<identity, std::uint64_t>> sent;
  for (std::uint64_t n = 1; n <= 300; ++n) {
    sent.emplace_back(alice, n);
    if (n > 20) sent.emplace_back(alice, 979 + n);
    if (n % 3 == 0) sent.emplace_back(bob, n);
  }
  for (const auto& [author, number] : sent)
    group.push_back(counted_post("den", number, author));
  for (const operation& o : w.apply(std::move(group)))
    REQUIRE_FALSE(append_in(o).duplicate);
  for (int times = 0; times < 2; ++times) {
    std::vector<operation> again;
    for (const auto& [author, number] : sent)
      again.push_back(counted_post("den", number, author));
    std::uint64_t offset = 0;
    for (const operation& o : w.apply(std::move(again)))
      CHECK(told_offset(o) == ++offset);
    w.reopen();
  }
  CHECK(told_offset(w.apply(counted_post("den", 301))) == 0);
  CHECK(told_offset(w.apply(counted_post("nook", 1))) == 0);               // another room
  CHECK(told_offset(w.apply(counted_post("den", 1, alice, "desk"))) == 0); // another name
  CHECK(told_offset(w.apply(counted_post("den", 1, {3}))) == 0);           // another author
  CHECK_FALSE(w.is_duplicate("den", "0")); // a counter without a name
  CHECK(w.is_duplicate("den", "0"));
  CHECK_FALSE(w.is_duplicate("den", "phone-01"));                    // no counter
  CHECK_FALSE(w.is_duplicate("den", "phone-999999999999999999999")); // nor this
  CHECK(w.is_duplicate("den", "phone-01"));
}

TEST_CASE("what is kept of counters is little") {
  store_world w;
  std::vector<operation> group;
  for (std::uint64_t n = 0; n < 640; ++n)
    group.push_back(counted_post("den", n));
  w.apply(std::move(group));
  w.close();
  SQLite::Database db(w.options.file.path);
  // Three records, ten blocks of 64.
  CHECK(db.execAndGet("SELECT sum(length(ids)) FROM records").getInt() == 3 + 10 * 19);
}

TEST_CASE("a repeated counter in one commit is told, and one that was refused is not known") {
  store_world w;
  std::vector<operation> group;
  for (const std::uint64_t n : {7u, 8u, 7u, 9u, 8u})
    group.push_back(counted_post("den", n));
  group = w.apply(std::move(group));
  CHECK(told_offset(group[2]) == 1);
  CHECK(told_offset(group[4]) == 2);
  CHECK(append_in(group[3]).draft.what.at.offset == 3);
}

TEST_CASE("a counter that an older version has kept by its text is known for the window") {
  store_world w;
  w.say("den", "one", "phone-7");
  w.say("den", "two"); // a start compares the newest record
  w.close();
  const id_hash hash = w.keys->id_hash({1}, "phone-7", w.keys->tag_of("den"));
  std::string ids(1, '\0');
  ids.append(hash.begin(), hash.end());
  {
    SQLite::Database db(w.options.file.path, SQLite::OPEN_READWRITE);
    SQLite::Statement set(db, "UPDATE records SET ids=? WHERE length(ids)>0");
    set.bind(1, ids.data(), static_cast<int>(ids.size()));
    REQUIRE(set.exec() == 1);
  }
  CHECK(told_offset(w.apply(counted_post("den", 7))) == 1);
  CHECK(told_offset(w.apply(counted_post("den", 8))) == 0);
  CHECK(told_offset(w.apply(counted_post("den", 8))) == 4 - 1);
  w.reopen();
  CHECK(told_offset(w.apply(counted_post("den", 7))) == 1);
  w.time.advance(std::chrono::hours(24));
  CHECK(told_offset(w.apply(counted_post("den", 7))) == 0);
}

TEST_CASE("a room whose ids are of a later version is closed, and named") {
  store_world w;
  w.say("den", "one", "phone-7");
  w.say("den", "two"); // a start compares the newest record
  w.say("nook", "three", "phone-8");
  w.close();
  {
    SQLite::Database db(w.options.file.path, SQLite::OPEN_READWRITE);
    SQLite::Statement set(db, "UPDATE records SET ids=? "
                              "WHERE place=(SELECT min(place) FROM records)");
    const std::string later = '\2' + std::string(19, 'x');
    set.bind(1, later.data(), static_cast<int>(later.size()));
    REQUIRE(set.exec() == 1);
  }
  w.reports.clear();
  w.store();
  REQUIRE(w.reports.size() == 1);
  CHECK_THAT(w.reports[0],
             Catch::Matchers::StartsWith("The room #den is closed, since the ids of its entries "
                                         "from 1 on are in a form that is not known"));
  CHECK_FALSE(w.say("den", "four"));
  CHECK(told_offset(w.apply(store_world::append_of("nook", "three", "phone-8"))) == 1);
}

TEST_CASE("the ids that are in golden directories are known") {
  const auto is_known = [](test::golden_directory& d, const char* room, const char* id) {
    std::vector<operation> group;
    group.push_back(store_world::append_of(room, "again", id));
    test::apply_all(d.store(), group);
    return append_in(group.front()).duplicate;
  };
  for (const int version : {8, 9}) {
    INFO("version " << version);
    test::golden_directory d(version);
    CHECK(is_known(d, "lobby", "id100"));
    CHECK_FALSE(is_known(d, "lobby", "id101"));
    CHECK(is_known(d, "den", "phone-10") == (version > 8)); // those before had none in it
    CHECK_FALSE(is_known(d, "den", "phone-11"));
  }
}
