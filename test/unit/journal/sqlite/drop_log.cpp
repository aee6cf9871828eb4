// Logs that are dropped while the journal is in use.
#include "journal/sqlite/drop_log.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using namespace std::chrono_literals;

namespace {

using dropped = journal::drop_state;
using text_list = std::vector<std::string>;

struct dropping_world : test::store_world {
  /// Of a room that was silent for two days.
  result<dropped> drop(const std::string& room = "den") {
    return drop(room, time.wall_now() - 48h);
  }
  result<dropped> drop(const std::string& room, wall_time quiet) {
    const operation done = apply({drop_operation{room, quiet}});
    if (done.refused) return *done.refused;
    return std::get<drop_operation>(done.what).state;
  }
  text_list with_word(const std::string& word) {
    search_query q;
    q.room = "den";
    q.words = {word};
    q.limit = 100;
    return found(q);
  }
  std::string keys_of_rooms() const {
    return SQLite::Database(directory / "keys.db")
        .execAndGet("SELECT count(*) FROM keys WHERE wrapped IS NOT NULL AND owner!=zeroblob(16)")
        .getString();
  }
  void check_good() {
    close();
    for (const auto& bad : verify(options.file, *keys).value().bad)
      FAIL_CHECK(bad.why);
    CHECK(reports.empty());
  }
};

} // namespace

TEST_CASE("a log is dropped beside others: its entries, words and keys are gone, theirs are not") {
  dropping_world w;
  w.options.index.entries = 4;
  for (const char* text : {"one lemon", "two lemons", "three lemons"})
    w.say("den", text);
  w.say("attic", "one lemon"); // now the index is written
  w.tidy();
  const position last = *w.say("den", "four lemons"); // in the index in memory
  w.apply(test::store_world::append_of("den", "on lemons", {}, entry_kind::topic));
  w.time.advance(48h);
  const std::string keys = w.keys_of_rooms();
  REQUIRE(w.drop().value() == dropped::gone);
  CHECK(w.texts("den").empty());
  CHECK(w.with_word("lemons").empty());
  CHECK(w.texts("attic") == text_list{"one lemon"});
  CHECK(std::stoi(w.keys_of_rooms()) == std::stoi(keys) - 1);
  CHECK(w.sql_of("SELECT count(*) FROM records WHERE place>>40=1") == "0");
  CHECK(w.sql_of("SELECT count(*) FROM search_runs WHERE room=1") == "0");
  const journal::log_state now = w.state("den");
  CHECK(now.topic.empty());
  CHECK(now.head.offset == 0);
  CHECK(now.head.epoch > last.epoch);
  w.apply({close_operation{"den"}});

  const auto first = w.say("den", "five lemons");
  REQUIRE(first);
  CHECK(first->epoch == now.head.epoch);
  CHECK(first->offset == 1);
  w.reopen();
  w.tidy();
  CHECK(w.texts("den") == text_list{"five lemons"});
  CHECK(w.with_word("lemons") == text_list{"five lemons"});
  CHECK(w.texts("attic") == text_list{"one lemon"});
  w.check_good();
}

TEST_CASE("a log that is in use, or in which something was said since, is not dropped") {
  dropping_world w;
  w.say("den", "one");
  w.time.advance(48h);
  w.state("den"); // used from here on
  CHECK(w.drop().value() == dropped::kept);
  w.apply({close_operation{"den"}});
  CHECK(w.drop("den", w.time.wall_now() - 48h - 1ms).value() == dropped::kept);
  w.say("den", "two");
  CHECK(w.drop().value() == dropped::kept);
  CHECK(w.texts("den") == text_list{"one", "two"});
  CHECK(w.drop("nowhere").value() == dropped::gone);
  w.check_good();
}

TEST_CASE("while the ids of its messages are known a log is not dropped") {
  dropping_world w;
  w.options.id_window = 72h;
  w.say("den", "one", "id");
  w.time.advance(71h);
  CHECK(w.drop().value() == dropped::kept);
  CHECK(w.is_duplicate("den", "id"));
  w.time.advance(1h);
  CHECK(w.drop().value() == dropped::gone);
  CHECK_FALSE(w.is_duplicate("den", "id"));
  w.check_good();
}

TEST_CASE("a clock that has jumped ahead drops nothing, until it has stood for a day") {
  dropping_world w;
  w.say("den", "one");
  w.time.set_wall(w.time.wall_now() + 24h * 3'650);
  CHECK(w.drop().value() == dropped::kept);
  w.time.advance(25h);
  CHECK(w.drop().value() == dropped::gone);
}

TEST_CASE("a clock that has jumped ahead drops nothing either when no ids are known any more") {
  dropping_world w;
  w.options.id_window = 1h;
  w.say("den", "one");
  w.time.advance(2h);
  w.time.set_wall(w.time.wall_now() + 24h * 3'650);
  CHECK(w.drop().value() == dropped::kept);
  w.time.advance(24h * 3);
  CHECK(w.drop().value() == dropped::gone);
}

TEST_CASE("a long log is dropped in pieces, and is whole again if somebody comes meanwhile") {
  dropping_world w;
  std::vector<operation> group;
  const wall_time said = w.time.wall_now();
  for (int i = 0; i < 1'100; ++i) { // each in a record of its own, since times fall
    group.push_back(test::store_world::append_of("den", std::to_string(i)));
    std::get<append_operation>(group.back().what).draft.what.time = said - i * 1ms;
  }
  test::apply_all(w.store(), group);
  w.time.advance(48h);
  CHECK(w.drop().value() == dropped::partly);
  CHECK(w.texts("den").size() == 588);
  CHECK(w.state("den").head.offset == 1'100);
  CHECK(w.drop().value() == dropped::kept);
  w.apply({close_operation{"den"}});
  CHECK(w.drop().value() == dropped::partly);
  CHECK(w.drop().value() == dropped::gone);
  CHECK(w.texts("den").empty());
  CHECK(w.say("den", "anew"));
  w.check_good();
}

TEST_CASE("whatever ends it when the keys are gone, the log begins anew") {
  for (const bool restarts : {false, true}) {
    dropping_world w;
    w.say("den", "one");
    w.say("attic", "two");
    w.time.advance(48h);
    auto planned = [&] {
      operation o{drop_operation{"den", w.time.wall_now() - 48h}};
      return w.store().plan_destruction(o).value();
    }();
    REQUIRE(planned);
    REQUIRE(destroy_keys(*w.keys, {&*planned, 1}).value());
    if (restarts) w.reopen();
    CHECK(w.drop().value() == dropped::gone);
    CHECK(w.texts("den").empty());
    CHECK(w.say("den", "anew"));
    w.reopen();
    CHECK(w.texts("den") == text_list{"anew"});
    CHECK(w.texts("attic") == text_list{"two"});
    w.check_good();
  }
}

TEST_CASE("a disk that takes nothing keeps the log, and the answer says so") {
  dropping_world w;
  w.say("den", "one");
  w.close();
  SQLite::Database other(w.directory / "keys.db", SQLite::OPEN_READWRITE);
  w.store();
  w.time.advance(48h);
  other.exec("BEGIN EXCLUSIVE"); // stands for whatever keeps the ring from being written
  const auto done = w.drop();
  other.exec("ROLLBACK");
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == errc::storage_failed);
  CHECK(w.texts("den") == text_list{"one"});
  CHECK(w.drop().value() == dropped::gone);
}
