// A data directory of an older version in test/golden, copied, and opened by the program of today.
#pragma once

#include "unit/base/source_file.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <filesystem>
#include <string>

namespace asio_chat::test {

/// Made by the program of that time, and never changed.
class golden_directory {
 public:
  explicit golden_directory(int version)
      : golden_directory("journal_v" + std::to_string(version)) {}
  explicit golden_directory(const std::string& name)
      : name_("test/golden/" + name) {
    for (const char* file : {"journal.db", "keys.db"}) {
      std::filesystem::copy_file(std::string(ASIO_CHAT_SOURCE_DIR "/") + name_ + "/" + file,
                                 directory / file);
      std::filesystem::permissions(directory / file, std::filesystem::perms::owner_read |
                                                         std::filesystem::perms::owner_write);
    }
    keys = sqlite::key_ring::open(directory / "keys.db", {master()}).value();
    options.file = {directory / "journal.db"};
    options.time = &time;
    options.on_report = [this](severity s, const std::string& said) {
      (s == severity::info ? news : reports).push_back(said);
    };
  }

  sqlite::store& store() {
    if (!store_) store_ = sqlite::store::open(options, *keys).value();
    return *store_;
  }
  void close() { store_.reset(); }
  void tidy() {
    while (store().tidy()) {
    }
  }
  std::string sql(const std::string& query) {
    SQLite::Database db(options.file.path);
    return db.execAndGet(query).getString();
  }
  /// A file of the directory that the program of that time did not make.
  std::string beside(const std::string& file) const { return source_file(name_ + "/" + file); }

  sqlite::secret_key master() const {
    const std::string file = beside("master.key");
    return sqlite::secret_key::parse(file.substr(file.rfind('\n', file.size() - 2) + 1)).value();
  }

  temp_directory directory;
  testing::manual_clock time;
  sqlite::store_options options;
  std::vector<std::string> news;
  std::vector<std::string> reports;
  std::unique_ptr<sqlite::key_ring> keys;

 private:
  std::string name_;
  std::unique_ptr<sqlite::store> store_;
};

} // namespace asio_chat::test
