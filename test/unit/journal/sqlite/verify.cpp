#include "journal/sqlite/verify.hpp"

#include "unit/journal/sqlite/store_world.hpp"

#include <fstream>
#include <iterator>
#include <random>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::store_world;

namespace {

/// Three records in a room: 1 to 2, 3, 4 to 5. And another room.
struct said_something : store_world {
  said_something() {
    say_two();
    say("den", "three");
    say_two();
    say("nook", "x");
  }
  void say_two() {
    std::vector<operation> group;
    group.push_back(append_of("den", "x", std::to_string(++ids)));
    group.push_back(append_of("den", "y"));
    apply(std::move(group));
  }
  /// Which entries are the first bad ones, after the file was tampered with.
  std::string bad_after(const std::string& statement) {
    sql(statement);
    const auto report = verify(options.file, *keys).value();
    if (report.good()) return "good";
    const auto& b = report.bad.front();
    why = b.why;
    return b.room + " " + std::to_string(b.first) + "-" + std::to_string(b.last);
  }
  int ids = 0;
  std::string why;
};

std::string place(int offset) {
  return std::to_string((1LL << 40) + offset);
}

std::string flipped(const std::string& column, int offset) {
  // The last byte of the column's bytes becomes another one.
  return "UPDATE records SET " + column + "=CAST(substr(" + column + ", 1, length(" + column +
         ")-1) || CASE WHEN substr(" + column +
         ", -1)=x'00' THEN x'01' ELSE x'00' END AS BLOB) WHERE place=" + place(offset);
}

} // namespace

TEST_CASE("a journal that nobody touched is good") {
  said_something w;
  w.store();
  const auto report = verify(w.options.file, *w.keys).value(); // while it is in use
  CHECK(report.good());
  CHECK(report.rooms == 2);
  CHECK(report.entries == 6);
  CHECK(report.unreadable == 0);
}

TEST_CASE("a flipped byte is found in the record it is in") {
  said_something w;
  SECTION("sealed") {
    CHECK(w.bad_after(flipped("sealed", 3)) == "den 3-3");
  }
  SECTION("chain") {
    CHECK(w.bad_after(flipped("chain", 4)) == "den 4-5");
  }
  SECTION("ids") {
    CHECK(w.bad_after(flipped("ids", 4)) == "den 4-5");
  }
  SECTION("time") {
    CHECK(w.bad_after("UPDATE records SET time=time+1 WHERE place=" + place(1)) == "den 1-2");
  }
  SECTION("last") {
    CHECK(w.bad_after("UPDATE records SET last=6 WHERE place=" + place(4)) == "den 4-6");
  }
}

TEST_CASE("what is taken out, cut off, swapped or put in is found") {
  said_something w;
  const auto remove = [](int offset) { return "DELETE FROM records WHERE place=" + place(offset); };
  SECTION("the first") {
    CHECK(w.bad_after(remove(1)) == "den 1-2");
    CHECK(w.why == "entries have been taken out");
  }
  SECTION("one between") {
    CHECK(w.bad_after(remove(3)) == "den 3-3");
  }
  SECTION("the last") {
    CHECK(w.bad_after(remove(4)) == "den 4-5");
    CHECK(w.why == "what came after it has been cut off");
  }
  SECTION("all") {
    CHECK(w.bad_after("DELETE FROM records WHERE place<" + place(99)) == "den 1-5");
  }
  SECTION("swapped") {
    CHECK(w.bad_after("UPDATE records SET sealed=(SELECT sealed FROM records WHERE place=" +
                      place(4) + ") WHERE place=" + place(1)) == "den 1-2");
  }
  SECTION("moved to the end") {
    CHECK(w.bad_after("UPDATE records SET place=" + place(6) +
                      ", last=6 WHERE place=" + place(3)) == "den 3-3");
  }
  SECTION("from another room") {
    CHECK(w.bad_after("DELETE FROM records WHERE place=" + place(1) +
                      "; UPDATE records SET place=" + place(1) + ", last=2 WHERE place=" +
                      std::to_string(2LL * (1LL << 40) + 1)) == "den 1-2");
  }
  SECTION("a room") {
    w.bad_after("DELETE FROM rooms WHERE number=2");
    CHECK(w.why == "a room has been taken out, or put in");
  }
}

TEST_CASE("the first record that is wrong is named, in each room") {
  said_something w;
  w.sql("DELETE FROM records WHERE place=" + place(3));
  w.sql("DELETE FROM records WHERE place>" + place(99));
  const auto report = verify(w.options.file, *w.keys).value();
  REQUIRE(report.bad.size() == 2);
  CHECK(report.bad[0].room == "den");
  CHECK(report.bad[1].room == "nook");
}

TEST_CASE("bytes flipped anywhere in the file are found, or say nothing else") {
  said_something w;
  w.close();
  std::ifstream in(w.options.file.path, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  std::mt19937 random(4'711);
  int found = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bytes = whole;
    const std::size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    std::ofstream(w.options.file.path, std::ios::binary | std::ios::trunc) << bytes;
    const auto report = verify(w.options.file, *w.keys);
    if (!report || !report->good()) {
      ++found;
      continue;
    }
    CHECK(report->entries == 6); // unused bytes of a page, or counters of SQLite
  }
  CHECK(found > 5); // most bytes of so small a file are unused
}

TEST_CASE("a room whose keys were destroyed is whole, and cannot be read") {
  said_something w;
  w.close();
  w.keys->destroy(w.keys->tag_of("nook")).value();
  const auto report = verify(w.options.file, *w.keys).value();
  CHECK(report.good());
  CHECK(report.entries == 5);
  CHECK(report.unreadable == 1);
}

TEST_CASE("a file that is no database cannot be verified") {
  said_something w;
  w.close();
  std::ofstream(w.options.file.path) << std::string(5'000, 'x');
  CHECK_FALSE(verify(w.options.file, *w.keys).has_value());
  CHECK_FALSE(verify({w.directory / "none"}, *w.keys).has_value());
}
