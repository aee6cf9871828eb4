#include "journal/sqlite/sqlite_journal.hpp"

#include "support/faulty_vfs.hpp"
#include "support/run_until.hpp"
#include "support/temp_directory.hpp"

#include <asio_chat/testing/journal_contract.hpp>

#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

using namespace asio_chat;
using testing::journal_bench;

namespace {

/// A journal that can be opened again.
struct kept_journal {
  test::temp_directory directory;
  sqlite::secret_key master = sqlite::secret_key::random();
  std::vector<std::string> reports;
  /// Called on the thread that has something for the caller, before it is handed over.
  std::function<void()> before_answers = [] {};

  testing::journal_maker maker(std::string vfs = {}, bool begin_anew = false) {
    return [this, vfs, begin_anew](const testing::journal_wishes& w) {
      sqlite_journal::options o{.directory = directory.string(), .vfs = vfs};
      o.begin_anew = begin_anew;
      o.masters.push_back(master);
      o.on_report = [this](severity, const std::string& s) { reports.push_back(s); };
      return sqlite_journal::open(std::move(o),
                                  [this, later = w.later()](auto task) {
                                    before_answers();
                                    later(std::move(task));
                                  })
          .value();
    };
  }
};

sqlite_journal& names_of(journal_bench& b) {
  return dynamic_cast<sqlite_journal&>(*b.log);
}

} // namespace

TEST_CASE("a sqlite_journal opened again goes on where it was") {
  kept_journal kept;
  position last;
  {
    journal_bench b(kept.maker());
    entry e = b.draft("den", "one", "id");
    e.time = system_clock().wall_now();
    b.append(std::move(e));
    last = b.append("den", "two").at;
  }
  journal_bench b(kept.maker());
  CHECK(b.state("den").head == last);
  CHECK(b.append("den", "again", "id").duplicate);
  CHECK(testing::texts(b.read("den", {})) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("names said last before the end are kept") {
  kept_journal kept;
  const held_name alice{{1}, "alice", {}};
  const held_name bob{{2}, "bob", wall_time(std::chrono::hours(1))};
  {
    journal_bench b(kept.maker());
    CHECK(names_of(b).held_names().empty());
    for (int i = 0; i < 100; ++i)
      names_of(b).hold({{1}, "name-" + std::to_string(i), {}}, [] {});
    names_of(b).hold({{3}, "carol", {}}, [] {});
    names_of(b).hold(alice, [] {});
    names_of(b).hold(bob, [] {});
    names_of(b).release({3}, [] {});
  }
  journal_bench b(kept.maker());
  CHECK(names_of(b).held_names() == std::vector<held_name>{alice, bob});
}

TEST_CASE("a sqlite_journal whose people do not open says so, and what to do") {
  kept_journal kept;
  {
    journal_bench b(kept.maker());
    bool done = false;
    names_of(b).keep({{fact_kind::account, "1", "alice"}}, [&](const result<void>& how) {
      CHECK(how.has_value());
      done = true;
    });
    REQUIRE(b.inbox.run_until([&] { return done; }));
  }
  SQLite::Database(kept.directory / "journal.db", SQLite::OPEN_READWRITE)
      .exec("UPDATE people SET sealed=zeroblob(length(sealed))");
  journal_bench b(kept.maker({}, true));
  std::string said;
  try {
    names_of(b).facts_at_start([](const fact&) { FAIL("nothing opens"); });
  } catch (const error& e) {
    said = e.what();
  }
  CHECK(said ==
        "the journal '" + (kept.directory / "journal.db") +
            "' cannot be used: a row of what it keeps of people cannot be opened; restore a "
            "backup, and the keys.db that belongs to it");
}

TEST_CASE("names are kept though the end comes between two commits") {
  test::faulty_vfs disk;
  kept_journal kept;
  std::atomic<int> commits = 0;
  std::atomic<bool> queued = false;
  std::atomic<bool> ending = false;
  {
    journal_bench b(kept.maker(disk.name()));
    disk.set_fault([&](test::faulty_vfs::call c, const std::string& path) {
      if (c != test::faulty_vfs::call::sync || !path.ends_with("-wal")) return SQLITE_OK;
      // The first waits until the others are so many that they need more than one; the second
      // waits for the end, and from then on each lets it begin.
      const int number = ++commits;
      while (number == 1 && !queued)
        std::this_thread::yield();
      while (number == 2 && !ending)
        std::this_thread::yield();
      if (number >= 2) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      return SQLITE_OK;
    });
    const auto ignore = [](const auto&) {};
    b.log->append(b.draft("den", "x"), {}, ignore);
    b.inbox.run_all(); // what is appended in a turn is handed over at its end
    while (commits < 1)
      std::this_thread::yield();
    names_of(b).hold({{1}, "alice", {}}, [] {});
    for (int i = 0; i < 20'000; ++i)
      b.log->append(b.draft("den", "x"), {}, ignore);
    names_of(b).hold({{2}, "bob", {}}, [] {});
    b.inbox.run_all();
    queued = true;
    while (commits < 2)
      std::this_thread::yield();
    ending = true;
  }
  disk.repair();
  journal_bench b(kept.maker());
  const std::vector<held_name> both{{{1}, "alice", {}}, {{2}, "bob", {}}};
  CHECK(names_of(b).held_names() == both);
  CHECK(b.state("den").head.offset < 20'000); // it did end between them
}

TEST_CASE(
    "what is refused is told to the sender, and why to the operator, on the caller's thread") {
  test::faulty_vfs disk;
  kept_journal kept;
  journal_bench b(kept.maker(disk.name()));
  b.append("den", "one");
  disk.fill_disk();
  std::optional<failure> refused;
  b.log->append(b.draft("den", "two"), {}, [&](const auto& a) { refused = a.error(); });
  CHECK(kept.reports.empty());
  REQUIRE(b.inbox.run_until([&] { return refused && !kept.reports.empty(); }));
  CHECK(refused->code == errc::storage_failed);
  CHECK(testing::texts(b.read("den", {})) == std::vector<std::string>{"one"});
  disk.repair();
  CHECK(b.append("den", "three").at.offset == 2);
  CHECK(kept.reports.size() == 2);
}

TEST_CASE("reading what is damaged fails with a sentence, and the rest goes on") {
  kept_journal kept;
  {
    journal_bench b(kept.maker());
    for (int i = 0; i < 3; ++i)
      b.append("den", "x");
    b.append("nook", "x");
  }
  {
    SQLite::Database db(kept.directory / "journal.db", SQLite::OPEN_READWRITE);
    db.exec("UPDATE records SET sealed=zeroblob(100) WHERE place=(1<<40)+2");
  }
  journal_bench b(kept.maker());
  std::optional<failure> failed;
  b.log->read("den", {{log_range::side::after, {}, 10}},
              [&](const auto& p) { failed = p.error(); });
  REQUIRE(b.inbox.run_until([&] { return failed && !kept.reports.empty(); }));
  CHECK(failed->message == "what was said here cannot be read; the server's log says why");
  CHECK_THAT(kept.reports[0], Catch::Matchers::Contains("the entries 2 to 2 of #den"));
  CHECK(testing::texts(b.read("nook", {})).size() == 1);
  CHECK(b.append("den", "y").at.offset == 4);
}

TEST_CASE("C46 C47: no eight bytes of what is known are in any file of the journal") {
  kept_journal kept;
  const std::vector<std::string> known{"marmalade,quinces,elderberries",
                                       "tonight_zucchini_for_everybody",
                                       "Bartholomew",
                                       "larder-under-staircase",
                                       "0815-4711-2357-1113",
                                       "Gwendolyn_Fairfax"};
  const auto look = [&] {
    int files = 0;
    for (const auto& f : std::filesystem::directory_iterator(kept.directory.string())) {
      ++files;
      std::ifstream in(f.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      for (const std::string& k : known) {
        for (std::size_t at = 0; at + 8 <= k.size(); ++at) {
          if (bytes.find(k.substr(at, 8)) != std::string::npos)
            FAIL_CHECK("'" + k.substr(at, 8) + "' is in " + f.path().string());
        }
      }
    }
    return files;
  };
  {
    journal_bench b(kept.maker());
    for (int i = 0; i < 6'000; ++i) { // more than the index keeps in memory
      b.log->append(b.draft(known[3], known[0], i == 0 ? known[4] : "", known[2]), {1},
                    [](const auto&) {});
    }
    entry topic = b.draft(known[3], known[1], "", known[2]);
    topic.kind = entry_kind::topic;
    b.append(topic);
    names_of(b).hold({{1}, known[5], {}}, [] {});
    CHECK(b.search({known[3], {"quinces"}, {}, {}, {}}).entries.size() == 50);
    CHECK(look() >= 4); // with the WAL and its index
  }
  CHECK(look() == 2);
}

TEST_CASE("whoever says much in one turn waits for it, and what another says is answered before") {
  kept_journal kept;
  journal_bench b(kept.maker());
  constexpr int count = 100;
  std::vector<std::string> answered;
  std::vector<std::string> in_flood;
  const auto say = [&](const std::string& room, const std::string& text, const identity& by) {
    b.log->append(b.draft(room, text), by, [&answered, room](const auto& r) {
      REQUIRE(r.has_value());
      answered.push_back(room);
    });
  };
  // The writer does not go on with the flood before the other room was read.
  std::thread::id writer;
  int commits = 0;
  std::atomic<bool> was_read = false;
  kept.before_answers = [&, caller = std::this_thread::get_id()] {
    const auto me = std::this_thread::get_id();
    if (me == caller) return;
    if (writer == std::thread::id()) writer = me;
    if (me != writer) was_read = true;
    if (me != writer || ++commits != 3) return;
    const auto end = std::chrono::steady_clock::now() + test::patience;
    while (!was_read && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
  };
  for (int i = 0; i < count; ++i) {
    in_flood.push_back(std::to_string(i) + std::string(8000, 'x'));
    say("flood", in_flood.back(), {1});
  }
  std::optional<std::vector<std::string>> read;
  b.log->read("flood", {{log_range::side::after, {}, 1'000}, std::size_t{1} << 30},
              [&](const auto& p) { read = testing::texts(p.value()); });
  say("den", "hello", {2});
  std::optional<std::vector<std::string>> read_elsewhere;
  std::size_t answered_by_then = 0;
  b.log->read("den", {}, [&](const auto& p) {
    read_elsewhere = testing::texts(p.value());
    answered_by_then = answered.size();
  });
  REQUIRE(b.inbox.run_until([&] { return answered.size() == count + 1 && read; }));
  const auto den = std::ranges::find(answered, "den") - answered.begin();
  CHECK(den < 20);
  CHECK(*read == in_flood); // it sees all that was said before it in its room
  CHECK(read_elsewhere == std::vector<std::string>{"hello"});
  CHECK(answered_by_then < count); // and another one does not wait for that
}

TEST_CASE("while keys of texts are destroyed, what is said in other rooms is stored and answered") {
  kept_journal kept;
  journal_bench b(kept.maker());
  b.append("den", "a secret");
  b.append("other", "one");
  SQLite::Database ring(kept.directory / "keys.db", SQLite::OPEN_READWRITE);
  ring.exec("BEGIN IMMEDIATE"); // so nobody can write into it
  std::optional<result<void>> destroyed;
  bool said = false;
  bool said_there = false;
  b.log->destroy("den", {1}, [&](result<void> r) { destroyed = std::move(r); });
  b.log->append(b.draft("den", "behind it"), {}, [&](const auto& r) {
    CHECK(destroyed.has_value()); // the calls about a room are answered in their order
    said_there = r.has_value();
  });
  b.log->append(b.draft("other", "two"), {}, [&](const auto& r) { said = r.has_value(); });
  REQUIRE(b.inbox.run_until([&] { return said; }, std::chrono::seconds(4)));
  CHECK_FALSE(destroyed.has_value());
  ring.exec("ROLLBACK");
  REQUIRE(b.inbox.run_until([&] { return destroyed && said_there; }));
  CHECK(destroyed->has_value());
  CHECK(testing::texts(b.read("den", {})) ==
        std::vector<std::string>{std::string(destroyed_text), "behind it"});
  CHECK(testing::texts(b.read("other", {})) == std::vector<std::string>{"one", "two"});
}
