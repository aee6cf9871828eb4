// Copies the journal's database while it is in use.
#pragma once

#include "journal/sqlite/verify.hpp"

#include <functional>
#include <memory>
#include <string>

namespace asio_chat::sqlite {

/// Makes the program act as who may read the source, as long as what it returns lives: SQLite
/// opens, and may make, files beside it. Empty: as who it is.
using act_as_reader = std::function<std::shared_ptr<void>()>;

/// All of a database that may be in use, as it is at one moment, to one that is empty.
/// Throws `SQLite::Exception`.
void copy_pages(SQLite::Database& from, SQLite::Database& to, const progress_function& tell = {});

/// A failure unless the file is a journal that this program knows. Changes nothing.
result<void> check_is_journal(const database_file& f);

/// A journal as it is at one moment, its log included, to one file. That is made, or overwritten,
/// and is not yet on the disk when this returns.
result<void> copy_journal(const database_file& from, const database_file& to,
                          const progress_function& tell = {}, const act_as_reader& as_reader = {});

/// Brings a copy to the newest version, and marks it: a start on it knows that it is one.
result<void> mark_as_copy(const database_file& copy, const key_ring& keys);

/// The database as it is at one moment, in a file that appears whole and verified or not at all,
/// open to its owner alone. Nobody who writes waits for it; the WAL grows until it is copied.
/// A failure if there is a file of that name, or if the copy is not good.
/// @param make_the_rest is called when the copy is good and has no name yet: if it throws, there is
///   no backup
result<verify_report> back_up(const database_file& from, const std::string& to, key_ring& keys,
                              const progress_function& tell = {},
                              const std::function<void()>& make_the_rest = {},
                              const act_as_reader& as_reader = {});

} // namespace asio_chat::sqlite
