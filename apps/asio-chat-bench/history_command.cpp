// history: what a page of an old conversation costs asio-chatd, and how long it takes.
#include "command.hpp"

#include "cpu_clock.hpp"
#include "error.hpp"
#include "fill_room.hpp"
#include "latency_figures.hpp"
#include "load_options.hpp"
#include "native_protocol.hpp"
#include "pair_options.hpp"
#include "payload.hpp"
#include "process_settings.hpp"
#include "progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>

namespace asio_chat::bench {

namespace {

struct history_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  std::size_t entries = 100'000;
  std::size_t size = 128;
  std::size_t page = 50;
  unsigned pages = 2'000;
  bool json = false;
};

/// The three ways to ask for a page.
constexpr std::array<std::string_view, 3> sides{"after", "before", "around"};

struct side_figures {
  latency_histogram times;
  std::chrono::nanoseconds server_cpu{};

  double cpu_microseconds() const {
    return std::chrono::duration<double, std::micro>(server_cpu).count() /
           static_cast<double>(times.count());
  }
};

/// A room with a long history, and a member who leafs through it.
class reader {
 public:
  reader(native_client& client, const history_settings& given)
      : client_(client)
      , given_(given)
      , first_(client.head().offset + 1)
      , texts_(1, given.size) {}

  void fill() {
    const auto all = fill_room(client_, given_.entries, [this](std::size_t number) {
      if (number % 1'000 == 0) show_progress("filling", number, given_.entries);
      return std::string(texts_.write(0, first_ + number, {}));
    });
    show_progress("filling", given_.entries, given_.entries);
    epoch_ = all.back().at.epoch;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].at.offset != first_ + i || all[i].at.epoch != epoch_)
        throw run_error(fmt::format("entry {} has offset {}", first_ + i, all[i].at.offset));
  }

  /// Asks for a page somewhere.
  void turn(std::string_view side, side_figures& to) {
    const auto at = std::uniform_int_distribution(first_, last())(numbers_);
    const boost::json::object request{
        {"type", "history"}, {side, to_json(position{epoch_, at})}, {"limit", given_.page}};
    boost::json::object answer;
    measure(to.times, [&] {
      client_.send(request);
      answer = client_.wait_for("history");
    });
    check(side, at, answer.at("entries").as_array());
  }

 private:
  std::uint64_t last() const { return first_ + given_.entries - 1; }

  /// Throws run_error if these are not the entries that were asked for.
  void check(std::string_view side, std::uint64_t at, const boost::json::array& entries) const {
    const auto offset_of = [&](std::size_t i) {
      return position_of(entries[i].at("position")).offset;
    };
    const auto count = entries.size();
    const auto front = count == 0 ? 0 : offset_of(0);
    bool right = true;
    if (side == "after")
      right = count == std::min<std::uint64_t>(given_.page, last() - at) &&
              (count == 0 || front == at + 1);
    else if (side == "before")
      right = count == std::min<std::uint64_t>(given_.page, at - first_) &&
              (count == 0 || front + count == at);
    else
      right = front <= at && at < front + count;
    for (std::size_t i = 0; i < count; ++i) {
      const auto [verdict, of] = texts_.read(std::string_view(entries[i].at("text").as_string()));
      right = right && offset_of(i) == front + i && verdict == payload::verdict::good &&
              of.sequence == front + i;
    }
    if (!right)
      throw run_error(fmt::format("the page {} entry {} is wrong: {} entries from {} on", side, at,
                                  count, front));
  }

  native_client& client_;
  const history_settings& given_;
  std::mt19937_64 numbers_{1};
  const std::uint64_t first_;
  payload texts_;
  std::uint64_t epoch_ = 0;
};

void print_text(const history_settings& given, const std::array<side_figures, 3>& all) {
  fmt::print("{} pages of each, {} of {} entries\n", given.pages, given.page, given.entries);
  fmt::print("{:<18}{:>12}{:>12}{:>12}{:>16}\n", "a page", "median ms", "p99 ms", "max ms",
             "server CPU us");
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const latency_figures ms(all[i].times);
    fmt::print("{:<18}{:>12.3f}{:>12.3f}{:>12.3f}{:>16.0f}\n", sides[i], ms.median, ms.p99, ms.max,
               all[i].cpu_microseconds());
  }
}

void print_json(const history_settings& given, const std::array<side_figures, 3>& all) {
  boost::json::object report{{"version", ASIO_CHAT_VERSION},
                             {"entries", given.entries},
                             {"size", given.size},
                             {"page", given.page},
                             {"pages", given.pages}};
  for (std::size_t i = 0; i < sides.size(); ++i) {
    auto one = latency_figures(all[i].times).to_json();
    one["server_cpu_us"] = all[i].cpu_microseconds();
    report[sides[i]] = one;
  }
  fmt::print("{}\n", boost::json::serialize(report));
}

int run_command(const history_settings& given) {
  check_daemon(given.daemon);
  const auto server = start_unbounded(given.daemon, given.daemon_arguments, -1);
  const auto context = client_context(server.ca_file(), native_protocol::alpn_name);
  native_client client(resolve(server.address()), context.get(), "bench");
  reader member(client, given);
  member.fill();

  const cpu_clock cpu(server.id());
  std::array<side_figures, 3> all;
  constexpr unsigned at_a_time = 50; // the sides in turn, and the processor's clock not too often
  for (unsigned done = 0; done < given.pages;) {
    const auto until = std::min(given.pages, done + at_a_time);
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const auto before = cpu.now();
      for (auto page = done; page < until; ++page)
        member.turn(sides[i], all[i]);
      all[i].server_cpu += cpu.now() - before;
    }
    if (told_to_stop()) throw run_error("interrupted");
    done = until;
    show_progress("reading", done, given.pages);
  }
  given.json ? print_json(given, all) : print_text(given, all);
  return 0;
}

} // namespace

command history_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "history", "Measure how long a page of a room's history takes at random places, and what it "
                 "costs asio-chatd; every page is checked");
  options->footer("In memory (--ephemeral) the daemon keeps 10,000 entries of a room.\n"
                  "Examples:\n  asio-chat-bench history\n"
                  "  asio-chat-bench history --entries 10000 --asio-chatd-arg=--ephemeral --json");
  const auto given = std::make_shared<history_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  options->add_option("--entries", given->entries, "Entries in the room")
      ->check(between(std::size_t{1}, std::size_t{100'000'000}))
      ->capture_default_str();
  options->add_option("--size", given->size, "Bytes of an entry's text")
      ->check(between(payload::min_size, std::size_t{1'000}))
      ->capture_default_str();
  options->add_option("--page", given->page, "Entries of a page")
      ->check(between(1, 50))
      ->capture_default_str();
  options->add_option("--pages", given->pages, "Pages read in each way: after, before, around")
      ->check(between(1, 1'000'000))
      ->capture_default_str();
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
