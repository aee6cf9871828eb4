#include "handshake_cost.hpp"

#include "blocking_tls.hpp"
#include "cpu_clock.hpp"
#include "error.hpp"
#include "process_settings.hpp"
#include "report.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <chrono>

namespace asio_chat::bench {

namespace {

/// One client after the other.
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

spread spread_of(const std::vector<handshake_figures>& runs) {
  std::vector<double> values;
  for (const auto& run : runs)
    values.push_back(run.cpu_us);
  return spread(values);
}

} // namespace

handshake_figures measure_handshakes(const server_under_test& server, const handshake_load& what) {
  const cpu_clock cpu(server.id());
  visitor one(server);
  if (what.resumed) one.visit(true);
  for (int i = 0; i < 50; ++i)
    one.visit();
  const auto before = cpu.now();
  for (unsigned i = 0; i < what.count && !told_to_stop(); ++i)
    one.visit();
  if (told_to_stop()) throw run_error("interrupted");
  const std::chrono::duration<double, std::micro> used = cpu.now() - before;
  return {used.count() / what.count};
}

boost::json::object to_json(const handshake_load& what) {
  return {{"scenario", "handshakes"},
          {"kind", what.resumed ? "resumed" : "full"},
          {"count", what.count}};
}

boost::json::object to_json(const handshake_figures& run) {
  return {{"cpu_us_per_handshake", run.cpu_us}};
}

boost::json::object summary_json(const std::vector<handshake_figures>& runs) {
  return {{"cpu_us_per_handshake", to_json(spread_of(runs))}};
}

std::string describe(const handshake_load& what) {
  return fmt::format("handshakes: {} {}, one after the other, microseconds of CPU for each",
                     what.count, what.resumed ? "resumed" : "full");
}

void print_run(std::string_view label, const handshake_figures& run) {
  fmt::print("{:<28}{:>14.1f}\n", label, run.cpu_us);
  flush_output();
}

void print_summary(std::string_view label, const std::vector<handshake_figures>& runs) {
  const auto all = spread_of(runs);
  print_run(fmt::format("{}median", label), handshake_figures{all.median});
  print_run(fmt::format("{}lowest", label), handshake_figures{all.low});
  print_run(fmt::format("{}highest", label), handshake_figures{all.high});
}

} // namespace asio_chat::bench
