// Numbers, marks of destroyed keys, and rings of the first version.
#include "unit/journal/sqlite/key_ring_world.hpp"

#include "journal/sqlite/binary.hpp"
#include "support/catch.hpp"

#include <fstream>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using namespace asio_chat::sqlite::test;

TEST_CASE("two keys made from one copy of a key ring have numbers of their own") {
  const ring_on_disk disk;
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den"), nook = ring->tag_of("nook");
  const std::uint32_t before = ring->newest(den).value();
  ring.reset();
  const std::string copy = disk.bytes();
  ring = disk.open();
  const std::uint32_t first = renewed(*ring, den);
  const std::uint32_t first_of_nook = ring->newest(nook).value();
  ring.reset();
  std::ofstream(disk.path, std::ios::binary | std::ios::trunc) << copy;
  ring = disk.open();
  const std::uint32_t second = renewed(*ring, den);
  CHECK(first > before);
  CHECK(second > before);
  CHECK(second != first);
  CHECK(ring->newest(nook).value() != first_of_nook);
  CHECK(mentions(ring->key(den, first).error(), "has no such key"));
}

TEST_CASE("only a ring that destroys keys can mark them: others take them out") {
  const ring_on_disk disk;
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den"), nook = ring->tag_of("nook");
  const std::uint32_t of_den = ring->newest(den).value(), of_nook = ring->newest(nook).value();
  REQUIRE(ring->destroy(nook).has_value());
  ring.reset();
  const std::string of_owner = " WHERE number=" + std::to_string(of_den);
  SECTION("as it was once done") {
    disk.run("UPDATE keys SET master=NULL, wrapped=NULL" + of_owner);
  }
  SECTION("with the mark of another room") {
    disk.run(
        "UPDATE keys SET master=NULL, wrapped=NULL, mark=(SELECT mark FROM keys WHERE number=" +
        std::to_string(of_nook) + ")" + of_owner);
  }
  ring = disk.open();
  CHECK(ring->destroyed().value() == std::map<room_tag, std::uint32_t>{{nook, of_nook}});
  CHECK(ring->key(nook, of_nook).error().code == errc::not_available);
  const failure taken = ring->key(den, of_den).error();
  CHECK(taken.code == errc::storage_failed);
  CHECK(mentions(taken, "has been taken out of it"));
  CHECK(ring->present().value().empty());
  // Who has lost the key may say so.
  REQUIRE(ring->destroy(den).has_value());
  CHECK(ring->key(den, of_den).error().code == errc::not_available);
}

TEST_CASE("a key that is not there can be marked as destroyed, by its number") {
  const ring_on_disk disk;
  const auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  REQUIRE(ring->destroy(den, 77).has_value());
  CHECK(ring->key(den, 77).error().code == errc::not_available);
  CHECK(ring->newest(den).value() > 77);
}

namespace {

/// Changes a ring to what the first version of its file was.
void make_version_1(const ring_on_disk& disk, const room_tag& room, std::uint32_t number) {
  // The root key of that version was wrapped as those of rooms are.
  const auto place = [](const room_tag& owner, std::uint32_t n) {
    std::string bytes = "asio-chat key 1";
    bytes.append(owner.begin(), owner.end());
    put_fixed(bytes, n);
    return bytes;
  };
  const master_key master(disk.master);
  SQLite::Database db(disk.path, SQLite::OPEN_READWRITE);
  const auto wrap = [&](const room_tag& owner, std::uint32_t n) {
    SQLite::Statement s(db, "INSERT OR REPLACE INTO keys (owner, number, master, wrapped) "
                            "VALUES (?, ?, ?, ?)");
    const std::string wrapped = master.wrap(secret_key::random(), place(owner, n));
    s.bind(1, owner.data(), static_cast<int>(owner.size()));
    s.bind(2, n);
    s.bind(3, master.id().data(), static_cast<int>(master.id().size()));
    s.bind(4, wrapped.data(), static_cast<int>(wrapped.size()));
    s.exec();
  };
  db.exec("DELETE FROM keys");
  wrap({}, 1);
  wrap(room, number);
  SQLite::Statement gone(db, "INSERT INTO keys (owner, number) VALUES (?, ?)");
  gone.bind(1, room.data(), static_cast<int>(room.size()));
  gone.bind(2, number + 1);
  gone.exec();
  db.exec("ALTER TABLE keys DROP COLUMN mark");
  db.exec("PRAGMA user_version=1");
}

} // namespace

TEST_CASE("a key ring of the first version is brought up to date, and read before that") {
  const ring_on_disk disk;
  disk.open();
  const room_tag den{1, 2, 3};
  make_version_1(disk, den, 7);
  const std::string before = disk.bytes();
  {
    const auto read = key_ring::open_to_read(disk.path, {disk.master}).value();
    CHECK(read->key(den, 7).has_value());
    CHECK(read->destroyed().value() == std::map<room_tag, std::uint32_t>{{den, 8}});
    CHECK(disk.bytes() == before);
  }
  auto ring = disk.open();
  const room_tag nook = ring->tag_of("nook");
  for (int times = 0; times < 2; ++times) {
    CHECK(ring->tag_of("nook") == nook); // the root key is the same
    CHECK(ring->key(den, 7).has_value());
    CHECK(ring->key(den, 8).error().code == errc::not_available);
    CHECK(ring->newest(den).value() > 8);
    ring = disk.open();
  }
  ring.reset();
  // It cannot be made one of the first version again, where no mark was needed.
  disk.run("PRAGMA user_version=1");
  CHECK(mentions(disk.try_open({disk.master}).error(), "is damaged"));
}
