#include "pipe_input.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace asio_chat::app {

namespace asio = boost::asio;

namespace {

/// A longer line fits no server's limit for a message.
constexpr std::size_t longest_line = 1 << 20;

} // namespace

pipe_input::pipe_input(asio::io_context& context, conversation& chat, completer complete)
    : chat_(chat)
    , complete_(std::move(complete))
    , own_(STDIN_FILENO, O_RDONLY)
    , input_(context) {
  boost::system::error_code not_pollable;
  input_.assign(own_.get(), not_pollable);
  can_wait_ = !not_pollable;
  chat_.on_input_wanted([this] { go_on(); });
  go_on();
}

pipe_input::~pipe_input() {
  *alive_ = false;
  chat_.on_input_wanted({});
  if (can_wait_) input_.release();
}

void pipe_input::go_on() {
  if (handing_out_) return;
  hand_out();
  look_for_quit();
  if (!ended_ && (chat_.takes_lines() || reads_ahead())) wait();
}

bool pipe_input::reads_ahead() const noexcept {
  return chat_.waits_for_connection() && bytes_.size() < longest_line;
}

void pipe_input::hand_out() {
  handing_out_ = true;
  std::size_t begin = 0;
  while (chat_.takes_lines()) {
    const auto end = bytes_.find('\n', begin);
    if (end == std::string::npos) break;
    if (!std::exchange(skipping_, false))
      enter(std::string_view(bytes_).substr(begin, end - begin));
    ++line_;
    begin = end + 1;
  }
  bytes_.erase(0, begin);
  const bool no_line = bytes_.find('\n') == std::string::npos;
  const bool too_long = bytes_.size() >= longest_line;
  if (no_line && chat_.takes_lines() && (ended_ || too_long)) {
    if (!bytes_.empty() && !skipping_) enter_rest(too_long);
    skipping_ = too_long;
    bytes_.clear();
  }
  if (ended_ && bytes_.empty() && !std::exchange(end_told_, true)) chat_.end_of_input();
  handing_out_ = false;
}

void pipe_input::enter(std::string_view line) {
  chat_.enter(chat_.read(complete_ ? complete_(line) : std::string(line), line_));
}

void pipe_input::enter_rest(bool too_long) {
  if (!too_long) return enter(bytes_);
  chat_.enter({intent::unreadable,
               fmt::format("the line has more than {} bytes; no server takes that", longest_line),
               {},
               {line_, {}}});
}

/// Looks for a `/quit`, which must not wait for a server that may never come back.
void pipe_input::look_for_quit() {
  if (!chat_.waits_for_connection()) {
    ahead_ = {};
    return;
  }
  while (ahead_.bytes < bytes_.size()) {
    auto end = bytes_.find('\n', ahead_.bytes);
    if (end == std::string::npos) {
      if (!ended_) return;
      end = bytes_.size();
    }
    typed_line line = chat_.read(std::string_view(bytes_).substr(ahead_.bytes, end - ahead_.bytes),
                                 line_ + ahead_.all++);
    if (line.what == intent::leave) {
      chat_.leave_unsaid(ahead_.lines, ahead_.first);
      return;
    }
    if (line.what != intent::nothing && ahead_.lines++ == 0) ahead_.first = std::move(line);
    ahead_.bytes = end + 1;
  }
  if (!ended_ || ahead_.lines > 0) return;
  bytes_.clear(); // it contains nothing to say
  if (!std::exchange(end_told_, true)) chat_.end_of_input();
}

void pipe_input::wait() {
  if (waiting_) return;
  waiting_ = true;
  if (can_wait_) {
    input_.async_wait(asio::posix::descriptor_base::wait_read,
                      [this](const boost::system::error_code& e) {
                        if (e != asio::error::operation_aborted) read();
                      });
  } else {
    asio::post(input_.get_executor(), [this, alive = alive_] {
      if (*alive) read();
    });
  }
}

void pipe_input::read() {
  waiting_ = false;
  std::array<char, 16 * 1024> block;
  const ssize_t n = ::read(own_.get(), block.data(), block.size());
  if (n > 0) {
    bytes_.append(block.data(), static_cast<std::size_t>(n));
  } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
    ended_ = true;
  }
  go_on();
}

} // namespace asio_chat::app
