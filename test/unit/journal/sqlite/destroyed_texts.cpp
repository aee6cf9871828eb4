// Texts that were destroyed: gone from every copy of the journal, while its log stays as it was.
#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/compact.hpp"
#include "journal/sqlite/erase_texts.hpp"
#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

namespace fs = std::filesystem;

const std::string gone(destroyed_text);

struct world : test::store_world {
  /// Several entries in one record.
  void say_together(const std::string& room, const std::vector<std::string>& texts,
                    const std::string& from = "alice") {
    std::vector<operation> group;
    for (const std::string& text : texts) {
      group.push_back(append_of(room, text));
      std::get<append_operation>(group.back().what).draft.what.from = from;
    }
    for (const operation& o : apply(std::move(group)))
      REQUIRE_FALSE(o.refused);
  }
  erased_texts erase(const std::string& room, const chosen_texts& which) {
    close();
    keys.reset();
    const auto done = erase_texts(directory.string(), {master}, room, which);
    open_ring();
    return done.value();
  }
  erased_texts erase_entry(const std::string& room, std::uint64_t offset) {
    return erase(room, {{{offset, offset}}, {}});
  }
  void open_ring() { keys = key_ring::open(directory / "keys.db", {master}).value(); }
  void keep(const std::string& file) {
    close();
    if (file == "keys.db") keys.reset();
    fs::copy_file(directory / file, directory / (file + ".kept"));
    if (file == "keys.db") open_ring();
  }
  void put_back(const std::string& file) {
    close();
    if (file == "keys.db") keys.reset();
    fs::copy_file(directory / (file + ".kept"), directory / file,
                  fs::copy_options::overwrite_existing);
    if (file == "keys.db") open_ring();
  }
  verify_report verified(const std::optional<head_name>& since = {}) {
    close();
    auto report = verify(options.file, *keys, {}, since).value();
    for (const auto& bad : report.bad)
      FAIL_CHECK(bad.why);
    return report;
  }
  std::vector<std::string> with_word(const std::string& word) {
    search_query q;
    q.room = "den";
    q.words = {word};
    q.limit = 100;
    return found(q);
  }
  bool was_told(std::string_view words) const {
    return std::ranges::any_of(reports,
                               [&](const std::string& r) { return r.find(words) != r.npos; });
  }
  std::string ring_sql(const std::string& query) const {
    return SQLite::Database(directory / "keys.db").execAndGet(query).getString();
  }
};

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("one text in the middle of a record is destroyed, and nothing else") {
  world w;
  w.say("den", "before");
  w.say_together("den", {"one lemon", "two lemons", "three lemons"});
  w.say("den", "behind");
  const auto head = head_of(w.options.file, *w.keys).value();
  const journal::page page = w.read("den");
  const erased_texts done = w.erase_entry("den", 3);
  CHECK(done.destroyed == 1);
  CHECK(w.texts("den") == texts{"before", "one lemon", gone, "three lemons", "behind"});
  const journal::page now = w.read("den");
  for (std::size_t i = 0; i < 5; ++i) {
    const entry& was = page.entries[i].what;
    const entry& is = now.entries[i].what;
    CHECK(is.at == was.at);
    CHECK(is.at.tag == was.at.tag);
    CHECK(is.time == was.time);
    CHECK(is.from == was.from);
    CHECK(is.kind == (i == 2 ? entry_kind::destroyed : entry_kind::message));
    CHECK(now.entries[i].author == page.entries[i].author);
  }
  const verify_report report = w.verified(head);
  CHECK(report.not_since.empty());
  CHECK(report.entries == 5);
  CHECK(report.destroyed == 1);
  REQUIRE(report.where_destroyed.size() == 1);
  CHECK(report.where_destroyed.front().room == "den");
  CHECK(report.where_destroyed.front().first == 3);
  CHECK(report.where_destroyed.front().last == 3);
  w.say("den", "later");
  CHECK(w.texts("den").back() == "later");
  CHECK(w.reports.empty());
}

TEST_CASE("no copy of the journal has a text that was destroyed, and the index made of it is new") {
  world w;
  w.options.index.entries = 4;
  w.say_together("den", {"one lemon", "two limes", "three lemons", "four pears"});
  w.tidy();
  w.keep("journal.db");
  REQUIRE(w.with_word("limes") == texts{"two limes"});
  w.erase_entry("den", 2);
  CHECK(w.with_word("limes").empty());
  CHECK(w.with_word("lemons") == texts{"three lemons"});
  search_query by_author;
  by_author.room = "den";
  by_author.from = "alice";
  by_author.limit = 10;
  CHECK(w.found(by_author) == texts{"one lemon", "three lemons", "four pears"});
  const std::string key = w.sql_of("SELECT max(key) FROM search_runs");

  w.put_back("journal.db");
  // The words that it shows by their hashes are under a key that is gone.
  const auto old = w.keys
                       ->key(w.keys->tag_of("den"), static_cast<std::uint32_t>(std::stoul(w.sql_of(
                                                        "SELECT max(key) FROM search_runs"))))
                       .value();
  CHECK_FALSE(old->can_search());
  CHECK(w.texts("den") == texts{"one lemon", gone, "three lemons", "four pears"});
  w.tidy();
  CHECK(w.with_word("limes").empty());
  CHECK(w.with_word("lemons") == texts{"three lemons"});
  CHECK(w.sql_of("SELECT max(key) FROM search_runs") == key);
  CHECK(w.verified().destroyed == 1);
}

TEST_CASE("a text can be destroyed again, and what was not there is told") {
  world w;
  w.say_together("den", {"one", "two", "three"});
  CHECK(w.erase("den", {{{1, 2}}, {}}).destroyed == 2);
  const std::string ring = w.ring_sql("SELECT count(*) FROM keys");
  const erased_texts again = w.erase("den", {{{2, 2}}, {}});
  CHECK(again.destroyed == 0);
  CHECK(again.were_gone == 1);
  CHECK(w.ring_sql("SELECT count(*) FROM keys") == ring);
  w.close();
  const auto beyond = find_texts(w.directory.string(), *w.keys, "den", {{{3, 4}}, {}});
  REQUIRE_FALSE(beyond.has_value());
  CHECK(beyond.error().message == "#den has no entry 4: its newest one is 3");
  CHECK(w.texts("den") == texts{gone, gone, "three"});
}

TEST_CASE("all that was said under a name is destroyed, and its bearer may say more") {
  world w;
  w.say_together("den", {"a1", "a2"});
  w.say_together("den", {"b1"}, "bob");
  w.say_together("den", {"a3"}, "Alice");
  w.say_together("lobby", {"elsewhere"});
  w.keys->renew().value();
  w.say_together("den", {"a4"});
  const erased_texts done = w.erase("den", {{}, "ALICE"});
  CHECK(done.destroyed == 4);
  CHECK(w.texts("den") == texts{gone, gone, "b1", gone, gone});
  CHECK(w.texts("lobby") == texts{"elsewhere"});
  CHECK(w.read("den").entries[3].what.from == "Alice");
  w.say_together("den", {"a5"});
  CHECK(w.texts("den").back() == "a5");
  CHECK(w.erase("den", {{}, "alice"}).destroyed == 1);
  CHECK(w.texts("den") == texts{gone, gone, "b1", gone, gone, gone});
}

TEST_CASE("what is no longer kept is destroyed in backups, by its author and by its offset") {
  for (const bool by_author : {true, false}) {
    world w;
    w.options.keep.entries = 2;
    for (const char* text : {"one", "two", "three", "four"})
      w.say("den", text);
    w.keep("journal.db");
    w.tidy();
    w.close();
    REQUIRE(w.texts("den") == texts{"three", "four"});
    const erased_texts done = by_author ? w.erase("den", {{}, "alice"}) : w.erase_entry("den", 2);
    CHECK(done.destroyed == (by_author ? 2 : 0));
    CHECK(done.not_kept == (by_author ? 0 : 1));
    w.put_back("journal.db");
    SQLite::Database db(w.options.file.path);
    room_table rooms(db, *w.keys);
    record_table records(db);
    const auto room = rooms.find(w.keys->tag_of("den")).value();
    texts all;
    records.forwards(room, 0, [&](const stored_record& s) {
      const auto key = w.keys->key(room.tag, s.header.key).value();
      for (const journal::record& e : open(*key, s, "den").value())
        all.push_back(e.what.text);
      return true;
    });
    CHECK(all == (by_author ? texts{gone, gone, gone, gone} : texts{"one", gone, "three", "four"}));
  }
}

TEST_CASE("a topic goes with the entry that set it, in older copies too") {
  world w;
  w.say("den", "hello");
  w.apply(test::store_world::append_of("den", "a secret topic", {}, entry_kind::topic));
  w.keep("journal.db");
  CHECK(w.state("den").topic == "a secret topic");
  w.erase_entry("den", 1);
  CHECK(w.state("den").topic == "a secret topic");
  w.erase_entry("den", 2);
  CHECK(w.state("den").topic.empty());
  w.close();
  CHECK(w.sql_of("SELECT length(topic) FROM rooms") == "0");
  w.put_back("journal.db");
  CHECK(w.state("den").topic.empty());
  w.apply(test::store_world::append_of("den", "another", {}, entry_kind::topic));
  w.reopen();
  CHECK(w.state("den").topic == "another");
  w.verified();
}

TEST_CASE("an older keys.db that is put back is told, and so is a row that is changed in it") {
  world w;
  w.say_together("den", {"one", "two"});
  w.close();
  w.keep("keys.db");
  w.erase_entry("den", 2);
  SECTION("all of it") {
    w.put_back("keys.db");
    w.store();
    CHECK(w.was_told("is an older copy than the journal"));
  }
  SECTION("a row of it") {
    w.keys.reset();
    SQLite::Database db(w.directory / "keys.db", SQLite::OPEN_READWRITE);
    db.exec("ATTACH '" + w.directory / "keys.db.kept" + "' AS kept");
    REQUIRE(db.exec("REPLACE INTO texts SELECT * FROM kept.texts") == 1);
    db.exec("DETACH kept");
    w.open_ring();
    w.store();
    CHECK(w.was_told("are not those that asio-chatd has left"));
  }
  SECTION("one that claims to be what is there") {
    w.keys.reset();
    SQLite::Database db(w.directory / "keys.db", SQLite::OPEN_READWRITE);
    db.exec("ATTACH '" + w.directory / "keys.db.kept" + "' AS kept");
    REQUIRE(db.exec("UPDATE texts SET wrapped=(SELECT k.wrapped FROM kept.texts k WHERE "
                    "k.number=texts.number) WHERE number IN (SELECT number FROM kept.texts)") == 1);
    db.exec("DETACH kept");
    w.open_ring();
    const auto report = verify(w.options.file, *w.keys).value();
    REQUIRE(report.bad.size() == 1);
    CHECK(report.bad.front().why.find("the keys of a room's texts do not open") !=
          std::string::npos);
  }
  SECTION("one that was taken out") {
    w.keys.reset();
    SQLite::Database(w.directory / "keys.db", SQLite::OPEN_READWRITE)
        .exec("DELETE FROM texts WHERE change=(SELECT min(change) FROM texts)");
    w.open_ring();
    const auto report = verify(w.options.file, *w.keys).value();
    CHECK(report.bad.size() == 2); // the record, and the ring
    w.store();
    CHECK(w.was_told("are not those that asio-chatd has left"));
  }
}

TEST_CASE("a flipped bit in the keys of texts is named") {
  world w;
  w.say_together("den", {"one", "two", "three"});
  w.erase_entry("den", 2);
  w.say("den", "four");
  w.close();
  w.keep("keys.db");
  for (const std::string column : {"change", "searchable", "number"}) {
    INFO(column);
    w.put_back("keys.db");
    w.keys.reset();
    SQLite::Database(w.directory / "keys.db", SQLite::OPEN_READWRITE)
        .exec(fmt::format("UPDATE texts SET {0}=({0}+1)%2147483647", column));
    w.open_ring();
    CHECK_FALSE(verify(w.options.file, *w.keys).value().good());
  }
  for (std::size_t at = 0; at < 150; at += 10) {
    INFO(at);
    w.put_back("keys.db");
    w.keys.reset();
    test::flip(w.directory / "keys.db", "texts", "number", "wrapped", at);
    w.open_ring();
    CHECK_FALSE(verify(w.options.file, *w.keys).value().good());
  }
}

TEST_CASE("a destroyed text stays so whatever is done with the keys, the room and the file") {
  world w;
  w.say_together("den", {"one", "two", "three"});
  w.erase_entry("den", 2);
  const texts expected{"one", gone, "three"};
  SECTION("another master key") {
    const secret_key other = secret_key::random();
    w.keys->rotate({other, w.master}).value();
    w.master = other;
    w.close();
    w.open_ring();
    CHECK(w.texts("den") == expected);
    CHECK_FALSE(key_ring::open(w.directory / "keys.db", {secret_key::random()}).has_value());
  }
  SECTION("a backup that is made and put back") {
    const std::string copy = w.directory / "copy.db";
    w.close();
    CHECK(back_up(w.options.file, copy, *w.keys).value().destroyed == 1);
    fs::copy_file(copy, w.options.file.path, fs::copy_options::overwrite_existing);
    w.say("den", "four");
    CHECK(w.texts("den") == texts{"one", gone, "three", "four"});
    CHECK(w.state("den").head.epoch != w.read("den").entries.front().what.at.epoch);
  }
  SECTION("compact") {
    w.close();
    compact(w.directory.string(), *w.keys).value();
    CHECK(w.texts("den") == expected);
  }
  SECTION("retention") {
    w.options.keep.entries = 2;
    w.tidy();
    w.say("den", "four");
    w.tidy();
    CHECK(w.texts("den") == texts{"three", "four"});
  }
  SECTION("erase of the room") {
    w.close();
    w.keys.reset();
    erase_room(w.directory.string(), {w.master}, "den").value();
    w.open_ring();
    CHECK(w.texts("den").empty());
    CHECK(w.ring_sql("SELECT count(*) FROM texts") == "0");
    w.say("den", "anew");
    CHECK(w.texts("den") == texts{"anew"});
  }
  w.verified();
}
