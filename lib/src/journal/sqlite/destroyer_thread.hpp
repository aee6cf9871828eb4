// The thread that destroys keys of texts.
#pragma once

#include "journal/sqlite/destroy_texts.hpp"
#include "journal/sqlite/key_ring.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace asio_chat::sqlite {

/// A commit of the key ring waits for the disk several times, and nobody's messages have to wait
/// with it. One commit carries all that waits.
class destroyer_thread {
 public:
  struct task {
    std::uint64_t number; ///< the caller's
    destruction what;
  };
  /// Called on this thread, with all tasks of a commit.
  using destroyed = std::function<void(std::vector<task> tasks, result<bool> how)>;

  destroyer_thread(key_ring& keys, destroyed done);
  ~destroyer_thread();
  destroyer_thread(const destroyer_thread&) = delete;
  destroyer_thread& operator=(const destroyer_thread&) = delete;

  void add(task t);

 private:
  void work();

  key_ring& keys_;
  destroyed done_;
  std::mutex mutex_; ///< of the next three
  std::condition_variable came_;
  std::vector<task> waiting_;
  bool stop_ = false;
  std::thread thread_;
};

} // namespace asio_chat::sqlite
