#include "journal/sqlite/compact.hpp"

#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/store_world.hpp"

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::store_world;

TEST_CASE("free space is given back, and nothing that is kept changes") {
  store_world w;
  w.options.keep.entries = 10;
  const std::string text(2'000, 'x');
  for (int i = 0; i < 500; ++i)
    w.say("den", text + std::to_string(i));
  w.tidy();
  const auto kept = w.texts("den");
  w.close();
  const head_name head = head_of(w.options.file, *w.keys).value();
  const compact_report done = compact(w.directory.string(), *w.keys).value();
  CHECK(done.before > 4 * done.after);
  CHECK(head_of(w.options.file, *w.keys).value() == head);
  CHECK(verify(w.options.file, *w.keys, {}, head).value().good());
  CHECK(w.texts("den") == kept);
  CHECK(w.say("den", "more"));
  CHECK(w.reports.empty());
}

TEST_CASE("a journal that is in use, or damaged, is not written anew") {
  store_world w;
  w.say("den", "x");
  w.close();
  SECTION("in use") {
    const auto lock = data_lock::take(w.directory.string()).value();
    CHECK(compact(w.directory.string(), *w.keys).error().message.find("is in use") !=
          std::string::npos);
  }
  SECTION("damaged") {
    w.sql("DELETE FROM records");
    CHECK(compact(w.directory.string(), *w.keys).error().message.find("#den: its newest entries") !=
          std::string::npos);
  }
}
