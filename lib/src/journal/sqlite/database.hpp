// The journal's database file: how it is opened, and what is said when that fails.
#pragma once

#include <asio_chat/error.hpp>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <string>

namespace asio_chat::sqlite {

struct database_file {
  std::string path;
  std::string vfs{}; ///< SQLite's default if empty
};

/// Makes an empty file, open to its owner alone, where there is none, and sees that it can be
/// written to.
result<void> prepare_file(const database_file& f);

/// A failure if it is a pipe, a device, or a directory: SQLite would wait for what never comes. One
/// that is not there is left to the caller that opens it.
result<void> check_is_file(const database_file& f);
/// The same, and a failure if the file may not be written to.
result<void> check_can_be_written(const database_file& f);

/// Nothing in the file is changed by that. Throws `SQLite::Exception`, as all that follow.
SQLite::Database connect(const database_file& f);
/// From here on what is committed is on the disk.
void prepare_to_write(SQLite::Database& db);
/// A connection for the writer: what it has committed is on the disk.
SQLite::Database connect_for_writing(const database_file& f);
/// A connection that only reads.
SQLite::Database connect_for_reading(const database_file& f);

/// A sentence for the operator.
failure explain(const database_file& f, const SQLite::Exception& e);

/// Whether waiting for room on the disk is the way out.
bool is_full(const SQLite::Exception& e) noexcept;

} // namespace asio_chat::sqlite
