// probe, newcomers: how the chat is while something else goes on. Each is a process of its own.
#include "command.hpp"

#include "error.hpp"
#include "latency_figures.hpp"
#include "native_client.hpp"
#include "native_protocol.hpp"
#include "process_settings.hpp"
#include "report.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <memory>
#include <thread>
#include <unistd.h>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

struct probe_settings {
  std::string server;
  std::string ca_file;
  double seconds = 20;
};

void add_probe_options(CLI::App& options, probe_settings& given) {
  options.add_option("--server", given.server, "HOST:PORT of the server")->required();
  options.add_option("--ca", given.ca_file, "PEM file of the CA that issued its certificate")
      ->required();
  options.add_option("--seconds", given.seconds, "Length of the run")
      ->check(between(0.1, 86'400.0))
      ->capture_default_str();
}

/// What waits for this process may begin now.
void say_ready() {
  fmt::print("ready\n");
  flush_output();
}

int print(boost::json::object figures) {
  fmt::print("{}\n", boost::json::serialize(figures));
  return 0;
}

/// As many rooms, and messages in them, as the rates that asio-chatd has by default let through.
int run_probe(const probe_settings& given) {
  load what = usual_load(scenario::paced);
  what.speaks = speech::native_2;
  what.rooms = 8;
  what.receivers = 2;
  what.rate = 32;
  what.seconds = given.seconds;
  fan_out_load people(resolve(given.server), given.ca_file, shape_of(what));
  people.gather();
  say_ready();
  const run_figures run = run_load(people, what, {});
  boost::json::object figures = latency_figures(run.latency).to_json();
  figures["count"] = run.latency.count();
  figures["wrong"] = run.wrong.any() ? run.wrong.describe() : "";
  return print(std::move(figures));
}

/// A new member every quarter of a second, each from another network. Measures the time until a
/// message of theirs is stored.
int run_newcomers(const probe_settings& given) {
  const auto context = client_context(given.ca_file, native_protocol::alpn_name);
  endpoint at = resolve(given.server);
  latency_histogram in;
  std::string failed;
  std::size_t failures = 0;
  say_ready();
  const auto begin = std::chrono::steady_clock::now();
  const std::chrono::duration<double> seconds(given.seconds);
  for (std::size_t i = 0; std::chrono::steady_clock::now() - begin < seconds; ++i) {
    std::this_thread::sleep_until(begin + i * 250ms);
    if (told_to_stop()) throw run_error("interrupted");
    at.from = fmt::format("127.{}.{}.1", 8 + i / 256 % 8, i % 256);
    try {
      measure(in, [&] {
        native_client one(at, context.get(), fmt::format("new-{}-{}", getpid(), i), "lobby");
        one.say("hello");
      });
    } catch (const run_error& e) {
      if (++failures == 1) failed = e.what();
    }
  }
  boost::json::object figures = latency_figures(in).to_json();
  figures["count"] = in.count();
  figures["failures"] = failures;
  figures["failure"] = failed;
  return print(std::move(figures));
}

command probe_of(CLI::App& program, const char* name, const char* about,
                 int (*run)(const probe_settings&)) {
  auto* options = program.add_subcommand(name, about);
  options->footer(fmt::format("Says «ready» when it begins.\nExample:\n  asio-chat-bench {} "
                              "--server 127.0.0.1:8443 --ca data/ca-cert.pem",
                              name));
  const auto given = std::make_shared<probe_settings>();
  add_probe_options(*options, *given);
  return {options, [given, run] { return run(*given); }};
}

} // namespace

command probe_command(CLI::App& program) {
  return probe_of(program, "probe",
                  "Say 32 messages a second in 8 rooms, within the rates of one address, and print "
                  "how long they take, as JSON",
                  run_probe);
}

command newcomers_command(CLI::App& program) {
  return probe_of(program, "newcomers",
                  "Log in as a new member four times a second, each time from another network of "
                  "loopback, and print how long it takes, as JSON",
                  run_newcomers);
}

} // namespace asio_chat::bench
