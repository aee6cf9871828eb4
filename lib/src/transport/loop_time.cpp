#include "transport/loop_time.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include <cstdint>
#include <utility>

namespace asio_chat::transport {

namespace asio = boost::asio;

namespace {

/// A wait that has ended already may still be queued when its timer is set anew, cancelled or
/// destroyed: its number tells it that it is not wanted any more.
template <class Executor>
class system_timer final : public timer {
 public:
  explicit system_timer(const Executor& executor)
      : state_(std::make_shared<state>(executor)) {}
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
    explicit state(const Executor& executor)
        : asio_timer(executor) {}

    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>
        asio_timer;
    std::uint64_t number = 0;
    std::function<void()> then;
  };

  std::shared_ptr<state> state_;
};

template <class Executor>
class system_time final : public time_source {
 public:
  explicit system_time(const Executor& executor)
      : executor_(executor) {}

  steady_time now() const override { return clock_.now(); }
  wall_time wall_now() const override { return clock_.wall_now(); }
  std::unique_ptr<timer> make_timer() override {
    return std::make_unique<system_timer<Executor>>(executor_);
  }

 private:
  Executor executor_;
  system_clock clock_;
};

class time_service final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;

  explicit time_service(asio::execution_context& context)
      : time_service(context, nullptr) {}
  time_service(asio::execution_context& context, std::unique_ptr<time_source> t)
      : service(context)
      , installed(std::move(t)) {}

  const std::shared_ptr<time_source> installed;
  std::unique_ptr<time_source> of_loop; ///< the system's, from the first call of `time_of` on

 private:
  void shutdown() override {}
};

time_service& service_of(asio::execution_context& context) {
  return asio::use_service<time_service>(context);
}

} // namespace

time_source& time_of(asio::io_context& context) {
  time_service& service = service_of(context);
  if (service.installed) return *service.installed;
  if (!service.of_loop) {
    using executor = asio::io_context::executor_type;
    service.of_loop = std::make_unique<system_time<executor>>(context.get_executor());
  }
  return *service.of_loop;
}

std::shared_ptr<time_source> time_on(const asio::any_io_executor& executor) {
  time_service& service = service_of(asio::query(executor, asio::execution::context));
  if (service.installed) return service.installed;
  return std::make_shared<system_time<asio::any_io_executor>>(executor);
}

void set_time(asio::io_context& context, std::unique_ptr<time_source> time) {
  asio::make_service<time_service>(static_cast<asio::execution_context&>(context), std::move(time));
}

} // namespace asio_chat::transport
