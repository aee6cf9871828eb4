#include "run.hpp"

#include "error.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// As fast as the window allows: what may be sent is limited by a room's slowest receiver.
void flood(fan_out_load& people, const load& what) {
  const auto record = std::max<std::size_t>(record_bytes / people.wire_bytes(), 1);
  const auto batch = what.batch == 0 ? record : what.batch;
  const auto per_turn = std::max(record, batch);
  std::vector<std::size_t> left(people.rooms(), what.messages / people.rooms());
  std::size_t finished = 0;
  while (finished < people.rooms()) {
    bool sent = false;
    for (std::size_t room = 0; room < people.rooms(); ++room) {
      if (left[room] == 0 || !people.publisher_idle(room)) continue;
      const auto allowed = what.window - std::min<std::size_t>(what.window, people.ahead(room));
      for (auto n = std::min({allowed, per_turn, left[room]}); n > 0;) {
        if (!people.publisher_idle(room)) break;
        const auto now = steady_clock::now();
        const auto together = std::min(n, batch);
        for (std::size_t i = 0; i < together; ++i)
          people.publish(room, now);
        people.flush(room);
        n -= together;
        left[room] -= together;
        sent = true;
      }
      if (left[room] == 0) ++finished;
    }
    people.turn(sent ? 0ms : 10ms);
    people.expect_progress();
  }
}

/// A steady rate, the rooms in turn. A message's time is when it was due, so that a stall shows in
/// all of them.
void paced(fan_out_load& people, const load& what) {
  const auto count = std::max<std::int64_t>(1, std::llround(what.rate * what.seconds));
  const auto interval = std::chrono::duration<double>(1 / what.rate);
  const auto start = steady_clock::now();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto after =
        std::chrono::duration_cast<std::chrono::nanoseconds>(interval * static_cast<double>(i));
    const auto due = start + after;
    for (auto now = steady_clock::now(); now < due; now = steady_clock::now())
      people.turn(std::min(std::chrono::floor<std::chrono::milliseconds>(due - now),
                           std::chrono::milliseconds(100)));
    const auto room = static_cast<std::size_t>(i) % people.rooms();
    people.publish(room, due);
    people.flush(room);
  }
}

} // namespace

double run_figures::cpu_per_million() const {
  return server_cpu ? seconds(*server_cpu) * 1e6 / static_cast<double>(deliveries) : 0;
}

double run_figures::deliveries_per_second() const {
  return static_cast<double>(deliveries) / seconds(elapsed);
}

double run_figures::deliveries_per_record() const {
  return static_cast<double>(deliveries) / static_cast<double>(records);
}

double run_figures::generator_load() const {
  return seconds(generator_cpu) / seconds(elapsed);
}

fan_out_shape shape_of(const load& what) {
  return {what.receivers, what.size, what.rooms, what.speaks};
}

run_figures run_load(fan_out_load& people, const load& what,
                     const std::optional<cpu_clock>& server) {
  const auto server_before = server ? server->now() : 0ns;
  const auto own_before = own_cpu_time();
  const auto start = steady_clock::now();

  if (what.kind == scenario::paced)
    paced(people, what);
  else
    flood(people, what);
  people.drain(true);

  run_figures figures;
  figures.generator_cpu = own_cpu_time() - own_before;
  if (server) figures.server_cpu = server->now() - server_before;
  auto came = people.take_arrivals();
  figures.elapsed = came.last - start;
  figures.deliveries = came.deliveries;
  figures.records = came.records;
  figures.latency = came.latency;

  people.barrier();
  people.take_arrivals();
  figures.wrong = people.take_violations();
  if (figures.deliveries == 0) throw run_error("not one message was delivered");
  return figures;
}

} // namespace asio_chat::bench
