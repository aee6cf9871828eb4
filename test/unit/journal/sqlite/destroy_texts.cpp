// Texts that are destroyed while the journal is in use.
#include "journal/sqlite/destroy_texts.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/golden_directory.hpp"

#include <filesystem>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

namespace fs = std::filesystem;

using text_list = std::vector<std::string>;

const std::string gone(destroyed_text);

struct world : test::store_world {
  result<void> destroy(std::vector<std::uint64_t> offsets, const std::string& room = "den") {
    const operation done = apply({destroy_operation{room, std::move(offsets)}});
    return done.refused ? result<void>(*done.refused) : result<void>();
  }
  text_list with_word(const std::string& word) {
    search_query q;
    q.room = "den";
    q.words = {word};
    q.limit = 100;
    return found(q);
  }
  void write_index() {
    while (!store().index().full())
      say("other", "x");
    tidy();
  }
  std::string ring_sql(const std::string& query) const {
    return SQLite::Database(directory / "keys.db").execAndGet(query).getString();
  }
  std::string postings() const {
    SQLite::Database db(options.file.path);
    SQLite::Statement all(db,
                          "SELECT sum(length(postings)) FROM search_runs r JOIN search_rows w ON "
                          "w.id BETWEEN r.row AND r.row + r.rows - 1 WHERE r.room=1");
    all.executeStep();
    return all.getColumn(0).getString();
  }
  void copy(const char* from, const char* to) {
    close();
    fs::copy_file(directory / from, directory / to, fs::copy_options::overwrite_existing);
  }
  void check_good() {
    close();
    for (const auto& bad : verify(options.file, *keys).value().bad)
      FAIL_CHECK(bad.why);
  }
};

} // namespace

TEST_CASE("a text is destroyed in the middle of the talk, and found no more") {
  world w;
  w.options.index.entries = 8;
  for (const char* text : {"one lemon", "two lemons", "three lemons"})
    w.say("den", text);
  const std::string key = w.ring_sql("SELECT count(*) FROM keys");
  CHECK(w.destroy({2}).has_value());
  CHECK(w.texts("den") == text_list{"one lemon", gone, "three lemons"});
  CHECK(w.with_word("lemons") == text_list{"three lemons"});
  w.say("den", "four lemons");
  CHECK(w.texts("den").back() == "four lemons");
  w.write_index();
  CHECK(w.with_word("lemons") == text_list{"three lemons", "four lemons"});
  const std::string before = w.postings();
  CHECK(w.destroy({3, 4}).has_value()); // in the file by now
  CHECK(std::stoi(w.postings()) < std::stoi(before));
  CHECK(w.with_word("lemons").empty());
  CHECK(w.with_word("lemon") == text_list{"one lemon"});
  CHECK(w.ring_sql("SELECT count(*) FROM keys") == std::to_string(std::stoi(key) + 1)); // `other`
  CHECK(w.ring_sql("SELECT count(*) FROM texts WHERE searchable=0") == "0");
  w.check_good();
  CHECK(w.reports.empty());
}

TEST_CASE("what is destroyed twice, is not there, or of no room takes nothing") {
  world w;
  w.say("den", "one");
  CHECK(w.destroy({1}).has_value());
  const std::string changes = w.ring_sql("SELECT hex(wrapped) FROM texts");
  CHECK(w.destroy({1, 0, 2, UINT64_MAX}).has_value());
  CHECK(w.destroy({1}, "attic").has_value());
  CHECK(w.ring_sql("SELECT hex(wrapped) FROM texts") == changes);
  CHECK(w.reports.empty());
}

TEST_CASE("the next start takes the words from all copies, and gives the room a new key") {
  world w;
  w.say("den", "one lemon");
  w.say("den", "two lemons");
  w.say("attic", "lemonade");
  w.copy("journal.db", "old.db");
  CHECK(w.destroy({2}).has_value());
  const auto keys_of = [&w](const char* what) { return w.ring_sql(what); };
  CHECK(keys_of("SELECT count(*) FROM texts") == "2");
  w.reopen();
  CHECK(keys_of("SELECT count(*) FROM texts") == "3");
  CHECK(keys_of("SELECT count(*) FROM texts WHERE searchable=0") == "1");
  w.tidy();
  CHECK(w.with_word("lemon") == text_list{"one lemon"});
  CHECK(w.with_word("lemons").empty());
  w.reopen(); // once is enough
  CHECK(keys_of("SELECT count(*) FROM texts") == "3");
  w.check_good();
}

TEST_CASE("a journal from before a text was said takes another one in its place") {
  world w;
  w.say("den", "one");
  w.copy("journal.db", "old.db");
  w.say("den", "two");
  CHECK(w.destroy({2}).has_value());
  w.copy("old.db", "journal.db");
  for (const char* rest : {"journal.db-wal", "journal.db-shm"})
    fs::remove(w.directory / rest);
  w.options.begin_anew = true;
  CHECK(w.say("den", "another two"));
  CHECK(w.texts("den") == text_list{"one", "another two"});
}

TEST_CASE("a text from before texts had keys of their own is refused, with what to do") {
  test::golden_directory d(5);
  std::vector<operation> group;
  group.push_back({destroy_operation{"lobby", {90}}});
  d.store().recall();
  test::apply_all(d.store(), group);
  REQUIRE(group.front().refused);
  CHECK(group.front().refused->code == errc::not_available);
  CHECK(group.front().refused->message.find("asio-chatd erase --entry") != std::string::npos);
  d.close();
  CHECK(verify(d.options.file, *d.keys).value().destroyed == 0);
}

TEST_CASE("a disk that takes nothing keeps the text, and the answer says so") {
  world w;
  w.say("den", "one");
  w.close();
  SQLite::Database other(w.directory / "keys.db", SQLite::OPEN_READWRITE);
  w.store();
  other.exec("BEGIN EXCLUSIVE"); // stands for whatever keeps the ring from being written
  const auto done = w.destroy({1});
  other.exec("ROLLBACK");
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == errc::storage_failed);
  CHECK(w.texts("den") == text_list{"one"});
  CHECK(w.destroy({1}).has_value());
  CHECK(w.texts("den") == text_list{gone});
}
