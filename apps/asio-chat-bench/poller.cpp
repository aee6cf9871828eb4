#include "poller.hpp"

#include "error.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>

namespace asio_chat::bench {

namespace {

void control(int epoll, int operation, int fd, std::uint32_t events, poll_target& target) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  if (epoll_ctl(epoll, operation, fd, &event) != 0)
    throw run_error(fmt::format("epoll_ctl: {}", std::strerror(errno)));
}

} // namespace

poller::poller()
    : fd_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!fd_) throw setup_error(fmt::format("epoll_create1: {}", std::strerror(errno)));
}

void poller::add(int fd, std::uint32_t events, poll_target& target) {
  control(fd_.get(), EPOLL_CTL_ADD, fd, events, target);
}

void poller::change(int fd, std::uint32_t events, poll_target& target) {
  control(fd_.get(), EPOLL_CTL_MOD, fd, events, target);
}

void poller::remove(int fd) {
  epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void poller::turn(std::chrono::milliseconds time) {
  std::array<epoll_event, 256> events;
  const auto count = epoll_wait(fd_.get(), events.data(), static_cast<int>(events.size()),
                                static_cast<int>(time.count()));
  if (count < 0 && errno != EINTR)
    throw run_error(fmt::format("epoll_wait: {}", std::strerror(errno)));
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    static_cast<poll_target*>(event.data.ptr)->on_events(event.events);
  }
}

} // namespace asio_chat::bench
