// The thread that writes. One commit carries all operations that wait.
#pragma once

#include "accounts/name_store.hpp"
#include "accounts/people_store.hpp"
#include "journal/sqlite/answers.hpp"
#include "journal/sqlite/reader_thread.hpp"
#include "journal/sqlite/store.hpp"
#include "journal/sqlite/witness.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
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
                   name_store::change_done, people_store::kept>; // also of what is destroyed

  /// @param readers gets its calls when what was queued before them is committed
  /// @param witness hears of what was committed
  writer_thread(store& s, reader_thread& readers, answer_post post, witness_keeper& witness);
  ~writer_thread();

  void add(operation o, done d);
  void add(read_call r);

 private:
  /// An operation and what answers it have the same place.
  struct waiting {
    std::vector<operation> operations;
    std::vector<done> answers;
    std::vector<read_call> reads;
    bool empty() const noexcept { return operations.empty() && reads.empty(); }
  };

  void hand_over_later();
  void hand_over();
  void work();
  bool take(bool wait);
  void commit_all();
  void tell_witness();
  void hand_over_reads();
  /// They have been carried out.
  void forget_first(std::size_t count);
  void write_last_names();

  store& store_;
  reader_thread& readers_;
  answer_post post_;
  witness_keeper& witness_;
  head_name told_;    ///< to the witness
  waiting gathering_; ///< the caller's
  std::mutex mutex_;  ///< of the next three
  std::condition_variable came_;
  waiting queue_;
  bool stop_ = false;
  waiting taken_; ///< the thread's; a member, so that what is left of it goes on the caller's
  std::thread thread_;
};

} // namespace asio_chat::sqlite
