// Whether one piece of work holds a thread up that has others to serve.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string_view>

namespace asio_chat {

/// Measures pieces of work: one request, one answer of the journal, one visit of the deadlines. A
/// piece costs a look at the steady clock; the CPU clock of the thread, which is a system call, is
/// asked once a millisecond at most, and when a piece was long. Waiting for a busy machine is not
/// counted. All on one thread.
class work_watch {
 public:
  using duration = std::chrono::nanoseconds;
  static constexpr duration max = std::chrono::milliseconds(1);
  static constexpr duration silence = std::chrono::minutes(1);

  /// Told of a piece that took more than `max`, of each kind once in a `silence`.
  /// @param cpu at least what it took of it
  using report = std::function<void(std::string_view kind, duration cpu)>;
  struct clocks {
    duration (*steady)();
    duration (*cpu)(); ///< of this thread
  };

  /// @param tell may be empty
  explicit work_watch(report tell, clocks c = of_system());
  static clocks of_system() noexcept;

  /// A piece begins.
  void begin() {
    begun_ = clocks_.steady();
    if (begun_ - sampled_ > max) sample(begun_);
  }
  /// What the piece is, where that is known later than its beginning.
  /// @param kind lives for ever
  void is(std::string_view kind) noexcept { kind_ = kind; }
  /// It is done, and another begins.
  void next() {
    const duration now = clocks_.steady();
    if (now - begun_ > max) look(now);
    begun_ = now;
  }

  /// From here to the end of the scope.
  class piece {
   public:
    /// @param w may be null
    piece(work_watch* w, std::string_view kind)
        : watch_(w)
        , kind_(kind) {
      if (watch_) watch_->begin();
    }
    ~piece() {
      if (!watch_) return;
      watch_->is(kind_);
      watch_->next();
    }
    piece(const piece&) = delete;
    piece& operator=(const piece&) = delete;

   private:
    work_watch* watch_;
    std::string_view kind_;
  };

 private:
  void sample(duration now) {
    sampled_ = now;
    cpu_ = clocks_.cpu();
  }
  void look(duration now);

  report tell_;
  clocks clocks_;
  std::string_view kind_;
  duration begun_{};
  duration sampled_{}; ///< when `cpu_` was read: a millisecond before `begun_` at most
  duration cpu_{};
  std::map<std::string_view, duration> told_; ///< when, of each kind
};

} // namespace asio_chat
