#include "output_queue.hpp"

#include "transport/loop_time.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace asio_chat::app {

namespace asio = boost::asio;

output_queue::output_queue(asio::io_context& context, int standard)
    : time_(transport::time_of(context))
    , own_(standard, O_WRONLY)
    , output_(context) {
  boost::system::error_code not_pollable;
  output_.assign(own_.get(), not_pollable);
  can_wait_ = !not_pollable;
}

output_queue::~output_queue() {
  if (can_wait_) output_.release();
}

void output_queue::put(std::string_view bytes) {
  if (error_ != 0) return;
  bytes_ += bytes;
  taken_ += bytes.size();
  if (!waiting_) write();
}

void output_queue::write() {
  while (!empty() && error_ == 0) {
    const ssize_t n = ::write(own_.get(), bytes_.data() + sent_, bytes_.size() - sent_);
    if (n >= 0) {
      sent_ += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN && can_wait_) {
      wait();
      break;
    } else if (errno != EINTR && errno != EAGAIN) {
      error_ = errno;
    }
  }
  if (empty() || error_ != 0) {
    bytes_.clear();
    sent_ = 0;
  } else if (sent_ >= limit) {
    bytes_.erase(0, std::exchange(sent_, 0));
  }
}

void output_queue::wait() {
  if (std::exchange(waiting_, true)) return;
  output_.async_wait(asio::posix::descriptor_base::wait_write,
                     [this](const boost::system::error_code& e) {
                       if (e == asio::error::operation_aborted) return;
                       waiting_ = false;
                       write();
                       if (progress_) progress_();
                     });
}

void output_queue::flush(std::chrono::milliseconds at_most) {
  const auto end = time_.now() + at_most;
  while (!empty() && error_ == 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - time_.now());
    pollfd ready{own_.get(), POLLOUT, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) == 0) return;
    write();
  }
}

} // namespace asio_chat::app
