// Power cuts at any moment, one after the other, on the same files.
#include "journal/sqlite/verify.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <sqlite3.h>

#include <array>
#include <map>
#include <random>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::faulty_vfs;
using test::store_world;
using call = faulty_vfs::call;

namespace {

struct message {
  std::string room;
  std::string id;
  std::string text;
};

/// A disk on which journal and key ring are, and the store on it.
class machine {
 public:
  explicit machine(std::uint32_t seed)
      : random_(seed) {
    // The key ring has no VFS of its own choice.
    REQUIRE(::sqlite3_vfs_register(::sqlite3_vfs_find(disk_.name().c_str()), 1) == SQLITE_OK);
    world.options.index.entries = 50;
    world.keys.reset(); // it was opened before that
    world.keys = key_ring::open(world.directory / "keys.db", {world.master}).value();
  }

  /// The power goes at that call, counted from now; until then the disk works.
  void lose_power_after(std::uint64_t calls) {
    disk_.set_fault([this, calls](call c, const std::string& path) mutable {
      if (c == call::read || c == call::open) return SQLITE_OK;
      if (calls > 0) {
        --calls;
        return SQLITE_OK;
      }
      if (path == world.options.file.path) in_checkpoint = true;
      return SQLITE_IOERR;
    });
  }
  /// @param written how many of eight writes that were not synced have reached the disk all the
  ///   same
  void restart(std::uint64_t written) {
    disk_.cut_power();
    world.close();
    world.keys.reset();
    disk_.repair();
    disk_.restore_power([&] { return random_() % 8 < written; });
    world.keys = key_ring::open(world.directory / "keys.db", {world.master}).value();
    world.store();
  }

 private:
  faulty_vfs disk_;
  std::mt19937 random_;

 public:
  store_world world{disk_.name()};
  bool in_checkpoint = false; ///< the power went there once
};

using log = std::vector<std::pair<position, std::string>>;

/// What senders and an observer outside the machine know.
class observer {
 public:
  explicit observer(machine& m, std::uint32_t seed)
      : world_(m.world)
      , random_(seed) {}

  /// A group of new messages, or once more those of the last one, as senders do who have heard
  /// nothing.
  /// @param heard whether the answers reach anybody
  /// @return whether all are acknowledged
  bool say_some(bool heard) {
    if (unanswered_.empty()) {
      for (auto n = 1 + random_() % 20; n > 0; --n)
        unanswered_.push_back(new_message());
    }
    std::vector<operation> group;
    for (const message& m : unanswered_)
      group.push_back(store_world::append_of(m.room, m.text, m.id));
    group = world_.apply(std::move(group));
    if (group.front().refused || !heard) return false;
    for (std::size_t i = 0; i < group.size(); ++i) {
      REQUIRE_FALSE(group[i].refused);
      const auto& a = std::get<append_operation>(group[i].what);
      found_stored += a.duplicate ? 1 : 0;
      promised_[unanswered_[i].room].push_back({a.draft.what.at, unanswered_[i].text});
    }
    acknowledged += unanswered_.size();
    unanswered_.clear();
    return true;
  }

  /// Each log is what was promised; behind it are all or none of those that nobody has been
  /// answered for.
  void check_logs() {
    const bool with_more = [&] {
      if (unanswered_.empty()) return false;
      const std::string& room = unanswered_.front().room;
      return world_.state(room).head.offset > promised_[room].size();
    }();
    for (std::size_t i = 0; i < rooms; ++i) {
      const std::string room = name_of(i);
      log expected = promised_[room];
      log found;
      for (const journal::record& r : world_.read(room).entries)
        found.push_back({r.what.at, r.what.text});
      for (const message& m : unanswered_) {
        if (!with_more || m.room != room) continue;
        const std::size_t next = expected.size();
        expected.push_back({next < found.size() ? found[next].first : position{}, m.text});
      }
      REQUIRE(found == expected);
      for (std::size_t n = 0; n < found.size(); ++n) {
        if (found[n].first != position{found[0].first.epoch, n + 1})
          FAIL(room << " has another position in place of offset " << n + 1);
      }
    }
    const auto report = verify(world_.options.file, *world_.keys).value();
    for (const auto& bad : report.bad)
      FAIL(bad.room << ", " << bad.first << ": " << bad.why);
  }

  std::size_t acknowledged = 0;
  std::size_t found_stored = 0; ///< by a sender who had heard nothing

 private:
  static constexpr std::size_t rooms = 12;

  static std::string name_of(std::size_t i) { return "room-" + std::to_string(i); }
  message new_message() {
    const std::string id = std::to_string(++ids_);
    const std::size_t length = random_() % 8 == 0 ? 8'000 : random_() % 200;
    return {name_of(random_() % rooms), id, id + " " + std::string(length, 'x')};
  }

  store_world& world_;
  std::mt19937 random_;
  std::uint32_t ids_ = 0;
  std::vector<message> unanswered_;
  std::map<std::string, log> promised_;
};

} // namespace

TEST_CASE("power that goes at any moment takes nothing that was acknowledged") {
  const std::uint32_t seed = GENERATE(2u, 3u);
  machine m(seed);
  observer outside(m, seed);
  std::mt19937 random(seed);
  for (int cut = 0; cut < 60; ++cut) {
    CAPTURE(seed, cut);
    m.lose_power_after(random() % (cut % 4 == 0 ? 1'000 : 100));
    for (auto groups = random() % 60; outside.say_some(groups > 0); --groups) {
      if (random() % 2 == 0) m.world.store().tidy();
      m.world.time.advance(std::chrono::seconds(1));
    }
    m.restart(std::array{0u, 4u, 7u, 8u}[random() % 4]);
    outside.check_logs();
    REQUIRE(outside.say_some(true));
  }
  outside.check_logs();
  CHECK(outside.acknowledged > 1'000);
  CHECK(outside.found_stored > 0); // power went between the commit and its answer
}

TEST_CASE("power that goes at any call of a checkpoint takes nothing that was acknowledged") {
  std::uint64_t calls = 1; // the first one syncs the log
  for (bool went = true; went; calls += 7) {
    CAPTURE(calls);
    machine m(4);
    observer outside(m, 4);
    for (int groups = 0; groups < 20; ++groups)
      REQUIRE(outside.say_some(true));
    REQUIRE(m.world.store().tidy()); // the index is written, and the checkpoint is due
    m.lose_power_after(calls);
    CHECK_FALSE(m.world.store().tidy());
    went = m.in_checkpoint;
    m.restart(calls % 3 * 4);
    outside.check_logs();
    REQUIRE(outside.say_some(true));
  }
  CHECK(calls > 60);
}
