#include "storm_run.hpp"

#include "member_storms.hpp"
#include "restart_run.hpp"
#include "storm_probes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

void make_accounts(server_under_test& server, std::size_t accounts) {
  if (accounts == 0) return;
  const temporary_directory directory;
  const auto password = directory.path() / "password";
  write_file(password, storm_password);
  std::filesystem::permissions(password, std::filesystem::perms::owner_read);
  for (std::size_t i = 0; i < accounts; ++i)
    server.change_data(
        {"account", "add", fmt::format("member-{}", i), "--password-file", password});
}

void judge(const storm_row& row, double scale, storm_result& r) {
  const double allowed = std::max(2 * r.sink.p99_ms, 5.0);
  if (r.storm.p99_ms > allowed) r.missed.push_back(fmt::format("p99 above {:.1f} ms", allowed));
  if (!r.storm.wrong.empty()) r.missed.push_back(r.storm.wrong);
  if (row.newcomer_within &&
      r.storm.newcomer_ms > static_cast<double>(row.newcomer_within->count()))
    r.missed.push_back(
        fmt::format("a newcomer waits more than {} ms", row.newcomer_within->count()));
  if (r.growth > row.max_growth)
    r.missed.push_back(
        fmt::format("more than {:.0f} MB", static_cast<double>(row.max_growth) / 1e6));
  if (row.held > 0) {
    const double held = static_cast<double>(row.held) * scale;
    r.bytes_each = static_cast<std::int64_t>(static_cast<double>(r.growth) / held);
  }
  if (row.max_bytes_each > 0 && r.bytes_each > row.max_bytes_each)
    r.missed.push_back(fmt::format("more than {} bytes each", row.max_bytes_each));
}

boost::json::object to_json(const chat_figures& f) {
  return {{"p99_ms", f.p99_ms},
          {"newcomer_ms", f.newcomer_ms},
          {"newcomers", f.newcomers},
          {"failures", f.failures},
          {"wrong", f.wrong}};
}

} // namespace

const std::vector<storm_limits>& all_storm_limits() {
  static const std::vector<storm_limits> all{{"default", {"--limit-loopback=on", "--rates=on"}},
                                             {"rates off", {"--limit-loopback=on", "--rates=off"}}};
  return all;
}

server_under_test start_for(const storm_row& row, const storm_limits& limits,
                            const storm_settings& given) {
  auto arguments = limits.daemon_arguments;
  arguments.insert(arguments.end(), row.daemon_arguments.begin(), row.daemon_arguments.end());
  arguments.insert(arguments.end(), given.daemon_arguments.begin(), given.daemon_arguments.end());
  return server_under_test::daemon(given.daemon, arguments, -1);
}

storm_result run_storm(const storm_row& row, const storm_limits& limits,
                       const storm_settings& given) {
  if (row.clients > 0) return run_restart(row, limits, given);
  auto server = start_for(row, limits, given);
  make_accounts(server, row.accounts);

  storm_result result;
  result.idle = probe_while(server, given.seconds / 4, [] { std::this_thread::sleep_for(5ms); });
  {
    const auto sink = server_under_test::sink(row.tls_sink);
    const auto storm =
        row.make({resolve(sink.address()), sink.ca_file(), row.addresses, true}, given.scale);
    storm->prepare();
    result.sink = probe_while(server, given.seconds, [&] { storm->turn(1ms); });
  }
  growth_watch memory(server.id());
  const auto storm =
      row.make({resolve(server.address()), server.ca_file(), row.addresses, false}, given.scale);
  storm->prepare();
  result.storm = probe_while(server, given.seconds, [&] {
    storm->turn(1ms);
    memory.look();
  });
  storm->finish();
  result.did = storm->describe();
  result.growth = memory.most();
  judge(row, given.scale, result);
  return result;
}

boost::json::object storm_result::to_json() const {
  return {{"idle", bench::to_json(idle)},
          {"sink", bench::to_json(sink)},
          {"storm", bench::to_json(storm)},
          {"growth_bytes", growth},
          {"bytes_each", bytes_each},
          {"did", did},
          {"missed", boost::json::value_from(missed)}};
}

} // namespace asio_chat::bench
