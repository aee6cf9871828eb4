#include "journal/sqlite/store.hpp"

#include "unit/journal/sqlite/store_world.hpp"

#include <array>
#include <fstream>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::store_world;
using words = std::vector<std::string>;

TEST_CASE("a store that is opened again has everything: entries, positions, topics, epochs") {
  store_world w;
  const position first = w.say("den", "one", "id-1").value();
  w.say("den", "two");
  w.apply(w.append_of("den", "tea", {}, entry_kind::topic));
  const position elsewhere = w.say("nook", "three").value();
  CHECK(first.offset == 1);
  CHECK(elsewhere.offset == 1);
  CHECK(elsewhere.epoch > first.epoch);
  w.reopen();
  const auto state = w.state("den");
  CHECK(state.head == position{first.epoch, 3});
  CHECK(state.topic == "tea");
  CHECK(w.texts("den") == words{"one", "two", "tea"});
  CHECK(w.say("den", "four") == position{first.epoch, 4});
  CHECK(w.is_duplicate("den", "id-1"));
  CHECK(w.texts("nook") == words{"three"});
  CHECK(w.read("den").entries[0].author == identity{1});
}

TEST_CASE("the epoch of a new room is later than any given, whatever the clock says") {
  store_world w;
  w.time.set_wall(wall_time(std::chrono::hours(24 * 365 * 60)));
  const position first = w.say("den", "x").value();
  CHECK(first.epoch == static_cast<std::uint64_t>(w.time.wall_now().time_since_epoch().count()));
  w.time.set_wall(wall_time(std::chrono::hours(1)));
  CHECK(w.say("nook", "x").value().epoch == first.epoch + 1);
  w.reopen();
  CHECK(w.say("attic", "x").value().epoch == first.epoch + 2);
}

TEST_CASE("a room has one epoch from when it is opened, and keeps no row until something is said") {
  store_world w;
  const auto state = w.state("den");
  CHECK(state.head.offset == 0);
  CHECK(w.say("den", "x") == position{state.head.epoch, 1});
  w.state("nook");
  w.close();
  SQLite::Database db(w.options.file.path);
  CHECK(db.execAndGet("SELECT count(*) FROM rooms").getInt() == 1);
}

TEST_CASE("a group is one commit, with a record for each of its rooms") {
  store_world w;
  std::vector<operation> group;
  for (int i = 0; i < 300; ++i)
    group.push_back(w.append_of(i % 3 == 0 ? "den" : "nook", std::to_string(i)));
  for (const operation& o : w.apply(std::move(group)))
    CHECK_FALSE(o.refused);
  w.close();
  SQLite::Database db(w.options.file.path);
  CHECK(db.execAndGet("SELECT count(*) FROM records").getInt() == 2);
  CHECK(db.execAndGet("SELECT max(last) FROM records").getInt() == 200);
}

TEST_CASE("the keys of all rooms that are new in a group are one commit of the key ring") {
  store_world w;
  w.say("den", "x");
  SQLite::Database keys(w.directory / "keys.db");
  // SQLite counts the commits of a database in its header.
  const auto commits = [&] {
    std::ifstream file(w.directory / "keys.db", std::ios::binary);
    std::array<unsigned char, 4> count{};
    file.seekg(24).read(reinterpret_cast<char*>(count.data()), count.size());
    return count[2] * 256 + count[3];
  };
  const int before = commits();
  std::vector<operation> group;
  for (int i = 0; i < 20; ++i)
    group.push_back(w.append_of(i % 2 == 0 ? "den" : "room-" + std::to_string(i), "x"));
  for (const operation& o : w.apply(std::move(group)))
    CHECK_FALSE(o.refused);
  CHECK(commits() == before + 1);
  CHECK(keys.execAndGet("SELECT count(*) FROM keys").getInt() == 1 + 1 + 10);
  const room_tag room_1 = w.keys->tag_of("room-1"), den = w.keys->tag_of("den");
  const std::uint32_t destroyed = w.keys->newest(room_1).value();
  const std::uint32_t of_den = w.keys->newest(den).value();
  w.keys->destroy(room_1).value();
  CHECK(w.keys->make_keys({room_1, den}).has_value());
  CHECK(w.keys->newest(room_1).value() > destroyed); // a key destroyed stays so
  CHECK(w.keys->newest(den).value() == of_den);
}

TEST_CASE("a record has at most 256 entries and about 64 KiB") {
  store_world w;
  std::vector<operation> group;
  for (int i = 0; i < 600; ++i)
    group.push_back(w.append_of("den", "x", std::to_string(i)));
  for (int i = 0; i < 10; ++i)
    group.push_back(w.append_of("nook", std::string(30'000, 'x')));
  w.apply(std::move(group));
  w.reopen();
  CHECK(w.read("den").entries.size() == 600);
  CHECK(w.read("nook").entries.size() == 10);
  for (const int i : {0, 255, 256, 511, 512, 599})
    CHECK(w.is_duplicate("den", std::to_string(i)));
  w.close();
  SQLite::Database db(w.options.file.path);
  CHECK(db.execAndGet("SELECT count(*) FROM records").getInt() == 3 + 5);
}

TEST_CASE("ids are known for the window, and after that no more") {
  store_world w;
  w.options.id_window = std::chrono::hours(24);
  const position first = w.say("den", "one", "id").value();
  w.time.advance(std::chrono::hours(23));
  const auto again = w.apply(w.append_of("den", "two", "id"));
  CHECK(std::get<append_operation>(again.what).duplicate);
  CHECK(std::get<append_operation>(again.what).draft.what.at == first);
  w.say("nook", "the clock is right"); // a start much later than the newest entry doubts the clock
  w.reopen();
  CHECK(w.is_duplicate("den", "id"));
  w.time.advance(std::chrono::hours(1));
  SECTION("in a store that goes on") {
    CHECK_FALSE(w.is_duplicate("den", "id"));
  }
  SECTION("in one opened again") {
    w.reopen();
    CHECK_FALSE(w.is_duplicate("den", "id"));
  }
  CHECK(w.is_duplicate("den", "id")); // the second one, now
}

TEST_CASE("ids are known for the window, however the clock is set meanwhile") {
  constexpr std::chrono::hours years(24 * 3650);
  store_world w;
  w.options.id_window = std::chrono::hours(24);
  w.say("den", "one", "id-1");
  const wall_time right = w.time.wall_now();
  w.time.set_wall(right + years);
  CHECK(w.is_duplicate("den", "id-1"));
  w.say("den", "two", "id-2");
  w.time.set_wall(right - years);
  w.say("den", "three");
  w.time.set_wall(right);
  w.say("den", "four", "id-4");
  SECTION("in a store that goes on") {}
  SECTION("in one opened again, with the clock right") {
    w.reopen();
  }
  SECTION("in one opened again, with the clock wrong") {
    w.time.set_wall(right + years);
    w.reopen();
    w.time.set_wall(right);
  }
  for (const char* id : {"id-1", "id-2", "id-4"}) {
    INFO(id);
    CHECK(w.is_duplicate("den", id));
  }
  w.time.advance(std::chrono::hours(24));
  CHECK_FALSE(w.is_duplicate("den", "id-1"));
}

TEST_CASE("times of day go back only where a record begins") {
  store_world w;
  const wall_time noon = w.time.wall_now();
  std::vector<operation> group;
  for (const int minute : {0, 1, -5, -4, 9, 2}) {
    group.push_back(w.append_of("den", "x"));
    std::get<append_operation>(group.back().what).draft.what.time =
        noon + std::chrono::minutes(minute);
  }
  test::apply_all(w.store(), group);
  w.close();
  SQLite::Database db(w.options.file.path);
  CHECK(db.execAndGet("SELECT group_concat(place & 255) FROM records").getString() == "1,3,6");
  CHECK(db.execAndGet("SELECT group_concat(place & 255) FROM turns").getString() == "3,6");
}

TEST_CASE("of ids that are too many the newest are known") {
  store_world w;
  w.options.ids = 10;
  for (int i = 0; i < 25; ++i) {
    w.say("den", "x", std::to_string(i));
    w.time.advance(std::chrono::seconds(1));
  }
  for (int times = 0; times < 2; ++times) {
    CHECK(w.is_duplicate("den", "15"));
    CHECK(w.is_duplicate("den", "24"));
    w.reopen();
  }
  CHECK_FALSE(w.is_duplicate("den", "14"));
}

TEST_CASE("an author who sends much does not push out the ids of one who sends little") {
  store_world w;
  w.options.ids = 100;
  const auto send = [&](const identity& author, int id) {
    const auto o =
        w.apply(w.append_of("den", "x", std::to_string(id), entry_kind::message, author));
    w.time.advance(std::chrono::seconds(1));
    return std::get<append_operation>(o.what).duplicate;
  };
  const identity quiet{1};
  const identity loud{2};
  for (int i = 0; i < 20; ++i)
    CHECK_FALSE(send(quiet, i));
  for (int i = 0; i < 1'000; ++i)
    CHECK_FALSE(send(loud, i));
  for (int times = 0; times < 2; ++times) {
    for (int i = 0; i < 20; ++i)
      CHECK(send(quiet, i));
    CHECK(send(loud, 999));
    CHECK(send(loud, 925));
    w.reopen();
  }
  CHECK_FALSE(send(loud, 915));
}

TEST_CASE("names that are held are there at the next start") {
  store_world w;
  const held_name alice{{1}, "alice", {}};
  const held_name bob{{2}, "bob", w.time.wall_now()};
  w.apply({hold_operation{{{1}, "alicia", {}}}});
  w.apply({hold_operation{alice}});
  w.apply({hold_operation{bob}});
  w.apply({hold_operation{{{3}, "carol", {}}}});
  w.apply({release_operation{{3}}});
  w.reopen();
  CHECK(w.store().names_at_start() == std::vector<held_name>{alice, bob});
}

TEST_CASE("rooms that are not in use are forgotten, not lost") {
  store_world w;
  w.options.idle_rooms = 2;
  for (int i = 0; i < 10; ++i)
    CHECK(w.say("room-" + std::to_string(i), "x").value().offset == 1);
  for (int i = 0; i < 10; ++i)
    CHECK(w.say("room-" + std::to_string(i), "x").value().offset == 2);
}

TEST_CASE("what is said is found by its words, also after the index was written or lost") {
  store_world w;
  w.options.index.entries = 10;
  for (int i = 0; i < 25; ++i) {
    w.say("den", "tea number" + std::to_string(i));
    w.tidy();
  }
  const words expected{"tea number3"};
  CHECK(w.found({"den", {"number3"}, {}, {}, {}}) == expected);
  CHECK(w.found({"den", {"number24"}, {}, {}, {}}) == words{"tea number24"});
  w.reopen();
  CHECK(w.found({"den", {"number3"}, {}, {}, {}}) == expected);
  CHECK(w.found({"den", {"number24"}, {}, {}, {}}) == words{"tea number24"});
  CHECK(w.found({"den", {"tea"}, {}, {}, {}}).size() == 25);
}
