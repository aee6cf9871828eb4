#include "peers_matrix.hpp"

#include "error.hpp"
#include "login_cost.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::bench {

namespace {

/// The most that fits, of 128 bytes, into the 64 KiB that ngIRCd keeps for a client.
constexpr std::size_t window = 200;

load flood_load(std::size_t receivers, std::size_t messages) {
  load what;
  what.kind = scenario::flood;
  what.receivers = receivers;
  what.messages = messages;
  what.window = window;
  return what;
}

load rooms_load(std::size_t rooms, std::size_t members, std::size_t messages) {
  auto what = flood_load(members - 1, messages);
  what.kind = scenario::rooms;
  what.rooms = rooms;
  return what;
}

load paced_load(std::size_t receivers, double rate, double seconds) {
  load what;
  what.kind = scenario::paced;
  what.receivers = receivers;
  what.rate = rate;
  what.seconds = seconds;
  return what;
}

} // namespace

std::vector<peers_scenario> all_scenarios(bool quick) {
  if (quick)
    return {{"flood-100", flood_load(10, 1'000)},      {"flood-1000", flood_load(20, 1'000)},
            {"rooms-20", rooms_load(5, 4, 1'000)},     {"rooms-1000", rooms_load(20, 3, 1'000)},
            {"paced-10", paced_load(20, 10, 1)},       {"paced-100", paced_load(20, 100, 1)},
            {"connect", {.kind = scenario::flood}, 20}};
  return {
      {"flood-100", flood_load(100, 20'000)},       {"flood-1000", flood_load(1'000, 4'000)},
      {"rooms-20", rooms_load(20, 10, 200'000)},    {"rooms-1000", rooms_load(1'000, 5, 200'000)},
      {"paced-10", paced_load(1'000, 10, 5)},       {"paced-100", paced_load(1'000, 100, 5)},
      {"connect", {.kind = scenario::flood}, 1'000}};
}

std::vector<contestant> contestants_of(const peers_settings& given,
                                       std::vector<std::string>& missing) {
  const auto daemon = [given](const std::vector<std::string>& arguments) {
    return [given, arguments] {
      return server_under_test::daemon(given.daemon, arguments, given.server_cpu);
    };
  };
  const auto bare = [given](bool coalesce) {
    return [given, coalesce] { return server_under_test::bare(coalesce, given.server_cpu); };
  };
  std::vector<contestant> all{
      {"asio-chatd", speech::native_2, true, false, 0, daemon({})},
      {"asio-chatd --ephemeral", speech::native_2, true, false, 0, daemon({"--ephemeral"})},
      {"asio-chatd, asio-chat/1", speech::native, false, false, 0, daemon({})},
      {"asio-chatd --ephemeral, asio-chat/1", speech::native, false, false, 0,
       daemon({"--ephemeral"})},
      {"bare loop, coalescing", speech::text, false, false, 0, bare(true)},
      {"bare loop, a record each", speech::text, false, true, 0, bare(false)},
  };
  for (const auto& one : peer_programs()) {
    const bool asked = std::ranges::count(given.only, one.key) > 0;
    if (!given.only.empty() && !asked) continue;
    if (one.installed()) {
      all.push_back(
          {one.name, one.speaks, false, one.slow, one.batch,
           [&one, core = given.server_cpu] { return server_under_test::peer(one, core); }});
      continue;
    }
    const auto sentence =
        fmt::format("{} is not installed (Debian's package {})", one.name, one.package);
    if (asked) throw setup_error(sentence);
    missing.push_back(sentence);
  }
  return all;
}

bool takes_part(const contestant& who, const peers_scenario& in) {
  // In one room ours speaks the text protocol.
  if (who.speaks == speech::native) return in.what.rooms > 1;
  // The bare loop has but one room.
  return in.what.rooms == 1 || who.ours || who.speaks != speech::text;
}

speech spoken(const contestant& who, const peers_scenario& in) {
  const bool in_one_room = in.logins == 0 && in.what.rooms == 1;
  return who.ours && in_one_room ? speech::text : who.speaks;
}

peers_run measure(const contestant& who, const peers_scenario& in) {
  const auto server = who.start();
  if (in.logins > 0) return {std::nullopt, measure_logins(server, who.speaks, in.logins)};
  auto what = in.what;
  what.speaks = spoken(who, in);
  what.batch = who.batch;
  if (who.slow && what.kind != scenario::paced)
    what.messages = std::max(what.messages / 10, what.rooms);
  const std::optional<cpu_clock> cpu(server.id());
  fan_out_load people(resolve(server.address()), server.ca_file(), shape_of(what));
  people.gather();
  return {run_load(people, what, cpu)};
}

} // namespace asio_chat::bench
