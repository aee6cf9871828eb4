// The witness of a journal: its newest head, noted in the key ring, which no backup of the journal
// has and which is not put back with one.
#pragma once

#include "journal/sqlite/head.hpp"
#include "journal/sqlite/key_ring.hpp"

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace asio_chat::sqlite {

/// Waits for the disk.
result<void> keep_witness(key_ring& keys, const head_name& h);

/// Why the journal is an older state than one that was there before, as the second half of a
/// sentence; empty: it is not, as far as can be told.
/// @param head was loaded from `db`
/// @param has_witness the ring has had one; without it only a copy says what it is
std::string why_put_back(const SQLite::Database& db, const head_row& head, key_ring& keys,
                         bool has_witness);

/// What a start tells then, without what it does about it.
std::string describe_put_back(const database_file& f, const std::string& why);

/// Notes the newest head every few seconds, on a thread of its own: no commit waits for it. A
/// failure is not told, since the journal's own tell as much; what is noted later does for it.
class witness_keeper {
 public:
  static constexpr std::chrono::seconds usual_interval{5};

  /// @param noted is in the key ring already
  witness_keeper(key_ring& keys, const head_name& noted,
                 std::chrono::milliseconds interval = usual_interval);
  /// What is not noted yet is left to the end of the store.
  ~witness_keeper();
  witness_keeper(const witness_keeper&) = delete;
  witness_keeper& operator=(const witness_keeper&) = delete;

  /// This has been committed. Any thread; takes a mutex that nobody holds while waiting.
  void committed(const head_name& h);
  /// What was committed last. Likewise.
  head_name newest() const;

 private:
  void work();

  key_ring& keys_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_; ///< of the next four
  std::condition_variable stopping_;
  head_name newest_;
  bool is_noted_ = true;
  bool stop_ = false;
  std::thread thread_;
};

} // namespace asio_chat::sqlite
