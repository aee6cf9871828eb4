#include "facts_reader.hpp"

#include "base/file.hpp"
#include "base/sanitize.hpp"
#include "journal/sqlite/people_table.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/wal_check.hpp"
#include "ops/privileges.hpp"

#include <fmt/format.h>

using namespace asio_chat;

facts_reader::facts_reader(const history& from) {
  // As root SQLite would give away whatever a link beside the database leads to.
  const ops::acting_as_owner reader(directory_of(from.file.path));
  sqlite::check_wal(from.file).value();
  try {
    SQLite::Database db = sqlite::connect_for_reading(from.file);
    if (sqlite::version_of(db, from.file, sqlite::journal_schema()).value() >=
        sqlite::people_version)
      sqlite::people_table(db, *from.keys).for_each([this](const fact& f) { facts_.push_back(f); });
  } catch (const SQLite::Exception& e) {
    throw error(sqlite::explain(from.file, e));
  } catch (const sqlite::damage& e) {
    throw error(sqlite::explain(from.file, e));
  }
}

void facts_reader::keep(std::vector<fact>, kept done) {
  done(fail(errc::storage_failed, "this is only read"));
}

const account& account_called(const people& all, const std::string& name) {
  if (const account* a = all.find(name)) return *a;
  throw error(
      fail(errc::bad_setting, fmt::format("there is no account '{}': asio-chatd account list "
                                          "prints those there are",
                                          sanitize_for_log(name, 64))));
}
