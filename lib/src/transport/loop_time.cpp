#include "transport/loop_time.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/basic_waitable_timer.hpp>

#include <cstdint>
#include <utility>

namespace asio_chat::transport {

namespace asio = boost::asio;

namespace {

/// A wait that has ended already may still be queued when its timer is set anew, cancelled or
/// destroyed: its number tells it that it is not wanted any more.
class system_timer final : public timer {
 public:
  explicit system_timer(asio::io_context& context)
      : state_(std::make_shared<state>(context)) {}
  ~system_timer() override { cancel(); }

  void wait_until(steady_time when, std::function<void()> then) override {
    state_->then = std::move(then);
    state_->asio_timer.expires_at(when);
    state_->asio_timer.async_wait([s = state_, number = ++state_->number](const error_code& e) {
      if (!e && number == s->number) std::exchange(s->then, nullptr)();
    });
  }
  void cancel() override {
    ++state_->number;
    state_->then = nullptr;
    state_->asio_timer.cancel();
  }

 private:
  struct state {
    explicit state(asio::io_context& context)
        : asio_timer(context.get_executor()) {}

    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>,
                               asio::io_context::executor_type>
        asio_timer;
    std::uint64_t number = 0;
    std::function<void()> then;
  };

  std::shared_ptr<state> state_;
};

class system_time final : public time_source {
 public:
  explicit system_time(asio::io_context& context)
      : context_(context) {}

  steady_time now() const override { return clock_.now(); }
  wall_time wall_now() const override { return clock_.wall_now(); }
  std::unique_ptr<timer> make_timer() override { return std::make_unique<system_timer>(context_); }

 private:
  asio::io_context& context_;
  system_clock clock_;
};

class time_service final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;

  explicit time_service(asio::io_context& context)
      : time_service(context, std::make_unique<system_time>(context)) {}
  time_service(asio::execution_context& context, std::unique_ptr<time_source> t)
      : service(context)
      , time(std::move(t)) {}

  const std::unique_ptr<time_source> time;

 private:
  void shutdown() override {}
};

} // namespace

time_source& time_of(asio::io_context& context) {
  return *asio::use_service<time_service>(context).time;
}

void set_time(asio::io_context& context, std::unique_ptr<time_source> time) {
  asio::make_service<time_service>(context, std::move(time));
}

} // namespace asio_chat::transport
