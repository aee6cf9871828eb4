// Internal: a journal under test, and calls to it that read like questions.
#pragma once

#include <asio_chat/journal.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::testing {

/// What a check wants of the journal that is made for it.
struct journal_wishes {
  /// The journal answers there. The test runs its context, when it waits for something; other
  /// threads may post to it.
  boost::asio::any_io_executor executor;
  std::uint64_t epoch = 7;
  std::size_t entries_per_room = 10'000; ///< what is kept of a room, about

  /// Runs a task soon, on the executor.
  std::function<void(std::function<void()>)> later() const {
    return [e = executor](std::function<void()> task) { boost::asio::post(e, std::move(task)); };
  }
};

using journal_maker = std::function<std::unique_ptr<journal>(const journal_wishes&)>;

/// What a journal has posted, run by the test when it says so.
class task_inbox {
 public:
  boost::asio::any_io_executor executor() { return context_.get_executor(); }
  /// Runs tasks until `done()`; false if that takes too long, which only a test that fails sees.
  template <class Predicate>
  bool run_until(Predicate done, std::chrono::seconds most = std::chrono::minutes(2)) {
    const auto end = std::chrono::steady_clock::now() + most;
    while (!done())
      if (context_.run_one_until(end) == 0) return false;
    return true;
  }
  /// Runs what is there now.
  void run_all() { context_.poll(); }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
};

struct journal_check {
  const char* promise;
  void (*run)(const journal_maker& make);
};

namespace journal_checks {

using words = std::vector<std::string>;

inline constexpr identity alice{1};
inline constexpr identity bob{2};

} // namespace journal_checks

struct deaf_listener final : journal::listener {
  void on_entry(journal::record) override {}
};

class journal_bench {
 public:
  explicit journal_bench(const journal_maker& make, std::size_t entries_per_room = 10'000)
      : log(make({inbox.executor(), 7, entries_per_room})) {}

  static entry draft(std::string room, std::string text, std::string id = {},
                     std::string from = "alice") {
    return {std::move(room), {},           {}, std::move(from), entry_kind::message,
            std::move(text), std::move(id)};
  }

  journal::appended append(entry e, const identity& author = {}) {
    return ask<journal::appended>(
        [&](auto done) { log->append(std::move(e), author, std::move(done)); });
  }
  journal::appended append(std::string room, std::string text, std::string id = {},
                           const identity& author = {}) {
    return append(draft(std::move(room), std::move(text), std::move(id)), author);
  }
  journal::log_state follow(std::string room, std::shared_ptr<journal::listener> to) {
    return ask<journal::log_state>(
        [&](auto done) { log->follow(std::move(room), std::move(to), std::move(done)); });
  }
  void unfollow(std::string room, std::shared_ptr<journal::listener> to) {
    bool over = false;
    log->unfollow(std::move(room), std::move(to), [&] { over = true; });
    REQUIRE_FALSE(over);
    REQUIRE(inbox.run_until([&] { return over; }));
  }
  journal::log_state state(const std::string& room) {
    const auto nobody = std::make_shared<deaf_listener>();
    const journal::log_state s = follow(room, nobody);
    unfollow(room, nobody);
    return s;
  }
  journal::page read_part(std::string room, journal::range part) {
    return ask<journal::page>(
        [&](auto done) { log->read(std::move(room), part, std::move(done)); });
  }
  journal::page read(std::string room, position after, std::size_t limit = 1'000) {
    return read_part(std::move(room),
                     journal::range{{log_range::side::after, after, limit}, std::size_t{1} << 30});
  }
  journal::hits search(search_query q) {
    return ask<journal::hits>([&](auto done) { log->search(std::move(q), std::move(done)); });
  }

  task_inbox inbox;
  std::unique_ptr<journal> log;

 private:
  /// Makes the call and waits for its one answer, which must not come inside the call.
  template <class T, class Call>
  T ask(Call call) {
    std::optional<result<T>> answer;
    int answers = 0;
    call([&](const result<T>& r) {
      answer = r;
      ++answers;
    });
    REQUIRE_FALSE(answer.has_value());
    REQUIRE(inbox.run_until([&] { return answer.has_value(); }));
    REQUIRE(answers == 1);
    REQUIRE(answer->has_value());
    return std::move(**answer);
  }
};

inline std::vector<std::string> texts(const journal::page& p) {
  std::vector<std::string> all;
  for (const journal::record& r : p.entries)
    all.push_back(r.what.text);
  return all;
}

inline std::vector<std::string> texts(const journal::hits& f) {
  std::vector<std::string> all;
  for (const entry& e : f.entries)
    all.push_back(e.text);
  return all;
}

} // namespace asio_chat::testing
