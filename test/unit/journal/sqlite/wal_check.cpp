#include "journal/sqlite/wal_check.hpp"

#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::store_world;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

constexpr std::size_t header_size = 32;
constexpr std::size_t frame_size = 24 + 4096;

/// A journal as a kill leaves it: nothing of its log is in the database yet.
struct killed : store_world {
  explicit killed(int transactions = 40) {
    say_some(transactions);
    take();
  }
  void say_some(int transactions) {
    for (int n = 0; n < transactions; ++n) {
      std::vector<operation> group;
      for (int i = 0; i < 3; ++i) {
        const std::string text = std::to_string(++said) + std::string(n % 5 == 0 ? 6'000 : 50, 'x');
        group.push_back(append_of(i == 2 ? "nook" : "den", text));
      }
      apply(std::move(group));
    }
  }
  void take() {
    whole = content_of(options.file.path + "-wal");
    std::filesystem::copy_file(options.file.path, copy.path,
                               std::filesystem::copy_options::overwrite_existing);
  }
  bool is_named(const std::string& wal) {
    std::filesystem::remove(copy.path + "-shm");
    write(copy.path + "-wal", wal);
    return !check_wal(copy).has_value();
  }
  std::string failure_of(const std::string& wal) {
    REQUIRE(is_named(wal));
    return check_wal(copy).error().message;
  }
  /// Of both rooms, in the copy; all that are read are in their places.
  int entries() {
    const search_index nothing_new({});
    reader r(copy, *keys, nothing_new, {});
    int n = 0;
    for (const char* room : {"den", "nook"})
      n += static_cast<int>(
          r.read(room, {{log_range::side::after, {}, 10'000}, std::size_t{1} << 30})
              .value()
              .entries.size());
    return n;
  }
  std::string flipped(std::size_t bit) const {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    return bytes;
  }
  std::size_t frames() const { return (whole.size() - header_size) / frame_size; }

  int said = 0;
  std::string whole;
  database_file copy{directory / "copy.db"};
};

} // namespace

TEST_CASE("no flip in the log of a journal drops more than the last transaction without a word") {
  killed w;
  REQUIRE_FALSE(w.is_named(w.whole));
  REQUIRE(w.entries() == w.said);
  const std::uint32_t seed = GENERATE(1u, 2u);
  std::mt19937 random(seed);
  int named = 0;
  for (int n = 0; n < 500; ++n) {
    const std::size_t bit = random() % (w.whole.size() * 8);
    CAPTURE(seed, bit);
    if (w.is_named(w.flipped(bit))) {
      ++named;
    } else {
      REQUIRE(w.entries() >= w.said - 3);
    }
  }
  CHECK(named > 450);
}

TEST_CASE("each bit of the header of a log, and of the headers of its frames, is looked at") {
  killed w;
  for (std::size_t bit = 0; bit < header_size * 8; ++bit) {
    CAPTURE(bit);
    REQUIRE(w.is_named(w.flipped(bit)));
  }
  // One bit in seven of a frame, and other ones in the next.
  for (std::size_t n = 0, frame = 0; n + 6 < w.frames(); n += 7, ++frame) {
    for (std::size_t bit = frame % 7; bit < 24 * 8; bit += 7) {
      CAPTURE(n, bit);
      REQUIRE(w.is_named(w.flipped((header_size + n * frame_size) * 8 + bit)));
    }
  }
}

TEST_CASE("what is damaged in a log is named, with what stands behind it") {
  killed w;
  CHECK_THAT(w.failure_of(w.flipped((header_size + 4 * frame_size + 1000) * 8)),
             StartsWith("the journal '" + w.copy.path + "' is damaged: frame 5 of '" + w.copy.path +
                        "-wal' (from byte 16512) is not as it was written, and " +
                        std::to_string(w.frames() - 5) + " committed frames behind it"));
  CHECK_THAT(w.failure_of(w.flipped(8)), Contains("the header of '" + w.copy.path + "-wal'"));
  SECTION("a sector that is lost takes a part of two frames") {
    std::string bytes = w.whole;
    bytes.replace(header_size + 8 * frame_size - 256, 512, 512, 'x');
    CHECK_THAT(w.failure_of(bytes), Contains("frame 8 of"));
  }
  SECTION("the mark of the last transaction but one is gone") {
    std::string bytes = w.whole;
    const auto mark_at = [](std::size_t n) { return header_size + n * frame_size + 4; };
    std::size_t n = w.frames() - 2;
    while (bytes.substr(mark_at(n), 4) == std::string(4, '\0'))
      --n;
    bytes.replace(mark_at(n), 4, 4, '\0');
    CHECK_THAT(w.failure_of(bytes), Contains("frame " + std::to_string(n + 1) + " of"));
  }
  SECTION("the first frame alone is in the log") {
    std::string bytes = w.flipped(8);
    std::size_t frame = 0; // the first one with a commit mark
    while (bytes.substr(header_size + frame * frame_size + 4, 4) == std::string(4, '\0'))
      ++frame;
    bytes.resize(header_size + (frame + 1) * frame_size);
    CHECK_THAT(w.failure_of(bytes), Contains("the header of"));
  }
}

TEST_CASE("a journal whose log is damaged is not opened by anything") {
  killed w;
  write(w.copy.path + "-wal", w.flipped((header_size + 9 * frame_size + 77) * 8));
  w.close();
  const std::string sentence = check_wal(w.copy).error().message;
  CHECK(verify(w.copy, *w.keys).error().message == sentence);
  CHECK(check_journal(w.copy, *w.keys, false).error().message == sentence);
  CHECK(rooms_in(w.copy, *w.keys).error().message == sentence);
  w.options.file = w.copy;
  CHECK(w.open_failure().message == sentence);
  CHECK(content_of(w.copy.path + "-wal").size() == w.whole.size());
}

TEST_CASE("the end of a log that the power has torn is no damage") {
  killed w;
  // Of the last transaction any frame may be missing, or another one's bytes be in its place.
  const std::size_t end = header_size + w.frames() * frame_size;
  std::size_t first = w.frames() - 1;
  const auto has_mark = [&](std::size_t n) {
    return w.whole.substr(header_size + n * frame_size + 4, 4) != std::string(4, '\0');
  };
  while (!has_mark(first - 1))
    --first;
  const std::size_t count = w.frames() - first;
  REQUIRE(count > 2);
  for (std::size_t missing = 1; missing < (std::size_t{1} << count); ++missing) {
    for (const char filler : {'\0', 'x'}) {
      std::string bytes = w.whole;
      for (std::size_t n = 0; n < count; ++n) {
        if ((missing >> n & 1) != 0)
          bytes.replace(header_size + (first + n) * frame_size, frame_size, frame_size, filler);
      }
      CAPTURE(missing, filler);
      REQUIRE_FALSE(w.is_named(bytes));
    }
  }
  for (std::size_t size = end - 3 * frame_size; size < end; size += 100)
    REQUIRE_FALSE(w.is_named(w.whole.substr(0, size)));
}

TEST_CASE("frames of an older generation of a log are no damage") {
  killed w;
  {
    SQLite::Database other(w.options.file.path, SQLite::OPEN_READWRITE);
    other.exec("PRAGMA wal_checkpoint(RESTART)");
  }
  const std::string older = w.whole;
  w.say_some(2);
  w.take();
  REQUIRE(w.whole.size() == older.size()); // the old frames are there
  REQUIRE(w.whole.substr(0, header_size) != older.substr(0, header_size));
  CHECK_FALSE(w.is_named(w.whole));
  CHECK(w.entries() == w.said);
  // The last transaction is gone, and the frames of the older log are where it was.
  std::size_t newest = 0;
  while (w.whole.substr(header_size + newest * frame_size + 8, 8) == w.whole.substr(16, 8))
    ++newest;
  std::string bytes = w.whole;
  for (std::size_t n = newest - 2; n < newest; ++n) {
    const std::size_t at = header_size + n * frame_size;
    bytes.replace(at, frame_size, older, at, frame_size);
    CHECK_FALSE(w.is_named(bytes));
  }
}

TEST_CASE("a log beside the key ring is looked at as well") {
  killed w;
  w.close();
  w.keys.reset();
  const std::string ring = w.directory / "keys.db", copy = w.directory / "ring-copy.db";
  {
    SQLite::Database db(ring, SQLite::OPEN_READWRITE);
    db.exec("PRAGMA journal_mode=WAL");
    for (const char* value : {"1", "2", "3"})
      db.exec(std::string("CREATE TABLE IF NOT EXISTS x (y); INSERT INTO x VALUES (") + value +
              ")");
    std::filesystem::copy_file(ring, copy);
    std::string wal = content_of(ring + "-wal");
    wal[header_size + 500] = static_cast<char>(wal[header_size + 500] ^ 4);
    write(copy + "-wal", wal);
  }
  CHECK_THAT(key_ring::open(copy, {w.master}).error().message,
             StartsWith("the key ring '" + copy + "' is damaged: frame 1 of"));
  CHECK_THAT(key_ring::open_to_read(copy, {w.master}).error().message,
             StartsWith("the key ring '" + copy + "' is damaged: frame 1 of"));
}
