// A completion handler that waits for its result.
#pragma once

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <utility>

namespace asio_chat::transport {

/// Holds the handler's executor at work until the handler has been called, which is done once. The
/// call goes through the owner's context first, never inside the function that completes, and then
/// to the handler's own executor, if it has one.
template <class... Results>
class completion {
 public:
  using handler_type = boost::asio::any_completion_handler<void(Results...)>;

  completion() = default;
  /// @param context must live until the handler was called
  completion(boost::asio::io_context& context, handler_type handler)
      : context_(&context)
      , executor_(boost::asio::prefer(
            boost::asio::get_associated_executor(
                handler, boost::asio::any_completion_executor(context.get_executor())),
            boost::asio::execution::outstanding_work.tracked))
      , handler_(std::move(handler)) {}

  completion(completion&&) noexcept = default;
  // By swapping: the assignment of any_completion_handler in Boost 1.81 calls itself without end.
  completion& operator=(completion&& other) noexcept {
    std::swap(context_, other.context_);
    std::swap(executor_, other.executor_);
    handler_.swap(other.handler_);
    return *this;
  }

  explicit operator bool() const noexcept { return static_cast<bool>(handler_); }
  const handler_type& handler() const noexcept { return handler_; }

  void operator()(Results... results) {
    after([] {}, std::move(results)...);
  }

  /// @param first is called just before the handler, on the owner's context
  template <class First>
  void after(First first, Results... results) {
    boost::asio::post(*context_, [first = std::move(first), executor = std::move(executor_),
                                  handler = std::move(handler_),
                                  ... results = std::move(results)]() mutable {
      first();
      boost::asio::dispatch(
          executor, [handler = std::move(handler), ... results = std::move(results)]() mutable {
            std::move(handler)(std::move(results)...);
          });
    });
  }

 private:
  boost::asio::io_context* context_ = nullptr;
  boost::asio::any_completion_executor executor_;
  handler_type handler_;
};

} // namespace asio_chat::transport
