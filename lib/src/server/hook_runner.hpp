// Calls the hooks of a host, and sees to it that what was asked is answered once.
#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace asio_chat {

/// A hook that throws, that lets its function go without calling it, or that does not answer in
/// time is answered for. Whatever comes later goes nowhere: the host may keep its function for
/// ever.
class hook_runner : public std::enable_shared_from_this<hook_runner> {
 public:
  /// @param time, log must live until `stop`
  hook_runner(time_source& time, const logger& log, std::chrono::milliseconds answer_time)
      : time_(time)
      , log_(log)
      , answer_time_(answer_time) {}

  /// @param what it is called in the log
  /// @param call calls the hook, with the function that it is given
  /// @param to gets the answer, from inside the call or later
  /// @param instead of the hook's answer
  template <class Answer, class Call>
  void run(std::string_view what, Call&& call, std::function<void(Answer)> to,
           std::type_identity_t<Answer> instead) {
    const auto asked =
        std::make_shared<question<Answer>>(*this, what, std::move(to), std::move(instead));
    const question_base* const key = asked.get();
    waiting_.emplace(key, asked);
    // Kept over the call, so that a hook that throws has not let go of it before.
    auto kept = std::make_shared<ticket<Answer>>(asked);
    try {
      call(std::function<void(Answer)>([t = kept](Answer a) { t->answer(std::move(a)); }));
    } catch (const std::exception& e) {
      failed(*asked, e.what());
    } catch (...) {
      failed(*asked, "an exception of an unknown type");
    }
    kept.reset();
    if (waiting_.contains(key)) asked->wait(time_.now() + answer_time_);
  }

  /// Nothing is answered from here on.
  void stop() { waiting_.clear(); }

 private:
  class question_base {
   public:
    question_base(hook_runner& by, std::string_view what)
        : by_(by)
        , what_(what) {}
    virtual ~question_base() = default;
    virtual void give_up() = 0;

    std::string_view what() const noexcept { return what_; }
    void wait(steady_time until) {
      timer_ = by_.time_.make_timer();
      timer_->wait_until(until, [this] { by_.failed(*this, "no answer in time"); });
    }

   protected:
    hook_runner& by_;

   private:
    std::string_view what_;
    std::unique_ptr<timer> timer_;
  };

  template <class Answer>
  class question final : public question_base {
   public:
    question(hook_runner& by, std::string_view what, std::function<void(Answer)> to, Answer instead)
        : question_base(by, what)
        , to_(std::move(to))
        , instead_(std::move(instead)) {}
    void answer(Answer a) {
      // Out of the list first: from then on any other answer is one too many.
      const auto self = by_.waiting_.extract(this);
      if (!self.empty()) to_(std::move(a));
    }
    void dropped() { by_.failed(*this, "its function was let go without an answer"); }
    void give_up() override { answer(std::move(instead_)); }

   private:
    std::function<void(Answer)> to_;
    Answer instead_;
  };

  /// All copies of the function that the host has share one.
  template <class Answer>
  class ticket {
   public:
    explicit ticket(std::weak_ptr<question<Answer>> q)
        : question_(std::move(q)) {}
    ~ticket() {
      if (const auto q = question_.lock()) q->dropped();
    }
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
    void answer(Answer a) {
      if (const auto q = std::exchange(question_, {}).lock()) q->answer(std::move(a));
    }

   private:
    std::weak_ptr<question<Answer>> question_;
  };

  void failed(question_base& q, std::string_view why);

  time_source& time_;
  const logger& log_;
  const std::chrono::milliseconds answer_time_;
  std::map<const question_base*, std::shared_ptr<question_base>> waiting_;
};

} // namespace asio_chat
