// Logs that keep less than the journal would.
#include "journal/sqlite/trim_log.hpp"

#include "accounts/facts.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using namespace std::chrono_literals;

namespace {

using text_list = std::vector<std::string>;

struct trimming_world : test::store_world {
  result<bool> trim(std::uint64_t entries, wall_time since = {}, const std::string& room = "den") {
    const operation done = apply({trim_operation{room, entries, since}});
    if (done.refused) return *done.refused;
    return std::get<trim_operation>(done.what).more;
  }
  result<bool> trim_older(std::chrono::milliseconds age) { return trim(0, time.wall_now() - age); }
  text_list with_word(const std::string& word) {
    search_query q;
    q.room = "den";
    q.words = {word};
    q.limit = 100;
    return found(q);
  }
  /// As somebody finds them in a copy from before, with the keys that there are now.
  text_list texts_of_copy(const std::string& copy) {
    const database_file file{directory / copy};
    const search_index none({});
    reader r(file, *keys, none, {});
    text_list all;
    for (const journal::record& one :
         r.read("den", {{log_range::side::after, {}, 1'000}, 1u << 20}).value().entries)
      all.push_back(one.what.text);
    return all;
  }
  void copy(const std::string& to) {
    close();
    std::filesystem::copy_file(directory / "journal.db", directory / to);
  }
  void check_good() {
    close();
    for (const auto& bad : verify(options.file, *keys).value().bad)
      FAIL_CHECK(bad.why);
    CHECK(reports == text_list());
  }
};

} // namespace

TEST_CASE("what is over a number is taken out of the log, its words and older copies") {
  trimming_world w;
  w.options.index.entries = 4;
  for (const char* text : {"one lemon", "two lemons", "three lemons", "four lemons"})
    w.say("den", text);
  w.say("attic", "one lemon");
  w.tidy();
  w.copy("old.db");
  CHECK_FALSE(w.trim(2).value());
  CHECK(w.texts("den") == text_list{"three lemons", "four lemons"});
  CHECK(w.texts("attic") == text_list{"one lemon"});
  CHECK(w.sql_of("SELECT count(*) FROM records WHERE place>>40=1") == "2");
  CHECK(w.with_word("lemons") == text_list{"three lemons", "four lemons"});
  CHECK(w.read("den", {w.state("den").head.epoch, 0}).gap == 3); // told as a gap
  w.apply({close_operation{"den"}});
  CHECK(w.texts_of_copy("old.db") == text_list{std::string(destroyed_text),
                                               std::string(destroyed_text), "three lemons",
                                               "four lemons"});
  CHECK_FALSE(w.trim(2).value()); // nothing is left to do
  CHECK(w.say("den", "five lemons")->offset == 5);
  w.reopen();
  CHECK(w.texts("den") == text_list{"three lemons", "four lemons", "five lemons"});
  REQUIRE(w.reports.size() == 1); // as after whatever destroys texts
  CHECK(w.reports.front().starts_with("The search index is being rebuilt"));
  w.reports.clear();
  w.tidy();
  CHECK(w.with_word("lemons") == text_list{"three lemons", "four lemons", "five lemons"});
  w.reports.clear();
  w.check_good();
}

TEST_CASE("what is older than that goes, and a topic and the place in the log stay") {
  trimming_world w;
  w.apply(test::store_world::append_of("den", "on lemons", {}, entry_kind::topic));
  w.say("den", "one");
  w.time.advance(48h);
  CHECK_FALSE(w.trim_older(48h + 1ms).value());
  CHECK(w.texts("den").size() == 2);
  CHECK_FALSE(w.trim_older(48h - 1ms).value());
  CHECK(w.texts("den").empty());
  CHECK(w.state("den").topic == "on lemons");
  CHECK(w.say("den", "two")->offset == 3);
  w.check_good();
}

TEST_CASE("a clock that is set back destroys nothing early, one that jumps ahead is doubted") {
  trimming_world w;
  w.say("den", "one");
  w.time.set_wall(w.time.wall_now() - 24h * 10);
  w.say("den", "two"); // said while it is wrong
  CHECK_FALSE(w.trim_older(48h).value());
  CHECK(w.texts("den") == text_list{"one", "two"});
  w.time.set_wall(w.time.wall_now() + 24h * 3'650);
  CHECK_FALSE(w.trim_older(48h).value());
  CHECK(w.texts("den") == text_list{"one", "two"});
  w.time.advance(25h);
  CHECK_FALSE(w.trim_older(48h).value());
  CHECK(w.texts("den").empty());
}

TEST_CASE("a long log is trimmed in pieces, while it is talked in") {
  trimming_world w;
  std::vector<operation> group;
  const wall_time said = w.time.wall_now();
  for (int i = 0; i < 1'100; ++i) { // each in a record of its own, since times fall
    group.push_back(test::store_world::append_of("den", std::to_string(i)));
    std::get<append_operation>(group.back().what).draft.what.time = said - i * 1ms;
  }
  test::apply_all(w.store(), group);
  CHECK(w.trim(100).value());
  CHECK(w.texts("den").size() == 588);
  w.say("den", "meanwhile");
  CHECK(w.trim(100).value() == false);
  CHECK(w.texts("den").size() == 100);
  CHECK(w.texts("den").back() == "meanwhile");
  w.check_good();
}

TEST_CASE("of a record that is kept in part the first entries go") {
  trimming_world w;
  w.apply({test::store_world::append_of("den", "one"), test::store_world::append_of("den", "two"),
           test::store_world::append_of("den", "three")});
  w.copy("old.db");
  CHECK_FALSE(w.trim(1).value());
  CHECK(w.texts("den") == text_list{"three"});
  CHECK(w.texts_of_copy("old.db").front() == destroyed_text);
  CHECK(w.texts_of_copy("old.db").back() == "three");
  w.check_good();
}

TEST_CASE("whatever ends a trim when the keys are gone, the next one takes out the rest") {
  for (const bool restarts : {false, true}) {
    trimming_world w;
    w.say("den", "one");
    w.say("den", "two");
    operation o{trim_operation{"den", 1, {}}};
    auto planned = w.store().plan_destruction(o).value();
    REQUIRE(planned);
    REQUIRE(destroy_keys(*w.keys, {&*planned, 1}).value());
    if (restarts) w.reopen();
    CHECK(w.texts("den") == text_list{std::string(destroyed_text), "two"});
    CHECK_FALSE(w.trim(1).value());
    CHECK(w.texts("den") == text_list{"two"});
    w.say("den", "three");
    CHECK(w.texts("den") == text_list{"two", "three"});
    w.check_good();
  }
}

TEST_CASE("a disk that takes nothing keeps all of it, and the answer says so") {
  trimming_world w;
  w.say("den", "one");
  w.say("den", "two");
  w.close();
  SQLite::Database other(w.directory / "keys.db", SQLite::OPEN_READWRITE);
  w.store();
  other.exec("BEGIN EXCLUSIVE"); // stands for whatever keeps the ring from being written
  const auto done = w.trim(1);
  other.exec("ROLLBACK");
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == errc::storage_failed);
  CHECK(w.texts("den") == text_list{"one", "two"});
  CHECK_FALSE(w.trim(1).value());
  CHECK(w.texts("den") == text_list{"two"});
}

TEST_CASE("a room that is erased begins anew for everybody: its facts and bans go, others stay") {
  trimming_world w;
  w.say("den", "one");
  w.say("attic", "two");
  room_facts den;
  den.name = "den";
  den.modes.is_private = true;
  room_facts attic;
  attic.name = "attic";
  ban here;
  here.number = 1;
  here.room = "den";
  ban everywhere;
  everywhere.number = 2;
  w.apply({keep_operation{{fact_of(den), fact_of(attic), fact_of(here), fact_of(everywhere)}}});
  w.close();
  REQUIRE(w.keys->destroy(w.keys->tag_of("den"), 1).has_value()); // as `erase_room` does
  std::vector<std::string> left;
  for (const fact& f : w.store().people())
    left.push_back(f.key);
  std::ranges::sort(left);
  CHECK(left == text_list{"2", "attic"});
  CHECK(w.texts("den").empty());
  w.check_good();
}
