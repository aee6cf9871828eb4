// Finds a call of a client or a server on a wrong thread, and from another Asio.
#pragma once

#include <asio_chat/detail/executor_place.hpp>

#include <atomic>
#include <thread>
#include <utility>

namespace asio_chat::transport {

/// A call is wrong beside the strand of its object, and on another thread than the one that the
/// object's executor was seen on last. That may have ended, so what is called nowhere in the
/// context, on the thread that has run it, is right.
class call_check {
 public:
  /// @param place empty: unknown
  explicit call_check(detail::place_function place)
      : place_(std::move(place)) {}

  /// Call it in what runs on the executor.
  void on_executor() noexcept {
    seen_on_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }
  /// Ends the program if it is wrong to call `operation` here.
  /// @param of the class that it is a function of
  void check(const char* of, const char* operation) const;

 private:
  bool is_wrong() const;

  detail::place_function place_;
  std::atomic<std::thread::id> seen_on_{};
};

/// @param seen_by_host the address that `detail::shared_by_all` has there
/// @throws error if host and library have copies of Asio that know nothing of each other
void check_one_asio(const char* seen_by_host);

} // namespace asio_chat::transport
