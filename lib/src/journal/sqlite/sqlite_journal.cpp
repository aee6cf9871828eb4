#include "journal/sqlite/sqlite_journal.hpp"

#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/people_table.hpp"
#include "journal/sqlite/reader_thread.hpp"
#include "journal/sqlite/store.hpp"
#include "journal/sqlite/witness.hpp"
#include "journal/sqlite/writer_thread.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <optional>
#include <system_error>
#include <utility>

namespace asio_chat {

using namespace sqlite;

namespace {

/// There is something in it.
bool is_in_use(const std::string& file) {
  std::error_code ignored; // not there, then, or its opening says what is wrong
  const auto size = std::filesystem::file_size(file, ignored);
  return !ignored && size > 0;
}

} // namespace

/// In the order in which one needs the other; they end the other way round.
class sqlite_journal::workers {
 public:
  workers(data_lock l, database_file in, std::unique_ptr<key_ring> k, std::shared_ptr<log_feed> f,
          answer_post p)
      : lock(std::move(l))
      , file(std::move(in))
      , keys(std::move(k))
      , feed(std::move(f))
      , post(std::move(p)) {}

  void start(const report_function& tell) {
    reads.emplace(file, *keys, logs->index(), tell);
    reading.emplace(*reads, post);
    witness.emplace(*keys, logs->head());
    writing.emplace(*logs, *reading, post, *witness);
  }

  data_lock lock;
  const database_file file;
  std::unique_ptr<key_ring> keys;
  system_clock time;
  std::shared_ptr<log_feed> feed; ///< of the caller's thread
  answer_post post;
  std::future<void> rotating; ///< the last one; others wait in it
  std::unique_ptr<store> logs;
  std::optional<reader> reads;
  std::optional<reader_thread> reading;
  std::optional<witness_keeper> witness;
  std::optional<writer_thread> writing;
};

result<std::unique_ptr<sqlite_journal>> sqlite_journal::open(options o, scheduler later) {
  auto lock = data_lock::take(o.directory);
  if (!lock) return lock.error();
  const auto journal = journal_in(o.directory);
  if (!journal) return journal.error();
  const database_file file{*journal, std::move(o.vfs), lock->identity()};
  const std::string keys_path = o.directory + "/keys.db";
  if (is_in_use(*journal)) {
    if (auto there = key_ring::check_is_there(keys_path); !there) return there.error();
  }
  auto keys = key_ring::open(keys_path, std::move(o.masters));
  if (!keys) return keys.error();
  const auto feed = std::make_shared<log_feed>();
  const answer_post post(std::move(later), feed);
  auto w = std::make_unique<workers>(std::move(*lock), file, std::move(*keys), feed, post);
  store_options s{.file = file,
                  .keep = o.keep,
                  .id_window = o.id_window,
                  .begin_anew = o.begin_anew,
                  .time = o.time ? o.time : &w->time};
  if (o.on_report) {
    s.on_report = [post, tell = o.on_report](severity level, const std::string& sentence) {
      post.post(std::pair(level, sentence),
                [tell](const auto& said, const auto&) { tell(said.first, said.second); });
    };
  }
  const report_function tell = s.on_report;
  auto logs = store::open(std::move(s), *w->keys);
  if (!logs) return logs.error();
  w->logs = std::move(*logs);
  w->start(tell);
  return std::unique_ptr<sqlite_journal>(new sqlite_journal(std::move(w), std::move(o.on_report)));
}

sqlite_journal::sqlite_journal(std::unique_ptr<workers> w, report_function tell)
    : workers_(std::move(w))
    , tell_(std::move(tell)) {}

sqlite_journal::~sqlite_journal() {
  workers_->feed->end();
  workers_->feed.reset();
  if (!tell_) return;
  try {
    // What goes with them may belong to this thread: it does nothing else meanwhile.
    const auto ended = std::async(std::launch::async, [this] { workers_.reset(); });
    if (ended.wait_for(std::chrono::seconds(1)) == std::future_status::timeout) {
      tell_(severity::warning, "The history is not closed yet: what is being written has to be on "
                               "the disk, and the disk is slow");
    }
  } catch (const std::exception&) {
    // No thread to be had: then it is waited for without a word.
  }
}

void sqlite_journal::follow(std::string room, std::shared_ptr<listener> to, follow_done done) {
  workers_->writing->add({open_operation{std::move(room)}},
                         follow_answer{std::move(to), std::move(done)});
}

void sqlite_journal::unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) {
  workers_->writing->add({close_operation{std::move(room)}},
                         unfollow_answer{std::move(to), std::move(done)});
}

void sqlite_journal::append(entry draft, const identity& author, append_done done) {
  workers_->writing->append(std::move(draft), author, std::move(done));
}

void sqlite_journal::read(std::string room, range part, read_done done) {
  workers_->writing->add(read_page{std::move(room), part, std::move(done)});
}

void sqlite_journal::search(search_query q, search_done done) {
  workers_->writing->add(search_log{std::move(q), std::move(done)});
}

void sqlite_journal::destroy(std::string room, std::vector<std::uint64_t> offsets,
                             destroy_done done) {
  workers_->writing->add({destroy_operation{std::move(room), std::move(offsets)}}, std::move(done));
}

void sqlite_journal::drop(std::string room, wall_time quiet, drop_done done) {
  workers_->writing->add({drop_operation{std::move(room), quiet}}, std::move(done));
}

void sqlite_journal::trim(std::string room, std::uint64_t entries, wall_time since,
                          trim_done done) {
  workers_->writing->add({trim_operation{std::move(room), entries, since}}, std::move(done));
}

void sqlite_journal::list(std::string from, list_done done) {
  workers_->writing->add(list_logs{std::move(from), std::move(done)});
}

std::string sqlite_journal::sign(const std::string& statement) const {
  return workers_->keys->sign(statement);
}

std::optional<std::uint64_t> sqlite_journal::proof_of_identity(const identity& who) const {
  return workers_->keys->proof_of_identity(who);
}

std::string sqlite_journal::head() const {
  return to_line(workers_->witness->newest(), *workers_->keys);
}

std::vector<held_name> sqlite_journal::held_names() {
  return workers_->logs->names_at_start();
}

void sqlite_journal::hold(held_name n, name_store::change_done d) {
  workers_->writing->add({hold_operation{std::move(n)}}, std::move(d));
}

void sqlite_journal::release(const identity& who, name_store::change_done d) {
  workers_->writing->add({release_operation{who}}, std::move(d));
}

void sqlite_journal::facts_at_start(const hearer& hears) {
  const database_file& file = workers_->file;
  try {
    SQLite::Database db = connect_for_reading(file);
    db.exec("PRAGMA cache_size=-256"); // each row is read once
    people_table(db, *workers_->keys).for_each(hears);
  } catch (const SQLite::Exception& e) {
    throw error(explain(file, e));
  } catch (const damage& e) {
    throw error(explain(file, e));
  }
}

void sqlite_journal::keep(std::vector<fact> changes, people_store::kept done) {
  workers_->writing->add({keep_operation{std::move(changes)}}, std::move(done));
}

result<bool> sqlite_journal::take_masters(std::vector<secret_key> masters) {
  if (workers_->rotating.valid()) workers_->rotating.wait();
  return workers_->keys->rotate(std::move(masters));
}

void sqlite_journal::take_masters(result<std::vector<secret_key>> masters, masters_taken done) {
  const auto answer = [post = workers_->post](result<bool> changed, masters_taken d) {
    post.post(std::pair(std::move(changed), std::move(d)),
              [](const auto& all, const auto&) { all.second(all.first); });
  };
  const auto cannot = [](const std::exception& e) {
    return fail(errc::storage_failed,
                fmt::format("the master keys cannot be taken now: {}", e.what()));
  };
  const auto rotate = [keys = workers_->keys.get(),
                       cannot](result<std::vector<secret_key>> m) -> result<bool> {
    try {
      return m ? keys->rotate(*std::move(m)) : m.error();
    } catch (const std::exception& e) {
      return cannot(e);
    }
  };
  try {
    workers_->rotating =
        std::async(std::launch::async, [before = std::move(workers_->rotating), rotate, answer,
                                        done, m = std::move(masters)]() mutable {
          if (before.valid()) std::exchange(before, {}).wait();
          answer(rotate(std::move(m)), std::move(done));
        });
  } catch (const std::system_error& e) { // no thread to be had
    answer(cannot(e), std::move(done));
  }
}

} // namespace asio_chat
