// handshakes: what a TLS handshake costs asio-chatd, over what it costs the bare loop.
#include "command.hpp"

#include "blocking_tls.hpp"
#include "cpu_clock.hpp"
#include "error.hpp"
#include "load_options.hpp"
#include "pair_options.hpp"
#include "process_settings.hpp"
#include "report.hpp"
#include "server_under_test.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>

namespace asio_chat::bench {

namespace {

struct handshake_settings : pair_settings {
  unsigned count = 2'000;
  bool resumed = false;
};

/// One client after the other: connects, shakes hands, and goes.
class visitor {
 public:
  explicit visitor(const server_under_test& server)
      : at_(resolve(server.address()))
      , context_(client_context(server.ca_file())) {}

  /// With a ticket that is kept it is resumed; without, `keep_ticket` waits for one.
  void visit(bool keep_ticket = false) {
    blocking_tls connection(at_, context_.get(), ticket_.get());
    if (ticket_ && !connection.socket().resumed()) throw run_error("the server resumed no session");
    if (!keep_ticket) return;
    // Tickets come after the handshake, before anything that is read.
    connection.read_tickets();
    ticket_ = connection.socket().ticket();
    if (!ticket_) throw run_error("the server gave no ticket");
  }

 private:
  endpoint at_;
  ssl_ctx_ptr context_;
  ssl_session_ptr ticket_;
};

/// Microseconds of the server's processor time for each.
double measure(const server_under_test& server, const handshake_settings& given) {
  const cpu_clock cpu(server.id());
  visitor one(server);
  if (given.resumed) one.visit(true);
  for (int i = 0; i < 50; ++i)
    one.visit();
  const auto before = cpu.now();
  for (unsigned i = 0; i < given.count && !told_to_stop(); ++i)
    one.visit();
  if (told_to_stop()) throw run_error("interrupted");
  return std::chrono::duration<double, std::micro>(cpu.now() - before).count() / given.count;
}

int run_command(const handshake_settings& given) {
  if (given.generator_cpu >= 0) pin_to_core(given.generator_cpu);
  const std::vector<std::string> tickets =
      given.resumed ? std::vector<std::string>{"--tls-tickets"} : std::vector<std::string>{};
  std::vector<double> ours;
  std::vector<double> bare;
  std::vector<double> ratios;
  for (unsigned pair = 0; pair < given.pairs; ++pair) {
    ours.push_back(
        measure(server_under_test::daemon(given.daemon, tickets, given.server_cpu), given));
    bare.push_back(measure(server_under_test::bare(true, given.server_cpu, given.resumed), given));
    ratios.push_back(ours.back() / bare.back());
    if (!given.json)
      fmt::print("{}  asio-chatd {:7.1f}  bare loop {:7.1f}  microseconds of CPU, ratio {:.2f}\n",
                 pair + 1, ours.back(), bare.back(), ratios.back());
    std::fflush(stdout);
  }
  const spread all(ratios);
  if (given.json) {
    fmt::print("{}\n", boost::json::serialize(
                           boost::json::object{{"version", ASIO_CHAT_VERSION},
                                               {"kind", given.resumed ? "resumed" : "full"},
                                               {"asio-chatd", to_json(spread(ours))},
                                               {"bare", to_json(spread(bare))},
                                               {"ratio", to_json(all)}}));
  } else {
    fmt::print("{} handshakes, pair by pair: median {:.2f}, {:.2f} to {:.2f}\n",
               given.resumed ? "resumed" : "full", all.median, all.low, all.high);
  }
  return 0;
}

} // namespace

command handshake_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "handshakes", "Measure a TLS handshake of asio-chatd and of the bare loop in turn");
  options->footer("Examples:\n  asio-chat-bench handshakes\n"
                  "  asio-chat-bench handshakes --resumed --json");
  const auto given = std::make_shared<handshake_settings>();
  options->add_option("--count", given->count, "Handshakes of a run")
      ->check(between(1, 1'000'000))
      ->capture_default_str();
  options->add_flag("--resumed", given->resumed, "Resume a session instead, by its ticket");
  add_pair_options(*options, *given);
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
