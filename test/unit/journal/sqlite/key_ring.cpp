#include "unit/journal/sqlite/key_ring_world.hpp"

#include "journal/sqlite/binary.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using namespace asio_chat::sqlite::test;

TEST_CASE("a key ring is made, open to its owner alone, and opened again") {
  const ring_on_disk disk;
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  CHECK(den == ring->tag_of("den"));
  CHECK(den != ring->tag_of("nook"));
  const std::uint32_t number = ring->newest(den).value();
  const std::uint64_t first = mark(*ring, den, number);
  const std::string text = ring->seal_text("tea", "topic of den");
  const chain_value mac = ring->mac("row");
  const auto hash = ring->id_hash({1}, "id", den);
  ring.reset();

  ring = disk.open();
  CHECK(ring->tag_of("den") == den);
  CHECK(ring->newest(den).value() == number);
  CHECK(mark(*ring, den, number) == first);
  CHECK(ring->open_text(text, "topic of den").value() == "tea");
  CHECK(ring->mac("row") == mac);
  CHECK(ring->id_hash({1}, "id", den) == hash);
  using std::filesystem::perms;
  CHECK(std::filesystem::status(disk.path).permissions() ==
        (perms::owner_read | perms::owner_write));
}

TEST_CASE("rooms, key numbers and rings have keys of their own") {
  const ring_on_disk disk, other_disk;
  const auto ring = disk.open();
  const auto other = other_disk.open({disk.master}); // the same master key
  const room_tag den = ring->tag_of("den"), nook = ring->tag_of("nook");
  const std::uint32_t den_1 = ring->newest(den).value(), nook_1 = ring->newest(nook).value();
  CHECK(mark(*ring, den, den_1) != mark(*ring, nook, nook_1));
  const std::uint32_t den_2 = renewed(*ring, den);
  CHECK(den_2 > den_1);
  CHECK(ring->newest(nook).value() > nook_1);
  CHECK(mark(*ring, den, den_1) != mark(*ring, den, den_2));
  CHECK(other->tag_of("den") != den);
  CHECK(other->mac("row") != ring->mac("row"));
}

TEST_CASE("hashes of ids depend on author, id and room") {
  const ring_on_disk disk;
  const auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  const auto hash = ring->id_hash({1}, "id", den);
  CHECK(ring->id_hash({2}, "id", den) != hash);
  CHECK(ring->id_hash({1}, "ie", den) != hash);
  CHECK(ring->id_hash({1}, "id", ring->tag_of("nook")) != hash);
  const auto author = [](const auto& h) { return std::vector(h.begin(), h.begin() + 4); };
  CHECK(author(ring->id_hash({1}, "ie", den)) == author(hash));
  CHECK(author(ring->id_hash({2}, "id", den)) != author(hash));
  CHECK(author(ring->id_hash({1}, "id", ring->tag_of("nook"))) != author(hash));
}

TEST_CASE("what proves a user depends on the ring, and lasts as long as it") {
  const ring_on_disk disk, other_disk;
  auto ring = disk.open();
  const std::uint64_t proof = ring->proof_of_identity({1, 2, 3});
  CHECK(proof != 0);
  CHECK(ring->proof_of_identity({1, 2, 4}) != proof);
  CHECK(other_disk.open({disk.master})->proof_of_identity({1, 2, 3}) != proof);
  ring.reset();
  CHECK(disk.open()->proof_of_identity({1, 2, 3}) == proof);
}

TEST_CASE("a text under the root key opens as what it is, unchanged") {
  const ring_on_disk disk;
  const auto ring = disk.open();
  std::string sealed = ring->seal_text("tea at five", "topic of den");
  CHECK(sealed.find("tea") == std::string::npos);
  CHECK(ring->open_text(sealed, "topic of den").value() == "tea at five");
  const auto elsewhere = ring->open_text(sealed, "topic of nook");
  REQUIRE_FALSE(elsewhere.has_value());
  CHECK(mentions(elsewhere.error(), "the topic of nook is damaged"));
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  CHECK_FALSE(ring->open_text(sealed, "topic of den").has_value());
  CHECK_FALSE(ring->open_text("", "topic of den").has_value());
}

TEST_CASE("a key that was never made is a failure, and so is a ring without a master key") {
  const ring_on_disk disk;
  const auto ring = disk.open();
  const auto key = ring->key(ring->tag_of("den"), 1);
  REQUIRE_FALSE(key.has_value());
  CHECK(mentions(key.error(), "has no such key"));
  CHECK(disk.try_open({}).error().code == errc::bad_setting);
  CHECK(ring->rewrap({}).error().code == errc::bad_setting);
}

TEST_CASE("a wrong master key is told, and changes nothing") {
  const ring_on_disk disk;
  disk.open();
  const std::string before = disk.bytes();
  const auto ring = disk.try_open({secret_key::random()});
  REQUIRE_FALSE(ring.has_value());
  CHECK(ring.error().code == errc::storage_failed);
  CHECK(mentions(ring.error(), "does not open with this master key"));
  CHECK(mentions(ring.error(), disk.path));
  CHECK(disk.bytes() == before);
}

TEST_CASE("of two master keys the first wraps, and both open") {
  const ring_on_disk disk;
  const secret_key second = secret_key::random();
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  const std::uint32_t one = ring->newest(den).value();
  const std::uint64_t first = mark(*ring, den, one);
  ring = disk.open({second, disk.master});
  CHECK(mark(*ring, den, one) == first);
  const std::uint32_t two = renewed(*ring, den);
  const std::uint64_t newer = mark(*ring, den, two);
  ring = disk.open({disk.master});
  CHECK(mark(*ring, den, one) == first);
  CHECK(ring->key(den, two).error().code == errc::storage_failed); // wrapped by the second alone
  ring = disk.open({disk.master, second});
  CHECK(mark(*ring, den, two) == newer);
}

TEST_CASE("after rewrapping the new master key opens alone, and the old one not at all") {
  const ring_on_disk disk;
  const secret_key next = secret_key::random();
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  const std::uint32_t one = ring->newest(den).value();
  const std::uint64_t first = mark(*ring, den, one);
  const auto old = disk.wrapped_keys(den);
  REQUIRE(ring->rewrap({next}).has_value());
  for (const std::string& w : old)
    CHECK(disk.bytes().find(w) == std::string::npos);
  CHECK(mark(*ring, den, one) == first);
  const std::uint32_t two = renewed(*ring, den); // by the new one
  const std::uint64_t second = mark(*ring, den, two);
  CHECK_FALSE(disk.try_open({disk.master}).has_value());
  ring = disk.open({next});
  CHECK(mark(*ring, den, one) == first);
  CHECK(mark(*ring, den, two) == second);
}

TEST_CASE("rewrapping that meets a key it cannot open changes nothing") {
  const ring_on_disk disk;
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  REQUIRE(ring->newest(den).value() > 0);
  disk.run("UPDATE keys SET wrapped=zeroblob(72) WHERE owner<>zeroblob(16)");
  const std::string before = disk.bytes();
  const secret_key next = secret_key::random();
  CHECK(mentions(ring->rewrap({next}).error(), "damaged"));
  CHECK(disk.bytes() == before);
  const room_tag nook = ring->tag_of("nook");
  const std::uint32_t number = ring->newest(nook).value(); // wrapped by the old one, as before
  CHECK(disk.open()->key(nook, number).has_value());
}

TEST_CASE("another master key in front means new keys for all rooms, once") {
  const ring_on_disk disk;
  const secret_key next = secret_key::random();
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den"), nook = ring->tag_of("nook"),
                 gone = ring->tag_of("gone");
  const std::uint32_t one = ring->newest(den).value(), nook_one = ring->newest(nook).value(),
                      last = ring->newest(gone).value();
  REQUIRE(ring->destroy(gone).has_value());
  const std::uint64_t first = mark(*ring, den, one);
  CHECK_FALSE(ring->rotate({disk.master, next}).value());
  CHECK(ring->newest(den).value() == one);
  CHECK(ring->rotate({next, disk.master}).value());
  CHECK_FALSE(ring->rotate({next, disk.master}).value());
  CHECK_FALSE(ring->rotate({next}).value());
  const std::uint32_t two = ring->newest(den).value();
  CHECK(two > one);
  CHECK(ring->newest(nook).value() > nook_one);
  CHECK(ring->present().value().size() == 4);
  CHECK(ring->destroyed().value() == std::map<room_tag, std::uint32_t>{{gone, last}});
  CHECK(mark(*ring, den, one) == first);
  CHECK(ring->rotate({}).error().code == errc::bad_setting);
  CHECK_FALSE(disk.try_open({disk.master}).has_value());
  ring = disk.open({next});
  CHECK(mark(*ring, den, one) == first);
  CHECK(ring->newest(den).value() == two);
}

TEST_CASE("a ring that is opened to be read is neither made nor changed") {
  const ring_on_disk disk;
  const auto none = key_ring::open_to_read(disk.path, {disk.master});
  CHECK(mentions(none.error(), "is missing"));
  CHECK_FALSE(std::filesystem::exists(disk.path));
  const auto writer = disk.open();
  const room_tag den = writer->tag_of("den");
  const std::uint32_t number = writer->newest(den).value();
  const auto ring = key_ring::open_to_read(disk.path, {disk.master}).value();
  CHECK(mark(*ring, den, number) == mark(*writer, den, number));
  const std::string before = disk.bytes();
  CHECK_FALSE(ring->renew().has_value());
  CHECK_FALSE(ring->destroy(den).has_value());
  CHECK_FALSE(ring->newest(ring->tag_of("nook")).has_value());
  CHECK(disk.bytes() == before);
}

TEST_CASE("a destroyed room's keys are gone from memory and file, the others are not") {
  const ring_on_disk disk;
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  std::vector<room_tag> others;
  std::vector<std::uint32_t> numbers;
  for (int i = 0; i < 300; ++i) { // pages are split on the way
    if (i % 100 == 0) numbers.push_back(renewed(*ring, den));
    others.push_back(ring->tag_of("room " + std::to_string(i)));
    REQUIRE(ring->newest(others.back()).has_value());
  }
  const std::uint32_t seventh = ring->newest(others[7]).value();
  const std::uint64_t kept = mark(*ring, others[7], seventh);
  REQUIRE(ring->key(den, numbers[1]).has_value());
  const auto wrapped = disk.wrapped_keys(den);
  REQUIRE(wrapped.size() == 3);
  for (const std::string& w : wrapped)
    REQUIRE(disk.bytes().find(w) != std::string::npos);

  REQUIRE(ring->destroy(den).has_value());
  for (const std::string& w : wrapped) {
    for (std::size_t i = 0; i + 8 <= w.size(); ++i) // no piece of it
      REQUIRE(disk.bytes().find(w.substr(i, 8)) == std::string::npos);
  }
  for (int times = 0; times < 2; ++times) {
    for (const std::uint32_t number : numbers)
      CHECK(ring->key(den, number).error().code == errc::not_available);
    CHECK(mark(*ring, others[7], seventh) == kept);
    ring = disk.open();
  }
  // A room of that name later has a key of its own, under a number of its own.
  const std::uint32_t later = ring->newest(den).value();
  CHECK(later > numbers.back());
  CHECK(ring->newest(den).value() == later);
  CHECK(ring->key(den, later).has_value());
  CHECK(ring->destroy(ring->tag_of("never used")).has_value());
}

TEST_CASE("a wrapped key opens at its own place in the ring only") {
  const ring_on_disk disk;
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  const std::uint32_t one = ring->newest(den).value();
  const std::uint32_t two = renewed(*ring, den);
  disk.run("UPDATE keys SET wrapped=(SELECT k.wrapped FROM keys k WHERE k.owner=keys.owner "
           "AND k.number=" +
           std::to_string(two) + ") WHERE number=" + std::to_string(one));
  ring = disk.open();
  CHECK(ring->key(den, two).has_value());
  CHECK(mentions(ring->key(den, one).error(), "is damaged"));
}

TEST_CASE("a key ring that is damaged, newer or another file is told in one line") {
  const ring_on_disk disk;
  disk.open();
  SECTION("no database") {
    std::ofstream(disk.path, std::ios::binary | std::ios::trunc) << std::string(4'096, 'x');
    CHECK(mentions(disk.try_open({disk.master}).error(), "is damaged"));
  }
  SECTION("cut") {
    std::filesystem::resize_file(disk.path, 4'096);
    CHECK(mentions(disk.try_open({disk.master}).error(), "is damaged"));
  }
  SECTION("the root key flipped") {
    disk.run("UPDATE keys SET wrapped=zeroblob(72)");
    CHECK(mentions(disk.try_open({disk.master}).error(), "is damaged"));
  }
  SECTION("newer") {
    disk.run("PRAGMA user_version=6");
    CHECK(mentions(disk.try_open({disk.master}).error(), "use a newer program"));
  }
  SECTION("another kind") {
    disk.run("PRAGMA application_id=1");
    CHECK(mentions(disk.try_open({disk.master}).error(), "of another kind"));
  }
  SECTION("a directory that is not there") {
    const auto ring = key_ring::open(disk.directory / "no/keys.db", {disk.master});
    CHECK(mentions(ring.error(), "cannot be made"));
  }
}

TEST_CASE("flipping bits of a key ring's file never brings another key") {
  const ring_on_disk disk;
  auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  const std::uint32_t number = ring->newest(den).value();
  const std::uint64_t first = mark(*ring, den, number);
  ring.reset();
  const std::string whole = disk.bytes();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < whole.size(); i += 37) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x04);
    std::ofstream(disk.path, std::ios::binary | std::ios::trunc) << flipped;
    const auto opened = disk.try_open({disk.master});
    if (!opened) {
      ++refused;
      continue;
    }
    const auto key = (*opened)->key(den, number);
    if (key) CHECK((*key)->hash_of_word("tea") == first);
  }
  CHECK(refused > 0);
}

TEST_CASE("two threads may ask one key ring") {
  const ring_on_disk disk;
  const auto ring = disk.open();
  const room_tag den = ring->tag_of("den");
  const std::uint32_t number = ring->newest(den).value();
  const std::uint64_t first = mark(*ring, den, number);
  std::thread reader([&] {
    for (int i = 0; i < 300; ++i) {
      if (mark(*ring, den, number) != first) throw std::logic_error("another key");
      ring->tag_of("nook");
    }
  });
  for (int i = 0; i < 20; ++i)
    ring->renew().value();
  reader.join();
  CHECK(ring->present().value().size() == 21);
}
