// The thread that writes. One commit carries all operations that wait.
#pragma once

#include "accounts/name_store.hpp"
#include "accounts/people_store.hpp"
#include "journal/sqlite/answers.hpp"
#include "journal/sqlite/commit_queue.hpp"
#include "journal/sqlite/destroyer_thread.hpp"
#include "journal/sqlite/reader_thread.hpp"
#include "journal/sqlite/store.hpp"
#include "journal/sqlite/witness.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace asio_chat::sqlite {

/// Operations that are added in one turn are handed over together at its end: so the first of many
/// messages is not committed alone while the others come in, and one lock serves them all.
class writer_thread {
 public:
  /// @param readers gets its calls when what was queued before them about their room is committed
  /// @param witness hears of what was committed
  writer_thread(store& s, reader_thread& readers, answer_post post, witness_keeper& witness);
  ~writer_thread();

  void add(operation o, operation_done d);
  /// The same of what is added most.
  void append(entry&& draft, const identity& author, journal::append_done&& done);
  void add(read_call r);

 private:
  struct waiting_read {
    read_call what;
    std::uint64_t behind; ///< the number of the first operation that need not be committed before
  };
  struct waiting {
    call_group what;
    std::vector<waiting_read> reads;
    bool empty() const noexcept { return what.empty() && reads.empty(); }
  };
  struct destroyed {
    std::vector<destroyer_thread::task> tasks;
    result<bool> how;
  };

  void hand_over_later();
  void hand_over();
  void work();
  bool take(bool wait);
  void add(std::unique_ptr<queued_call> c);
  void commit(call_group g);
  void answer_all(call_group g);
  /// Begins what is to be destroyed; answers what there is not.
  void begin_destructions(call_group doomed);
  void finish_destructions();
  void tell_witness();
  /// Those that see all that they have to see.
  void hand_over_reads();
  void write_last_names();

  store& store_;
  reader_thread& readers_;
  answer_post post_;
  witness_keeper& witness_;
  head_name told_;          ///< to the witness
  waiting gathering_;       ///< the caller's
  std::uint64_t added_ = 0; ///< operations until now; the caller's
  std::mutex mutex_;        ///< of the next four
  std::condition_variable came_;
  waiting queue_;
  std::vector<destroyed> destroyed_; ///< of which the index knows still
  bool stop_ = false;
  // The thread's; members, so that what is left of them goes on the caller's.
  commit_queue taken_;
  std::vector<waiting_read> reads_;
  std::vector<operation*> applied_; ///< only while the store has them
  std::map<std::uint64_t, std::unique_ptr<queued_call>> destroying_; ///< by number
  std::multiset<std::string> busy_;                                  ///< their rooms
  bool stuck_ = false; ///< all that was taken waits for something to be destroyed
  destroyer_thread destroyer_;
  std::thread thread_;
};

} // namespace asio_chat::sqlite
