#include "server/password_worker.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

using namespace asio_chat;

namespace {

/// Tasks from another thread, run on this one.
class tasks {
 public:
  scheduler later() {
    return [this](std::function<void()> task) {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(task));
      came_.notify_one();
    };
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !waiting_.empty(); });
    const auto task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> waiting_;
};

constexpr std::size_t least_memory = 8u << 20;

} // namespace

TEST_CASE("a password fits its own hash, another one does not, and of nobody none does") {
  testing::manual_clock time;
  tasks queue;
  const auto worker = make_password_worker(queue.later(), least_memory, time);
  if (!worker) return; // a build without libsodium
  std::string hash;
  worker->hash("correct-horse", [&](const result<std::string>& r) { hash = r.value(); });
  queue.run_one();
  CHECK(hash.starts_with("$argon2id$"));
  const auto fits = [&](const std::string& of, const std::string& password) {
    std::optional<bool> answer;
    worker->verify(of, password, [&](const result<bool>& r) { answer = r.value(); });
    queue.run_one();
    return answer.value();
  };
  CHECK(fits(hash, "correct-horse"));
  CHECK_FALSE(fits(hash, "wrong-horse"));
  CHECK_FALSE(fits({}, "correct-horse"));
}

TEST_CASE("who comes when many wait is told when to come back, by the time that one took") {
  testing::manual_clock time;
  tasks queue;
  const auto worker = make_password_worker(queue.later(), least_memory, time);
  if (!worker) return; // a build without libsodium
  worker->hash("the first one", [](const result<std::string>& r) { CHECK(r.has_value()); });
  time.advance(std::chrono::seconds(10));
  queue.run_one();
  std::optional<failure> refused;
  std::size_t asked = 0;
  for (; asked < 64; ++asked)
    worker->hash("one of many", [&](const result<std::string>& r) {
      if (!r && !refused) refused = r.error();
    });
  while (!refused && asked-- > 0)
    queue.run_one();
  REQUIRE(refused);
  CHECK(refused->message == "many are logging in; try again in 170 s");
}
