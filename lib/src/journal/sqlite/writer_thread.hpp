// The thread that writes. One commit carries all operations that wait.
#pragma once

#include "accounts/name_store.hpp"
#include "accounts/people_store.hpp"
#include "journal/sqlite/answers.hpp"
#include "journal/sqlite/commit_shares.hpp"
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

struct follow_answer {
  std::shared_ptr<journal::listener> to;
  journal::follow_done done;
};
struct unfollow_answer {
  std::shared_ptr<journal::listener> to;
  journal::unfollow_done done;
};

/// Operations that are added in one turn are handed over together at its end: so the first of many
/// messages is not committed alone while the others come in, and one lock serves them all.
class writer_thread {
 public:
  using done =
      std::variant<std::monostate, journal::append_done, follow_answer, unfollow_answer,
                   name_store::change_done, people_store::kept, // also of what is destroyed
                   journal::drop_done>;

  /// @param readers gets its calls when what was queued before them about their room is committed
  /// @param witness hears of what was committed
  writer_thread(store& s, reader_thread& readers, answer_post post, witness_keeper& witness);
  ~writer_thread();

  void add(operation o, done d);
  void add(read_call r);

 private:
  struct waiting_read {
    read_call what;
    std::uint64_t behind; ///< the number of the first operation that need not be committed before
  };
  /// An operation, what answers it and its number have the same place.
  struct waiting {
    std::vector<operation> operations;
    std::vector<done> answers;
    std::vector<std::uint64_t> numbers; ///< in the order of the calls
    std::vector<waiting_read> reads;
    bool empty() const noexcept { return operations.empty() && reads.empty(); }
  };
  struct group;
  /// What is being destroyed, and what answers it.
  struct under_destruction {
    operation what;
    done answer;
  };
  struct destroyed {
    std::vector<destroyer_thread::task> tasks;
    result<bool> how;
  };

  void hand_over_later();
  void hand_over();
  void work();
  bool take(bool wait);
  /// What one commit carries; the rest stays.
  group take_share();
  void commit(group g);
  void answer_all(group g);
  /// Begins what is to be destroyed; answers what there is not.
  void begin_destructions(group doomed);
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
  waiting taken_; ///< the thread's; a member, so that what is left of it goes on the caller's
  // The thread's as well.
  commit_shares shares_;
  std::map<std::uint64_t, under_destruction> destroying_; ///< by number
  std::multiset<std::string> busy_;                       ///< their rooms
  bool stuck_ = false; ///< all that was taken waits for something to be destroyed
  destroyer_thread destroyer_;
  std::thread thread_;
};

} // namespace asio_chat::sqlite
