#include "storm_run.hpp"

#include "error.hpp"
#include "files.hpp"
#include "member_storms.hpp"
#include "process_memory.hpp"
#include "process_settings.hpp"
#include "server_under_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace asio_chat::bench {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

/// One of the probes, as a process of its own that says «ready» and then, at its end, its figures.
class probe_process {
 public:
  probe_process(std::string name, const server_under_test& server, double seconds)
      : name_(std::move(name))
      , process_({"/proc/self/exe", name_, "--server", server.address(), "--ca", server.ca_file(),
                  "--seconds", fmt::format("{}", seconds)},
                 -1, output(), errors()) {}

  bool ready() { return read_file(output()).starts_with("ready\n") || !process_.running(); }
  bool running() { return process_.running(); }

  /// When it has ended.
  boost::json::object figures() const {
    const std::string said = read_file(output());
    const auto json = said.find('{');
    if (json == std::string::npos)
      throw run_error(fmt::format("the probe '{}' failed: {}", name_, read_file(errors())));
    return boost::json::parse(said.substr(json)).as_object();
  }

 private:
  std::filesystem::path output() const { return directory_.path() / "output"; }
  std::filesystem::path errors() const { return directory_.path() / "errors"; }

  temporary_directory directory_;
  std::string name_;
  child_process process_;
};

/// Watches how large the daemon gets.
class growth_watch {
 public:
  explicit growth_watch(pid_t daemon)
      : daemon_(daemon)
      , before_(process_memory::of(daemon).its_own) {}
  void look() {
    // To read it takes the kernel a while, in which the process waits.
    if (const auto now = steady_clock::now(); now < next_) return;
    next_ = steady_clock::now() + 500ms;
    most_ = std::max(most_, process_memory::of(daemon_).its_own - before_);
  }
  std::int64_t most() const { return most_; }

 private:
  pid_t daemon_;
  std::int64_t before_;
  std::int64_t most_ = 0;
  steady_clock::time_point next_;
};

/// Lets both probes run, and `turn` meanwhile.
template <class Turn>
chat_figures probe_while(const server_under_test& server, double seconds, Turn turn) {
  probe_process talk("probe", server, seconds);
  probe_process come("newcomers", server, seconds);
  while (!talk.ready() || !come.ready()) {
    if (told_to_stop()) throw run_error("interrupted");
    std::this_thread::sleep_for(5ms);
  }
  while (talk.running() || come.running()) {
    const auto until = steady_clock::now() + 20ms;
    while (steady_clock::now() < until)
      turn();
    if (told_to_stop()) throw run_error("interrupted");
  }
  const auto said = talk.figures();
  const auto came = come.figures();
  chat_figures figures;
  figures.p99_ms = said.at("p99_ms").as_double();
  figures.wrong = said.at("wrong").as_string();
  figures.newcomer_ms = came.at("max_ms").as_double();
  figures.newcomers = came.at("count").to_number<std::size_t>();
  figures.failures = came.at("failures").to_number<std::size_t>();
  if (figures.wrong.empty()) figures.wrong = came.at("failure").as_string();
  return figures;
}

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
  if (row.held > 0)
    r.bytes_each = static_cast<std::int64_t>(static_cast<double>(r.growth) /
                                             (static_cast<double>(row.held) * scale));
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

storm_result run_storm(const storm_row& row, const storm_limits& limits,
                       const storm_settings& given) {
  auto arguments = limits.daemon_arguments;
  arguments.insert(arguments.end(), row.daemon_arguments.begin(), row.daemon_arguments.end());
  arguments.insert(arguments.end(), given.daemon_arguments.begin(), given.daemon_arguments.end());
  auto server = server_under_test::daemon(given.daemon, arguments, -1);
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
  result.did = storm->describe();
  storm->finish();
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
