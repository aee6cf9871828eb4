// The history of a data directory, as the commands about it see it.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/key_ring.hpp"
#include "ops/settings.hpp"

#include <memory>
#include <string>
#include <vector>

/// Found as the server finds it, and only read: the server may run.
struct history {
  /// @param other a backup instead of the directory's own journal, which may be lost
  /// @throws asio_chat::error if there is none, or no key that opens it
  explicit history(asio_chat::ops::settings& s, const std::string& other = {});

  std::string directory;
  asio_chat::sqlite::database_file file;
  std::vector<asio_chat::sqlite::secret_key> masters;
  std::unique_ptr<asio_chat::sqlite::key_ring> keys;
};

/// Of the master keys that `s` has found.
std::vector<asio_chat::sqlite::secret_key> master_keys(const asio_chat::ops::settings& s);
