// The thread that reads and searches.
#pragma once

#include "journal/sqlite/answers.hpp"
#include "journal/sqlite/reader.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace asio_chat::sqlite {

struct read_page {
  std::string room;
  journal::range part;
  journal::read_done done;
};
struct search_log {
  search_query query;
  journal::search_done done;
};
struct list_logs {
  std::string from;
  journal::list_done done;
};
using read_call = std::variant<read_page, search_log, list_logs>;

class reader_thread {
 public:
  reader_thread(reader& r, answer_post post);
  ~reader_thread();

  void add(std::vector<read_call> calls);

 private:
  void work();
  bool take();

  reader& reader_;
  answer_post post_;
  std::mutex mutex_; ///< of the next three
  std::condition_variable came_;
  std::deque<read_call> queue_;
  bool stop_ = false;
  read_call taken_; ///< the thread's; a member, so that what is left of it goes on the caller's
  std::thread thread_;
};

} // namespace asio_chat::sqlite
