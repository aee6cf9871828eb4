#include "login_cost.hpp"

#include "cpu_clock.hpp"
#include "fan_out_load.hpp"

#include <chrono>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

fan_out_load couples(const server_under_test& server, speech speaks, std::size_t people) {
  return {
      resolve(server.address()),
      server.ca_file(),
      {.receivers = 1, .message_size = payload::min_size, .rooms = people / 2, .speaks = speaks}};
}

/// For what the server still does when nobody waits for it: not every login is answered.
void let_it_finish(fan_out_load& people) {
  const auto until = steady_clock::now() + 100ms;
  while (steady_clock::now() < until)
    people.turn(10ms);
}

} // namespace

double measure_logins(const server_under_test& server, speech speaks, std::size_t count) {
  const cpu_clock cpu(server.id());
  auto first = couples(server, speaks, 50);
  first.connect();
  let_it_finish(first);
  auto people = couples(server, speaks, count);
  const auto before = cpu.now();
  people.connect();
  let_it_finish(people);
  const auto used = std::chrono::duration<double, std::micro>(cpu.now() - before);
  return used.count() / static_cast<double>(count);
}

} // namespace asio_chat::bench
