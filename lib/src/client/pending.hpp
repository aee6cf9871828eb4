// A completion handler that waits for its result.
#pragma once

#include <asio_chat/error.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <memory>
#include <utility>

namespace asio_chat::client_room {

/// Where completions go: the client's context, and where it keeps its last failure.
struct completer {
  boost::asio::io_context& context;
  std::shared_ptr<failure> last;
};

/// Holds the handler's executor at work until the handler has been called. The call goes through
/// the client's context first, never inside the function that completes, and sets the last failure
/// just before: so the handler finds there what belongs to it.
template <class... Results>
class pending {
 public:
  using handler_type = boost::asio::any_completion_handler<void(error_code, Results...)>;

  pending() = default;
  pending(const completer& to, handler_type handler)
      : context_(&to.context)
      , last_(to.last)
      , executor_(boost::asio::prefer(
            boost::asio::get_associated_executor(
                handler, boost::asio::any_completion_executor(to.context.get_executor())),
            boost::asio::execution::outstanding_work.tracked))
      , handler_(std::move(handler)) {}

  pending(pending&&) noexcept = default;
  // By swapping: the assignment of any_completion_handler in Boost 1.81 calls itself without end.
  pending& operator=(pending&& other) noexcept {
    std::swap(context_, other.context_);
    last_.swap(other.last_);
    std::swap(executor_, other.executor_);
    handler_.swap(other.handler_);
    return *this;
  }

  explicit operator bool() const noexcept { return static_cast<bool>(handler_); }
  const handler_type& handler() const noexcept { return handler_; }

  void succeed(Results... results) { call({}, nullptr, std::move(results)...); }
  void fail(failure why) {
    const error_code code = why.code;
    call(code, std::make_unique<failure>(std::move(why)), Results()...);
  }

 private:
  void call(error_code code, std::unique_ptr<failure> why, Results... results) {
    boost::asio::post(*context_, [code, why = std::move(why), last = std::move(last_),
                                  executor = std::move(executor_), handler = std::move(handler_),
                                  ... results = std::move(results)]() mutable {
      if (why) *last = std::move(*why);
      boost::asio::dispatch(executor, [code, handler = std::move(handler),
                                       ... results = std::move(results)]() mutable {
        std::move(handler)(code, std::move(results)...);
      });
    });
  }

  boost::asio::io_context* context_ = nullptr;
  std::shared_ptr<failure> last_;
  boost::asio::any_completion_executor executor_;
  handler_type handler_;
};

} // namespace asio_chat::client_room
