// start: how long asio-chatd takes until it listens, with a long history and with none.
#include "command.hpp"

#include "cpu_clock.hpp"
#include "error.hpp"
#include "fill_room.hpp"
#include "latency_figures.hpp"
#include "load_options.hpp"
#include "native_protocol.hpp"
#include "pair_options.hpp"
#include "process_settings.hpp"
#include "progress.hpp"
#include "zipf_text.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

namespace asio_chat::bench {

namespace {

using std::chrono::steady_clock;

struct start_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  std::size_t entries = 1'000'000;
  std::size_t size = 128;
  unsigned starts = 11;
  bool json = false;
};

struct start_figures {
  latency_histogram listens; ///< from the start of the process on
  latency_histogram acknowledges;
  std::chrono::nanoseconds cpu{};
};

/// @param number of the client: the name of one before is held for a while
native_client connect(const server_under_test& server, SSL_CTX* context, unsigned number) {
  return {resolve(server.address()), context, fmt::format("bench-{}", number)};
}

void start_once(server_under_test& server, SSL_CTX* context, unsigned number, start_figures& to) {
  const auto took = server.restart_daemon();
  const auto listening = steady_clock::now();
  to.listens.add(took);
  auto client = connect(server, context, number);
  fill_room(client, 1, [](std::size_t) { return std::string("the first one"); });
  to.acknowledges.add(took + (steady_clock::now() - listening));
  to.cpu += cpu_clock(server.id()).now();
}

void print_row(std::string_view of, const start_figures& f, unsigned starts) {
  const latency_figures listens(f.listens), acknowledges(f.acknowledges);
  fmt::print("{:<20}{:>14.1f}{:>14.1f}{:>20.1f}{:>14.1f}\n", of, listens.median, listens.max,
             acknowledges.median, latency_figures::milliseconds(f.cpu / starts));
}

int run_command(const start_settings& given) {
  check_daemon(given.daemon);
  std::array servers{start_unbounded(given.daemon, given.daemon_arguments, -1),
                     start_unbounded(given.daemon, given.daemon_arguments, -1)};
  std::array contexts{client_context(servers[0].ca_file(), native_protocol::alpn_name),
                      client_context(servers[1].ca_file(), native_protocol::alpn_name)};
  {
    auto client = connect(servers[1], contexts[1].get(), 0);
    const zipf_text texts(given.size);
    fill_room(client, given.entries, [&](std::size_t number) {
      if (number % 1'000 == 0) show_progress("filling", number, given.entries);
      return texts.text(number);
    });
    show_progress("filling", given.entries, given.entries);
  }
  std::array<start_figures, 2> figures;
  for (unsigned i = 0; i < given.starts; ++i) {
    for (std::size_t s = 0; s < servers.size(); ++s)
      start_once(servers[s], contexts[s].get(), i + 1, figures[s]);
    if (told_to_stop()) throw run_error("interrupted");
    show_progress("starting", i + 1, given.starts);
  }
  const double ratio =
      latency_figures(figures[1].listens).median / latency_figures(figures[0].listens).median;
  if (given.json) {
    const auto row = [&](const start_figures& f) {
      return boost::json::object{{"listens", latency_figures(f.listens).to_json()},
                                 {"acknowledges", latency_figures(f.acknowledges).to_json()},
                                 {"cpu_ms", latency_figures::milliseconds(f.cpu / given.starts)}};
    };
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"version", ASIO_CHAT_VERSION},
                                                                  {"entries", given.entries},
                                                                  {"starts", given.starts},
                                                                  {"empty", row(figures[0])},
                                                                  {"full", row(figures[1])},
                                                                  {"ratio", ratio}}));
    return 0;
  }
  fmt::print("{:<20}{:>14}{:>14}{:>20}{:>14}\n", fmt::format("{} starts, ms", given.starts),
             "listens, p50", "max", "first ack, p50", "CPU, mean");
  print_row("nothing said", figures[0], given.starts);
  print_row(fmt::format("{} entries", given.entries), figures[1], given.starts);
  fmt::print("{:.1f} times as long until it listens\n", ratio);
  return 0;
}

} // namespace

command start_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "start", "Measure how long asio-chatd takes until it listens, and until it acknowledges a "
               "message, with a long history and with none");
  options->footer("Examples:\n  asio-chat-bench start\n"
                  "  asio-chat-bench start --entries 10000 --starts 3 --json");
  const auto given = std::make_shared<start_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  options->add_option("--entries", given->entries, "Entries in the history")
      ->check(between(std::size_t{1}, std::size_t{100'000'000}))
      ->capture_default_str();
  options->add_option("--size", given->size, "Bytes of an entry's text")
      ->check(between(std::size_t{1}, std::size_t{1'000}))
      ->capture_default_str();
  options->add_option("--starts", given->starts, "Starts of each")
      ->check(between(1u, 1'000u))
      ->capture_default_str();
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
