#include "server/password_worker.hpp"

#if ASIO_CHAT_SQLITE
#include <fmt/format.h>

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#endif

namespace asio_chat {

#if ASIO_CHAT_SQLITE
namespace {

constexpr std::size_t max_waiting = 16;
constexpr unsigned long long passes = crypto_pwhash_OPSLIMIT_INTERACTIVE;

/// Of this thread: when the processors are busy, those who chat come first. If it is forbidden,
/// they wait.
void give_way() noexcept {
  [[maybe_unused]] const int now = ::nice(10);
}

void wipe(std::string& secret) {
  ::sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

/// The thread begins with the first password.
class password_worker final : public password_hasher {
 public:
  password_worker(scheduler later, std::size_t memory, const clock& time)
      : later_(std::move(later))
      , memory_(memory)
      , time_(time) {}
  ~password_worker() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    came_.notify_one();
    if (thread_.joinable()) thread_.join();
    for (job& j : waiting_)
      wipe(j.password);
  }

  void hash(std::string password, std::function<void(result<std::string>)> done) override {
    add({.password = std::move(password), .hashed = std::move(done)});
  }
  void verify(std::string hash, std::string password,
              std::function<void(result<bool>)> done) override {
    add({.password = std::move(password), .against = std::move(hash), .verified = std::move(done)});
  }

 private:
  struct job {
    std::string password;
    std::string against = {}; ///< of `verify`
    std::function<void(result<std::string>)> hashed = {};
    std::function<void(result<bool>)> verified = {};
    steady_time came = {};
    std::size_t before = 0; ///< it, when it came
  };

  void add(job j) {
    std::unique_lock lock(mutex_);
    if (waiting_.size() >= max_waiting) {
      lock.unlock();
      wipe(j.password);
      return refuse(std::move(j));
    }
    j.came = time_.now();
    j.before = waiting_.size();
    waiting_.push_back(std::move(j));
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    lock.unlock();
    came_.notify_one();
  }

  void refuse(job j) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(took_ * (max_waiting + 1));
    const failure why =
        fail(errc::not_available, fmt::format("many are logging in; try again in {} s",
                                              std::max<std::int64_t>(wait.count(), 1)));
    later_([why, one = std::make_shared<job>(std::move(j))] {
      if (one->hashed) return one->hashed(why);
      one->verified(why);
    });
  }

  /// On the caller's thread, which alone destroys what it has given.
  template <class Tell>
  void answer(job j, Tell tell) {
    // No copy stays on this thread: the last one may be gone when the other is done.
    later_([this, alive = std::weak_ptr(alive_), one = std::make_shared<job>(std::move(j)), tell] {
      if (!alive.expired())
        took_ = std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - one->came) /
                (one->before + 1);
      tell(*one);
    });
  }

  void work() {
    if (::sodium_init() < 0) return;
    give_way();
    for (;;) {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (stop_) return;
      job j = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      if (j.hashed) {
        do_hash(std::move(j));
      } else {
        do_verify(std::move(j));
      }
    }
  }

  result<std::string> hash_of(const std::string& password) const {
    std::string hash(crypto_pwhash_STRBYTES, '\0');
    if (::crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), passes, memory_,
                                crypto_pwhash_ALG_ARGON2ID13) != 0)
      return fail(errc::not_available, "the server has no memory for that now; try again later");
    hash.resize(std::char_traits<char>::length(hash.c_str()));
    return hash;
  }

  void do_hash(job j) {
    auto hash = hash_of(j.password);
    wipe(j.password);
    answer(std::move(j), [hash = std::move(hash)](const job& one) { one.hashed(hash); });
  }

  void do_verify(job j) {
    if (nobody_.empty()) {
      if (auto made = hash_of("a password that nobody has")) nobody_ = *std::move(made);
    }
    const bool known = !j.against.empty();
    const std::string& hash = known ? j.against : nobody_;
    const bool fits =
        ::crypto_pwhash_str_verify(hash.c_str(), j.password.data(), j.password.size()) == 0;
    wipe(j.password);
    answer(std::move(j), [fits = fits && known](const job& one) { one.verified(fits); });
  }

  scheduler later_;
  std::size_t memory_;
  const clock& time_;
  std::shared_ptr<void> alive_ = std::make_shared<int>(); ///< for tasks on their way
  std::chrono::milliseconds took_{100}; ///< one password, the last time: the caller's thread's
  std::string nobody_; ///< the thread's: what is compared where there is no account
  std::mutex mutex_;   ///< of the next three
  std::condition_variable came_;
  std::deque<job> waiting_;
  bool stop_ = false;
  std::thread thread_;
};

} // namespace

std::unique_ptr<password_hasher> make_password_worker(scheduler later, std::size_t memory,
                                                      const clock& time) {
  return std::make_unique<password_worker>(std::move(later), memory, time);
}
#else
std::unique_ptr<password_hasher> make_password_worker(scheduler, std::size_t, const clock&) {
  return nullptr;
}
#endif

} // namespace asio_chat
