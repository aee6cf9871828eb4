#include "restart_run.hpp"

#include "returning_crowd.hpp"
#include "storm_probes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

constexpr auto all_back_within = 60s, first_back_within = 1s;

template <class Done>
bool turn_until(returning_crowd& crowd, std::chrono::seconds patience, Done done) {
  const auto end = clock::now() + patience;
  while (!done() && clock::now() < end)
    crowd.turn(1ms);
  return done();
}

void need(bool good, std::string what, storm_result& r) {
  if (!good) r.missed.push_back(std::move(what));
}

} // namespace

storm_result run_restart(const storm_row& row, const storm_limits& limits,
                         const storm_settings& given) {
  auto server = start_for(row, limits, given);
  const auto clients = std::max<std::size_t>(
      1, static_cast<std::size_t>(static_cast<double>(row.clients) * given.scale));
  const auto front_of = [&](const server_under_test& at, bool sink) {
    return storm_front{resolve(at.address()), at.ca_file(), row.addresses, sink};
  };

  storm_result result;
  result.idle = probe_while(server, given.seconds / 4, [] { std::this_thread::sleep_for(5ms); });
  {
    const auto sink = server_under_test::sink(true);
    returning_crowd crowd(front_of(sink, true), clients);
    result.sink = probe_while(server, given.seconds, [&] { crowd.turn(1ms); });
  }
  returning_crowd crowd(front_of(server, false), clients);
  if (!turn_until(crowd, 300s, [&] { return crowd.all_back(); }))
    throw run_error(fmt::format("{} of {} clients could come in", crowd.back(), clients));
  crowd.say_in_each_room();
  if (!turn_until(crowd, 60s, [&] { return crowd.all_heard(); }))
    throw run_error("what was said before the restart did not reach everybody");

  server.restart_daemon();
  growth_watch memory(server.id());
  auto next_message = clock::time_point::max();
  result.storm = probe_while(server, given.seconds, [&] {
    if (next_message == clock::time_point::max()) {
      crowd.move_to(front_of(server, false));
      next_message = clock::now();
    }
    crowd.turn(1ms);
    memory.look();
    if (clock::now() < next_message) return;
    next_message += 1s;
    crowd.say_in_each_room();
  });
  const bool all_back = turn_until(crowd, all_back_within, [&] { return crowd.all_back(); });
  const std::size_t back = crowd.back();
  crowd.say_in_each_room();
  const bool all_heard = turn_until(crowd, 60s, [&] { return crowd.all_heard(); });
  const violations wrong = crowd.take_violations();

  result.growth = memory.most();
  result.did = fmt::format("{} of {} back, the first after {:.2f} s, the last after {:.1f} s", back,
                           clients, crowd.first_back().count(), crowd.last_back().count());
  const double allowed = std::max(3 * result.sink.p99_ms, 5.0);
  need(result.storm.p99_ms <= allowed, fmt::format("p99 above {:.1f} ms", allowed), result);
  need(result.storm.wrong.empty(), result.storm.wrong, result);
  need(all_back && crowd.last_back() <= all_back_within, "not all are back within 60 s", result);
  need(crowd.first_back() <= first_back_within, "the first is not back within 1 s", result);
  need(all_heard && !wrong.any(), "messages: " + wrong.describe(), result);
  return result;
}

} // namespace asio_chat::bench
