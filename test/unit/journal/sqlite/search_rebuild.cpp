// A journal whose search index is of another version, and is rebuilt in the background.
#include "journal/sqlite/search_rebuild.hpp"

#include "journal/sqlite/head.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/tokenizer.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/journal/sqlite/golden_directory.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <filesystem>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::faulty_vfs;
using test::store_world;
using texts = std::vector<std::string>;

namespace {

/// The data directory of version 1, whose index is another one.
class old_directory : public test::golden_directory {
 public:
  old_directory()
      : golden_directory(1) {
    options.index.entries = 64; // sixteen in a step
  }

  void say(std::string text) {
    std::vector<operation> group;
    group.push_back(store_world::append_of("lobby", std::move(text)));
    test::apply_all(store(), group);
    REQUIRE_FALSE(group.front().refused);
  }
  journal::hits search(const std::string& room, std::string_view words) {
    reader r(options.file, *keys, store().index(), {});
    return r.search({room, words_in(words), {}, {}, {}, 1'000}).value();
  }
  texts found(std::string_view words) {
    texts all;
    for (const entry& e : search("lobby", words).entries)
      all.push_back(e.text);
    return all;
  }
  std::uint64_t below(std::int64_t room) {
    return search_rebuild::below(SQLite::Database(options.file.path), room);
  }
};

const texts coffee{"Café um drei", "Cafe\u0301 um vier", "the last one, cafe\u0301"};
const texts tea{"\uFF34\uFF45\uFF41 für den \uFB01sh", "makes tea", "tea at five"};

/// An index that is whole, of some rooms.
void fill(store_world& w, int entries) {
  for (int i = 1; i <= entries; ++i)
    w.say(i % 4 == 0 ? "den" : "lobby", "word number " + std::to_string(i));
}

void begin_rebuild(store_world& w) {
  w.close();
  SQLite::Database db(w.options.file.path, SQLite::OPEN_READWRITE, 0, w.options.file.vfs);
  SQLite::Transaction all(db);
  head_row head(*w.keys);
  head.load(db);
  search_rebuild::begin(db, &head.sums());
  head.move(db, draw_run());
  all.commit();
}

} // namespace

TEST_CASE("a journal of version 1 is brought up to date without a copy, its entries untouched") {
  old_directory d;
  REQUIRE(d.sql("PRAGMA user_version") == "1");
  REQUIRE(d.sql("SELECT count(*) > 2 FROM search_runs") == "1");
  d.store();
  CHECK(d.sql("PRAGMA user_version") == std::to_string(journal_version));
  CHECK_FALSE(std::filesystem::exists(d.options.file.path + ".before-v5"));
  const auto page = reader(d.options.file, *d.keys, d.store().index(), {})
                        .read("lobby", {{log_range::side::after, {}, 1'000}, 1u << 30})
                        .value();
  REQUIRE(page.entries.size() == 267);
  CHECK(page.entries[0].what.text == coffee[0]);
  CHECK(page.entries[265].what.text == "line 260");
}

TEST_CASE("the index of version 1 is made anew in the background, the newest entries first") {
  old_directory d;
  d.store(); // nothing is indexed at the start
  CHECK(d.found("café").empty());
  CHECK(d.search("lobby", "café").incomplete);
  d.say("café, said meanwhile");
  CHECK(d.found("café") == texts{"café, said meanwhile"});

  int steps = 0;
  std::size_t seen = 1;
  std::uint64_t before = d.below(1);
  for (; d.store().tidy(); ++steps) {
    const auto now = d.search("lobby", "café");
    CHECK(now.entries.size() >= seen);
    seen = now.entries.size();
    CHECK(now.incomplete == (d.below(1) != 0));
    const std::uint64_t left = d.below(1);
    if (left != 0) CHECK(before - left <= 16);
    if (left != 0) before = left;
    REQUIRE(steps < 1'000);
  }
  CHECK(steps > 20);
  CHECK_FALSE(d.search("lobby", "café").incomplete);
  texts all = coffee;
  all.push_back("café, said meanwhile");
  CHECK(d.found("café") == all);
  CHECK(d.found("cafe\u0301") == all);
  CHECK(d.found("CAFE\u0301") == all);
  CHECK(d.found("tea") == tea);
  CHECK(d.found("ｔｅａ") == tea);
  CHECK(d.found("fish") == texts{tea[0]});
  CHECK(d.found("ガギ").size() == 1);
  CHECK(d.found("line").size() == 260);
  CHECK(d.search("den", "CAFÉ").entries.size() == 1);
  CHECK(d.sql("SELECT count(*) FROM sqlite_schema WHERE name='search_rows_old'") == "0");
  CHECK(d.news.size() == 2);
  CHECK(d.reports.empty());
}

TEST_CASE("a rebuild that is ended again and again goes on from where it was") {
  old_directory d;
  int steps = 0;
  while (d.store().tidy()) {
    d.close();
    CHECK(d.found("café").size() <= coffee.size());
    REQUIRE(++steps < 1'000);
  }
  CHECK(steps > 20);
  CHECK(d.found("café") == coffee);
  CHECK(d.found("line").size() == 260);
  CHECK(d.sql("SELECT count(*) FROM search_runs a JOIN search_runs b ON a.room=b.room AND "
              "a.last<>b.last AND a.first<=b.last AND b.first<=a.last") == "0"); // nothing twice
  CHECK(d.reports.empty());
}

TEST_CASE("power that goes at any moment of a rebuild costs nothing") {
  faulty_vfs disk;
  store_world w(disk.name());
  w.options.index.entries = 40;
  fill(w, 120);
  w.tidy();
  begin_rebuild(w);
  bool done = false;
  for (std::uint64_t calls = 0; !done; ++calls) {
    REQUIRE(calls < 2'000);
    disk.set_fault([left = calls](faulty_vfs::call c, const std::string&) mutable {
      if (c == faulty_vfs::call::read || c == faulty_vfs::call::open) return SQLITE_OK;
      return left-- == 0 ? SQLITE_IOERR : SQLITE_OK;
    });
    if (auto opened = store::open(w.options, *w.keys)) {
      while ((*opened)->tidy()) {
      }
      disk.cut_power();
    } else {
      disk.cut_power();
    }
    disk.repair();
    disk.restore_power([n = calls]() mutable { return n++ % 3 == 0; });
    w.reopen();
    reader r(w.options.file, *w.keys, w.store().index(), {});
    const auto hits = r.search({"lobby", {"word"}, {}, {}, {}, 1'000}).value();
    if (!hits.incomplete) CHECK(hits.entries.size() == 90);
    CHECK(w.texts("lobby").size() == 90);
    done = !hits.incomplete && !w.store().tidy();
    w.close();
  }
  CHECK(w.found({"den", {"word"}, {}, {}, {}, 1'000}).size() == 30);
}

TEST_CASE("what is no longer kept, or was erased, is not waited for") {
  store_world w;
  w.options.index.entries = 40;
  w.options.keep.entries = 50;
  fill(w, 40);
  begin_rebuild(w);
  const auto incomplete = [&](const std::string& room) {
    reader r(w.options.file, *w.keys, w.store().index(), {});
    return r.search({room, {"word"}, {}, {}, {}, 1'000}).value().incomplete;
  };
  CHECK(incomplete("lobby"));
  for (int i = 0; i < 60; ++i)
    w.say("lobby", "word of later");
  CHECK_FALSE(incomplete("lobby"));
  CHECK(incomplete("den"));
  w.close();
  w.keys->destroy(w.keys->tag_of("den")).value();
  CHECK_FALSE(incomplete("den"));
  w.say("den", "word of a new beginning");
  w.tidy();
  w.reopen();
  CHECK(w.found({"den", {"word"}, {}, {}, {}}) == texts{"word of a new beginning"});
  CHECK(w.found({"lobby", {"word"}, {}, {}, {}, 1'000}).size() == 50);
}
