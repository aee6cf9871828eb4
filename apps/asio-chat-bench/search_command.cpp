// search: how long asio-chatd looks for something in a room with a long history, and whether what
// it finds is right.
#include "command.hpp"

#include "error.hpp"
#include "fill_room.hpp"
#include "latency_figures.hpp"
#include "load_options.hpp"
#include "native_protocol.hpp"
#include "pair_options.hpp"
#include "process_settings.hpp"
#include "progress.hpp"
#include "search_model.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <thread>

namespace asio_chat::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::string_view room = "lobby";
constexpr std::size_t entries_of_a_turn = 500; // of one author, before the next
constexpr std::size_t authors = 200;

struct search_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  std::size_t entries = 1'000'000;
  std::size_t size = 128;
  unsigned searches = 200;
  std::uint64_t seed = 1;
  bool no_wait = false;
  bool json = false;
};

/// The room's history: what was said, and the minute between its halves.
struct library {
  search_model model;
  wall_time middle;
};

std::string author_of(std::size_t turn) {
  return fmt::format("author-{}", turn * 7'919 % authors);
}

void wait_for_a_minute(wall_time since) {
  using namespace std::chrono;
  const auto next = ceil<minutes>(since);
  const auto all = static_cast<std::size_t>(ceil<seconds>(next - since).count());
  while (system_clock::now() < next) {
    if (told_to_stop()) throw run_error("interrupted");
    const auto left = static_cast<std::size_t>(ceil<seconds>(next - system_clock::now()).count());
    show_progress("waiting for a full minute, s", all - std::min(all, left), all);
    std::this_thread::sleep_for(100ms);
  }
  show_progress("waiting for a full minute, s", all, all);
}

/// Half of it before a full minute and half after, for before: and after: to find either.
library fill(native_client& speaker, const zipf_text& texts, const search_settings& given) {
  library filled{search_model(texts, std::string(room)), {}};
  auto& model = filled.model;
  bool waited = given.no_wait;
  for (std::size_t turn = 0; model.size() < given.entries; ++turn) {
    if (!waited && model.size() >= given.entries / 2) {
      wait_for_a_minute(model.time(model.size() - 1));
      waited = true;
    }
    const auto first = model.size();
    const auto author = author_of(turn);
    speaker.send({{"type", "command"}, {"room", room}, {"line", "/nick " + author}});
    const auto count = std::min(entries_of_a_turn, given.entries - first);
    for (const auto& one :
         fill_room(speaker, count, [&](std::size_t n) { return texts.text(first + n); }))
      model.note(author, one.time);
    show_progress("filling", model.size(), given.entries);
  }
  filled.middle = std::chrono::ceil<std::chrono::minutes>(model.time((given.entries - 1) / 2));
  return filled;
}

/// Makes questions of each kind.
class questioner {
 public:
  questioner(const library& about, std::uint32_t words, std::uint64_t seed)
      : about_(about)
      , words_(words)
      , numbers_(seed) {}

  struct row {
    std::string_view name;
    question (questioner::*make)();
  };
  static constexpr std::size_t kinds = 10;
  static const std::array<row, kinds>& rows() {
    static constexpr std::array<row, kinds> all{{
        {"a frequent word", &questioner::frequent},
        {"a rare word", &questioner::rare},
        {"two frequent words", &questioner::two_frequent},
        {"a frequent and a rare word", &questioner::frequent_and_rare},
        {"two words that never meet", &questioner::never_meet},
        {"a word that was never said", &questioner::unsaid},
        {"from:NAME", &questioner::from},
        {"from:NAME and a word", &questioner::from_and_word},
        {"before:DATE and a word", &questioner::before},
        {"after:DATE and a rare word", &questioner::after},
    }};
    return all;
  }

 private:
  question frequent() { return {.words = {any(0, 20)}}; }
  question rare() { return {.words = {rare_word()}}; }
  question two_frequent() { return {.words = {any(0, 20), any(20, 40)}}; }
  question frequent_and_rare() { return {.words = {any(0, 20), rare_word()}}; }
  question never_meet() { return {.words = {0, 1}}; }
  question unsaid() { return {.other_word = fmt::format("nobody{}", any(0, 1'000'000))}; }
  question from() { return {.from = author()}; }
  question from_and_word() { return {.words = {any(0, 200)}, .from = author()}; }
  question before() { return {.words = {any(0, 200)}, .before = about_.middle}; }
  question after() { return {.words = {rare_word()}, .after = about_.middle}; }

  std::uint32_t any(std::uint32_t from, std::uint32_t until) {
    return std::uniform_int_distribution<std::uint32_t>(from, until - 1)(numbers_);
  }
  std::uint32_t rare_word() { return any(words_ * 2 / 3, words_); }
  std::string author() {
    return about_.model.author(any(0, static_cast<std::uint32_t>(about_.model.size())));
  }

  const library& about_;
  const std::uint32_t words_;
  zipf_text::random numbers_;
};

/// Throws run_error if the answer is another than the model's.
void check(const question& q, const boost::json::array& came, const search_model& model) {
  const auto expected = model.answer(q);
  for (std::size_t i = 0; i < std::max(came.size(), expected.size()); ++i) {
    const auto is = i < came.size() ? std::string(came[i].as_string()) : "nothing";
    const auto wanted = i < expected.size() ? expected[i] : "nothing";
    if (is != wanted)
      throw run_error(fmt::format("{}: {} lines came, {} are right; line {} is '{}', right is '{}'",
                                  q.line(), came.size(), expected.size(), i + 1, is, wanted));
  }
}

struct found {
  std::array<latency_histogram, questioner::kinds> each;
  latency_histogram all;
};

/// The kinds by turns, so that none has a quiet minute for itself.
found search(native_client& asker, const library& about, const search_settings& given,
             std::uint32_t words) {
  found times;
  questioner questions(about, words, given.seed);
  for (unsigned round = 0; round < given.searches; ++round) {
    for (std::size_t kind = 0; kind < questioner::kinds; ++kind) {
      const auto q = (questions.*questioner::rows()[kind].make)();
      const auto start = steady_clock::now();
      asker.send({{"type", "command"}, {"room", room}, {"line", q.line()}});
      const auto reply = asker.wait_for("reply");
      const auto took = steady_clock::now() - start;
      times.each[kind].add(took);
      times.all.add(took);
      check(q, reply.at("lines").as_array(), about.model);
      if (told_to_stop()) throw run_error("interrupted");
    }
    show_progress("searching", round + 1, given.searches);
  }
  return times;
}

void print_json(const search_settings& given, double seconds, const found& times) {
  boost::json::object kinds;
  for (std::size_t i = 0; i < questioner::kinds; ++i)
    kinds[questioner::rows()[i].name] = latency_figures(times.each[i]).to_json();
  fmt::print("{}\n", boost::json::serialize(
                         boost::json::object{{"version", ASIO_CHAT_VERSION},
                                             {"entries", given.entries},
                                             {"size", given.size},
                                             {"searches", given.searches},
                                             {"fill_seconds", seconds},
                                             {"kinds", kinds},
                                             {"all", latency_figures(times.all).to_json()}}));
}

void print_text(const search_settings& given, const found& times) {
  fmt::print("{} searches of each kind, in ms{:>8}{:>10}{:>10}\n", given.searches, "median", "p99",
             "max");
  const auto print = [](std::string_view name, const latency_histogram& of) {
    const latency_figures ms(of);
    fmt::print("{:<28}{:>10.2f}{:>10.2f}{:>10.2f}\n", name, ms.median, ms.p99, ms.max);
  };
  for (std::size_t i = 0; i < questioner::kinds; ++i)
    print(questioner::rows()[i].name, times.each[i]);
  print("all", times.all);
}

int run_command(const search_settings& given) {
  check_daemon(given.daemon);
  const auto server = start_unbounded(given.daemon, given.daemon_arguments, -1);
  const auto context = client_context(server.ca_file(), native_protocol::alpn_name);
  native_client client(resolve(server.address()), context.get(), "bench", room);

  const zipf_text texts(given.size);
  const auto start = steady_clock::now();
  const auto about = fill(client, texts, given);
  const auto seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  if (!given.json) {
    fmt::print("{} entries of about {} bytes were said in {:.1f} s\n", given.entries, given.size,
               seconds);
    flush_output();
  }
  const auto times = search(client, about, given, texts.words());
  given.json ? print_json(given, seconds, times) : print_text(given, times);
  return 0;
}

} // namespace

command search_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "search", "Fill a room of asio-chatd and measure how long a /search takes; every answer is "
                "compared with what was said");
  options->footer("Examples:\n  asio-chat-bench search\n"
                  "  asio-chat-bench search --entries 100000 --searches 50 --no-wait --json");
  const auto given = std::make_shared<search_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  options->add_option("--entries", given->entries, "Entries in the room")
      ->check(between(std::size_t{1}, std::size_t{100'000'000}))
      ->capture_default_str();
  options->add_option("--size", given->size, "Bytes of an entry's text, about")
      ->check(between(16, 380))
      ->capture_default_str();
  options->add_option("--searches", given->searches, "Searches of each kind")
      ->check(between(1, 1'000'000))
      ->capture_default_str();
  options->add_option("--seed", given->seed, "Chooses what is searched")->capture_default_str();
  options->add_flag("--no-wait", given->no_wait,
                    "Do not wait for a full minute at half of the entries; before: and after: may "
                    "then find all or nothing");
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
