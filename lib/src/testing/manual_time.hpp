// Time that a test moves, with timers: nothing waits for the wall's clock.
//
//     boost::asio::io_context context;
//     manual_time& time = manual_time::of(context); // before anything else is made on the context
//     server chat(context, config);                 // or a client, a reactor, ...
//     time.run();                                   // what can happen now happens
//     time.advance(30s);                            // and what becomes due meanwhile, in its order
//
// Whatever takes its time from `transport::time_of(context)` lives by it. The times are exact:
// what is due after 30 s has happened after `advance(30s)`, and not after 29'999 ms.
#pragma once

#include "testing/manual_clock.hpp"
#include "transport/loop_time.hpp"

#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace asio_chat::testing {

class manual_time final : public time_source {
 public:
  static manual_time& of(boost::asio::io_context& context) {
    auto made = std::unique_ptr<manual_time>(new manual_time(context));
    manual_time& time = *made;
    transport::set_time(context, std::move(made));
    return time;
  }

  steady_time now() const override { return clock_.now(); }
  wall_time wall_now() const override { return clock_.wall_now(); }
  std::unique_ptr<timer> make_timer() override { return std::make_unique<manual_timer>(due_); }

  /// Everything that can happen without waiting happens.
  void run() { advance(std::chrono::milliseconds(0)); }
  /// Runs, and lets each timer that becomes due meanwhile end at its exact time.
  void advance(std::chrono::milliseconds by) {
    const steady_time end = now() + by;
    poll();
    while (!due_->empty() && due_->begin()->first <= end) {
      const auto first = due_->begin();
      move_to(first->first);
      const auto then = std::move(first->second);
      due_->erase(first);
      then();
      poll();
    }
    move_to(end);
  }
  /// So long something takes that the loop does: no timer ends meanwhile.
  void work_for(std::chrono::milliseconds by) { clock_.advance(by); }
  /// When the next timer ends; none: nothing waits.
  std::optional<steady_time> next_due() const {
    return due_->empty() ? std::nullopt : std::optional(due_->begin()->first);
  }
  /// The time of day alone, in either direction.
  void set_wall(wall_time t) { clock_.set_wall(t); }

 private:
  /// Those of the same moment in the order in which they were set.
  using due_list = std::multimap<steady_time, std::function<void()>>;

  class manual_timer final : public timer {
   public:
    explicit manual_timer(std::shared_ptr<due_list> due)
        : due_(std::move(due)) {}
    ~manual_timer() override { cancel(); }

    void wait_until(steady_time when, std::function<void()> then) override {
      cancel();
      at_ = due_->emplace(when, [this, f = std::move(then)] {
        const auto call = f; // it may end this timer
        at_.reset();
        call();
      });
    }
    void cancel() override {
      if (at_) due_->erase(*at_);
      at_.reset();
    }

   private:
    std::shared_ptr<due_list> due_;
    std::optional<due_list::iterator> at_;
  };

  explicit manual_time(boost::asio::io_context& context)
      : context_(context) {}

  void poll() {
    context_.restart();
    context_.poll();
  }
  void move_to(steady_time when) {
    if (when > now()) clock_.advance(std::chrono::ceil<std::chrono::milliseconds>(when - now()));
  }

  boost::asio::io_context& context_;
  manual_clock clock_;
  std::shared_ptr<due_list> due_ = std::make_shared<due_list>();
};

} // namespace asio_chat::testing
