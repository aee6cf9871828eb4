// accounts: what many accounts cost asio-chatd at its start, in time and memory.
#include "command.hpp"

#include "cpu_clock.hpp"
#include "error.hpp"
#include "files.hpp"
#include "latency_figures.hpp"
#include "load_options.hpp"
#include "pair_options.hpp"
#include "process_memory.hpp"
#include "process_settings.hpp"
#include "progress.hpp"
#include "server_under_test.hpp"

#include <fmt/format.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <memory>

namespace asio_chat::bench {

namespace {

struct accounts_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  std::size_t accounts = 100'000;
  unsigned starts = 11;
  bool json = false;
};

struct accounts_figures {
  latency_histogram listens;      ///< from the start of the process on
  std::chrono::nanoseconds cpu{}; ///< until it listens, of all starts together
  process_memory memory;          ///< when it listens, for the last start
};

/// Each is opened by a certificate instead of a password, whose hash would take long to make.
std::string list_of_accounts(std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<unsigned char, 32> key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
      throw setup_error("OpenSSL has no random numbers");
    std::array<unsigned char, 45> text{};
    EVP_EncodeBlock(text.data(), key.data(), static_cast<int>(key.size()));
    list += fmt::format("member-{} sha256/{}\n", i, reinterpret_cast<const char*>(text.data()));
  }
  return list;
}

double megabytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

void print_row(std::string_view of, const accounts_figures& f, unsigned starts) {
  const latency_figures listens(f.listens);
  fmt::print("{:<20}{:>14.1f}{:>14.1f}{:>14.1f}{:>14.1f}{:>14.1f}\n", of, listens.median,
             listens.max, latency_figures::milliseconds(f.cpu / starts),
             megabytes(f.memory.resident), megabytes(f.memory.its_own));
}

int run_command(const accounts_settings& given) {
  check_daemon(given.daemon);
  std::array servers{server_under_test::daemon(given.daemon, given.daemon_arguments, -1),
                     server_under_test::daemon(given.daemon, given.daemon_arguments, -1)};
  const temporary_directory lists;
  const auto list = lists.path() / "accounts";
  write_file(list, list_of_accounts(given.accounts));
  servers[1].change_data({"account", "import", list});
  std::array<accounts_figures, 2> figures;
  for (unsigned i = 0; i < given.starts; ++i) {
    for (std::size_t s = 0; s < servers.size(); ++s) {
      figures[s].listens.add(servers[s].restart_daemon());
      figures[s].cpu += cpu_clock(servers[s].id()).now();
      figures[s].memory = process_memory::of(servers[s].id());
    }
    if (told_to_stop()) throw run_error("interrupted");
    show_progress("starting", i + 1, given.starts);
  }
  const double longer =
      latency_figures(figures[1].listens).median / latency_figures(figures[0].listens).median;
  const double larger = static_cast<double>(figures[1].memory.resident) /
                        static_cast<double>(figures[0].memory.resident);
  if (given.json) {
    const auto row = [&](const accounts_figures& f) {
      return boost::json::object{{"listens", latency_figures(f.listens).to_json()},
                                 {"cpu_ms", latency_figures::milliseconds(f.cpu / given.starts)},
                                 {"resident", f.memory.resident},
                                 {"private", f.memory.its_own}};
    };
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"version", ASIO_CHAT_VERSION},
                                                                  {"accounts", given.accounts},
                                                                  {"starts", given.starts},
                                                                  {"none", row(figures[0])},
                                                                  {"all", row(figures[1])},
                                                                  {"time_ratio", longer},
                                                                  {"memory_ratio", larger}}));
    return 0;
  }
  fmt::print("{:<20}{:>14}{:>14}{:>14}{:>14}{:>14}\n",
             fmt::format("{} starts, ms and MB", given.starts), "listens, p50", "max", "CPU",
             "resident", "private");
  print_row("no account", figures[0], given.starts);
  print_row(fmt::format("{} accounts", given.accounts), figures[1], given.starts);
  fmt::print("{:.2f} times as long until it listens, {:.2f} times the memory\n", longer, larger);
  return 0;
}

} // namespace

command accounts_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "accounts", "Measure what asio-chatd takes until it listens, in time and processor time, and "
                  "its memory then, with many accounts and with none");
  options->footer("Examples:\n  asio-chat-bench accounts\n"
                  "  asio-chat-bench accounts --accounts 1000 --starts 3 --json");
  const auto given = std::make_shared<accounts_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  options->add_option("--accounts", given->accounts, "How many; each opens by a certificate")
      ->check(between(std::size_t{1}, std::size_t{100'000}))
      ->capture_default_str();
  options->add_option("--starts", given->starts, "Starts of each")
      ->check(between(1u, 1'000u))
      ->capture_default_str();
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
