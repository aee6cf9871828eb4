#include "domain/alarm_book.hpp"

#include <fmt/format.h>

namespace asio_chat {

alarm_book::alarm_book(time_source& time, std::function<void(std::string)> say)
    : time_(time)
    , say_(std::move(say))
    , timer_(time.make_timer()) {}

void alarm_book::add(std::string who, std::string what) {
  std::string sentence = fmt::format("{} {}", who, what);
  if (minutes_.add({std::move(who), std::move(what)}, time_.now())) say_(std::move(sentence));
  if (!std::exchange(waits_, true)) wake_later();
}

void alarm_book::wake_later() {
  if (timer_) timer_->wait_until(*minutes_.next_end(), [this] { wake(); });
}

void alarm_book::wake() {
  minutes_.visit(
      time_.now(),
      [this](const kind& k, std::size_t times) {
        say_(fmt::format("{} {}: {} more times in a minute", k.first, k.second, times));
      },
      [this](std::size_t times) {
        say_(fmt::format("others are held back, too: {} times", times));
      });
  waits_ = minutes_.next_end().has_value();
  if (waits_) wake_later();
}

} // namespace asio_chat
