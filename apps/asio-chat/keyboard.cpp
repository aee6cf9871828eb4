#include "keyboard.hpp"

#include "transport/loop_time.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace asio_chat::app {

namespace asio = boost::asio;

namespace {

constexpr std::string_view ctrl_c = "\x03";
constexpr std::size_t max_held = 64 * 1024;
/// The bytes of one key come together, over a slow line as well.
constexpr std::chrono::milliseconds patience{300};

} // namespace

bool raise_signal_of(const key& k, const std::function<void()>& give_back) {
  if (k.what != key::kind::control) return false;
  switch (k.character) {
  case U'C':
    ::raise(SIGINT);
    return true;
  case U'Z':
    ::raise(SIGTSTP);
    return true;
  case U'\\':
    give_back();
    ::raise(SIGQUIT);
    return true;
  default:
    return false;
  }
}

keyboard::keyboard(asio::io_context& context, key_taker& taker, const output_queue& out,
                   std::function<void()> hangup)
    : taker_(taker)
    , out_(out)
    , hangup_(std::move(hangup))
    , own_(STDIN_FILENO, O_RDONLY)
    , input_(context, own_.get())
    , signals_(context, SIGWINCH, SIGTSTP)
    , time_(transport::time_of(context))
    , timer_(time_.make_timer()) {
  taker_.on_back([this] { go_on(); });
  wait_for_keys();
  wait_for_signals();
}

keyboard::~keyboard() {
  input_.release();
}

void keyboard::go_on() {
  if (out_.full()) return;
  if (!held_.empty()) feed();
  wait_for_keys();
}

void keyboard::feed() {
  taker_.feed(std::exchange(held_, {}));
  timer_->cancel();
  if (taker_.waits()) timer_->wait_until(time_.now() + patience, [this] { taker_.settle(); });
}

void keyboard::take(std::string_view bytes) {
  if (out_.full() && bytes == ctrl_c) {
    ::raise(SIGINT);
  } else {
    held_ += bytes;
    if (!out_.full()) feed();
  }
  if (held_.size() < max_held && !taker_.away()) wait_for_keys();
}

void keyboard::wait_for_keys() {
  if (std::exchange(waiting_, true)) return;
  input_.async_wait(asio::posix::descriptor_base::wait_read,
                    [this](const boost::system::error_code& e) {
                      if (e == asio::error::operation_aborted) return;
                      waiting_ = false;
                      if (taker_.away()) return;
                      std::array<char, 4096> bytes;
                      const ssize_t n = e ? 0 : ::read(own_.get(), bytes.data(), bytes.size());
                      if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
                        wait_for_keys();
                      } else if (n <= 0) {
                        hangup_();
                      } else {
                        take({bytes.data(), static_cast<std::size_t>(n)});
                      }
                    });
}

void keyboard::wait_for_signals() {
  signals_.async_wait([this](const boost::system::error_code& e, int signal) {
    if (e) return;
    if (signal == SIGWINCH) taker_.resized();
    if (signal == SIGTSTP) stop_and_continue();
    wait_for_signals();
  });
}

void keyboard::stop_and_continue() {
  taker_.suspend();
  // This stops the whole job, as the terminal would have done. It continues here after `fg`.
  ::kill(0, SIGSTOP);
  taker_.resume();
}

} // namespace asio_chat::app
