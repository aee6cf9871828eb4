// What is kept of people: durable, sealed, and under the head.
#include "journal/sqlite/people_table.hpp"

#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/start_checks.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/golden_directory.hpp"

#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <sqlite3.h>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::golden_directory;
using test::store_world;

namespace {

const fact alice{fact_kind::account, "0a", "alice and her password"};
const fact mallory{fact_kind::ban, "1", "mallory has to stay out"};

void keep(store_world& w, std::vector<fact> facts) {
  CHECK_FALSE(w.apply({keep_operation{std::move(facts)}}).refused);
}

std::vector<fact> kept(store_world& w) {
  w.reopen();
  auto facts = w.store().people();
  std::ranges::sort(facts, {}, &fact::key);
  return facts;
}

bool has(const std::string& file, const std::string& text) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  return bytes.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("facts are there after a restart, a later one takes the place of an earlier one") {
  store_world w;
  keep(w, {alice, mallory});
  CHECK(kept(w) == std::vector{alice, mallory});
  fact changed = alice;
  changed.value = "alice and another password";
  keep(w, {changed});
  CHECK(kept(w) == std::vector{changed, mallory});
  fact gone = mallory;
  gone.value.clear();
  keep(w, {gone});
  CHECK(kept(w) == std::vector{changed});
  w.close();
  CHECK(verify(w.options.file, *w.keys).value().good());
}

TEST_CASE("neither what a fact is about nor what it says is in the files") {
  store_world w;
  keep(w, {alice, {fact_kind::room, "secretden", "secretden and its roles"}});
  w.close();
  CHECK_FALSE(has(w.options.file.path, "alice"));
  CHECK_FALSE(has(w.options.file.path, "secretden"));
}

TEST_CASE("a fact that is taken out, changed or put back from an older copy stops the start") {
  store_world w;
  keep(w, {alice});
  w.close();
  const std::string older = w.directory / "older.db";
  std::filesystem::copy_file(w.options.file.path, older);
  fact changed = alice;
  changed.value = "alice is disabled";
  keep(w, {changed, mallory});
  w.close();
  const std::string good = w.directory / "good.db";
  std::filesystem::copy_file(w.options.file.path, good);
  for (const std::string& change :
       {std::string("DELETE FROM people"),
        std::string("DELETE FROM people WHERE id=(SELECT max(id) FROM people)"),
        std::string("UPDATE people SET sealed=zeroblob(length(sealed))"),
        "ATTACH '" + older +
            "' AS older; DELETE FROM people; "
            "INSERT INTO people SELECT * FROM older.people"}) {
    INFO(change);
    std::filesystem::copy_file(good, w.options.file.path,
                               std::filesystem::copy_options::overwrite_existing);
    w.sql(change);
    CHECK(w.open_failure().message.find("what it keeps of people") != std::string::npos);
    CHECK_FALSE(check_journal(w.options.file, *w.keys, false).has_value());
    CHECK(check_journal(w.options.file, *w.keys, false, false).has_value()); // a start does it once
    CHECK_FALSE(verify(w.options.file, *w.keys).value().good());
  }
}

TEST_CASE("a row that does not open stops whoever reads people, though its sum fits") {
  store_world w;
  keep(w, {alice});
  keep(w, {mallory});
  w.close();
  w.sql("UPDATE people SET sealed=zeroblob(length(sealed))");
  CHECK(check_journal(w.options.file, *w.keys, true)
            .error()
            .message.find("a row of what it keeps of people cannot be opened") !=
        std::string::npos);
  w.options.begin_anew = true; // takes the sums of what is there
  CHECK_THROWS_AS(w.store().people(), damage);
  w.options.begin_anew = false;
  w.reopen();
  CHECK_THROWS_AS(w.store().people(), damage);
  w.close();
  CHECK_FALSE(verify(w.options.file, *w.keys).value().good());
}

TEST_CASE("people: what was read to compare their sum is not kept") {
  store_world w;
  w.reopen();
  const auto without = ::sqlite3_memory_used();
  std::vector<fact> many;
  for (int i = 0; i < 5'000; ++i)
    many.push_back({fact_kind::account, std::to_string(i), std::string(200, 'x')});
  keep(w, std::move(many));
  w.reopen();
  CHECK(::sqlite3_memory_used() < without + 300'000);
}

TEST_CASE("a journal from before there were people gets an empty table, and its head holds") {
  golden_directory d(4);
  CHECK(verify(d.options.file, *d.keys).value().good());
  d.store();
  CHECK(d.store().people().empty());
  CHECK(d.sql("PRAGMA user_version") == std::to_string(journal_version));
  CHECK_FALSE(std::filesystem::exists(d.options.file.path + ".before-v5"));
  CHECK(verify(d.options.file, *d.keys).value().good());
}

TEST_CASE("a version that is lowered does not hide what is kept of people") {
  store_world w;
  keep(w, {mallory});
  w.close();
  w.sql("DROP TABLE people; PRAGMA user_version=4");
  CHECK_FALSE(verify(w.options.file, *w.keys).value().good());
  CHECK(w.open_failure().message.find("what it keeps of people") != std::string::npos);
}
