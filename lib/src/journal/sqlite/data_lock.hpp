// One daemon at a time uses a data directory.
#pragma once

#include "base/file.hpp"
#include "journal/sqlite/database.hpp"

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::sqlite {

/// The journal of a data directory. It may be a link to a file elsewhere: then that file's own
/// name, because SQLite keeps the log beside it. A failure if it is a link that leads nowhere.
result<std::string> journal_in(const std::string& directory);

/// An flock on `journal.db` itself, until it is destroyed or the process ends: whoever has another
/// file of that name does not write to this one.
///
/// It has to outlive every connection to the journal in this process, and nothing else in it may
/// open and close the file meanwhile: when any descriptor of a file is closed, the system drops all
/// POSIX locks that the process has on it, and they are what SQLite goes by.
class data_lock {
 public:
  /// Makes an empty journal where there is none.
  /// A failure if the directory is missing, cannot be written to, or is in use.
  static result<data_lock> take(const std::string& directory);
  /// Removes the journal that was made if nothing has been written to it.
  ~data_lock();
  data_lock(data_lock&& other) noexcept;
  data_lock& operator=(data_lock&&) = delete;

  /// The file that is locked.
  const file_identity& identity() const noexcept { return identity_; }

 private:
  data_lock(file_descriptor file, file_identity identity, std::string made);

  file_descriptor file_;
  file_identity identity_;
  std::string made_; ///< the path, if it was made
};

/// Whether `data_lock::take` has failed because another program has the directory.
bool is_in_use(const failure& f) noexcept;

} // namespace asio_chat::sqlite
