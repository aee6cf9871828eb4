// A completion handler that waits for its result.
#pragma once

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <concepts>
#include <utility>

namespace asio_chat::transport {

/// What the completions of one owner share, so that none of them allocates for it.
struct completion_owner {
  template <std::convertible_to<boost::asio::any_io_executor> Executor>
  completion_owner(const Executor& e)
      : executor(e)
      , candidate(executor) {}

  boost::asio::any_io_executor executor;
  boost::asio::any_completion_executor candidate; ///< the same
};

/// Holds the handler's executor at work until the handler has been called, which is done once. The
/// call goes through the owner's executor first, never inside the function that completes, and then
/// to the handler's own executor, if it has one.
template <class... Results>
class completion {
 public:
  using handler_type = boost::asio::any_completion_handler<void(Results...)>;

  completion() = default;
  /// @param owner its context must live until the handler was called
  completion(const completion_owner& owner, handler_type handler)
      : owner_(owner.executor)
      , own_(boost::asio::get_associated_executor(handler, owner.candidate))
      , handler_(std::move(handler)) {
    constexpr auto at_work = boost::asio::execution::outstanding_work.tracked;
    if (own_ == owner.candidate) {
      own_ = {};
      owner_ = boost::asio::prefer(owner_, at_work);
    } else {
      own_ = boost::asio::prefer(own_, at_work);
    }
  }

  completion(completion&&) noexcept = default;
  // By swapping: the assignment of any_completion_handler in Boost 1.81 calls itself without end.
  completion& operator=(completion&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(own_, other.own_);
    handler_.swap(other.handler_);
    return *this;
  }

  explicit operator bool() const noexcept { return static_cast<bool>(handler_); }

  void operator()(Results... results) {
    const auto owner = std::exchange(owner_, nullptr);
    auto call = [handler = std::move(handler_), ... results = std::move(results)]() mutable {
      std::move(handler)(std::move(results)...);
    };
    if (!own_) {
      boost::asio::post(owner, std::move(call));
    } else {
      boost::asio::post(owner, [executor = std::move(own_), call = std::move(call)]() mutable {
        boost::asio::dispatch(executor, std::move(call));
      });
    }
  }

 private:
  boost::asio::any_io_executor owner_;
  boost::asio::any_completion_executor own_; ///< the handler's; none: the owner's
  handler_type handler_;
};

} // namespace asio_chat::transport
