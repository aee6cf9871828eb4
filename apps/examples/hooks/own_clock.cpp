// The host has a clock that it moves by itself, and numbers that it knows beforehand.
#include <asio_chat/clock.hpp>
#include <asio_chat/server.hpp>

#include <iostream>
#include <map>

using namespace asio_chat;
std::map<timer*, std::pair<steady_time, std::function<void()>>> alarms;
struct alarm_of_host final : timer {
  ~alarm_of_host() override { alarms.erase(this); }
  void wait_until(steady_time when, std::function<void()> f) override { alarms[this] = {when, f}; }
  void cancel() override { alarms.erase(this); }
};
struct clock_of_host final : time_source {
  steady_time now() const override { return time; }
  wall_time wall_now() const override { return {}; }
  std::unique_ptr<timer> make_timer() override { return std::make_unique<alarm_of_host>(); }
  std::function<void()> next_due() {
    for (const auto& [who, alarm] : alarms)
      if (alarm.first <= time) return std::move(alarms.extract(who).mapped().second);
    return nullptr;
  }
  steady_time time;
};
int main() {
  boost::asio::io_context context;
  const auto mine = std::make_shared<clock_of_host>();
  const server_hooks hooks{.time = mine, .random = [] { return 0.5; }};
  server chat(context, server_config(), hooks);
  const auto silent = chat.connect_in_memory(); // has 30 s to say who it is
  for (int seconds = 0; seconds <= 40; seconds += 10, mine->time += std::chrono::seconds(10)) {
    while (const auto due = mine->next_due())
      due();
    context.restart();
    context.poll();
    std::cout << seconds << " s: connections " << chat.stats().sessions << '\n';
  }
}
