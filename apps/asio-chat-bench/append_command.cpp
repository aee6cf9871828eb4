// append: how long one send waits for its acknowledgement, over what the disk alone takes.
#include "command.hpp"

#include "error.hpp"
#include "latency_figures.hpp"
#include "load_options.hpp"
#include "native_client.hpp"
#include "native_protocol.hpp"
#include "pair_options.hpp"
#include "payload.hpp"
#include "process_settings.hpp"
#include "server_under_test.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace asio_chat::bench {

namespace {

struct append_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  unsigned count = 1'000;
  std::size_t size = 128;
  double pause = 2;
  bool json = false;
};

/// A file that grows by 4 KiB at a time, each of them synced.
class disk_probe {
 public:
  explicit disk_probe(const std::filesystem::path& file)
      : fd_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (fd_.get() < 0) fail();
  }
  void write() const {
    if (::write(fd_.get(), block_.data(), block_.size()) != std::ssize(block_) ||
        ::fdatasync(fd_.get()) != 0)
      fail();
  }

 private:
  [[noreturn]] static void fail() {
    throw run_error(std::string("cannot write beside the data directory: ") + std::strerror(errno));
  }

  unique_fd fd_;
  std::string block_ = std::string(4'096, 'x');
};

int run_command(const append_settings& given) {
  check_daemon(given.daemon);
  const auto server = server_under_test::daemon(given.daemon, given.daemon_arguments, -1);
  const auto context = client_context(server.ca_file(), native_protocol::alpn_name);
  native_client one(resolve(server.address()), context.get(), "bench");
  const disk_probe disk(server.directory() / "probe");
  const std::string text(given.size, 'x');
  const auto pause = std::chrono::duration<double, std::milli>(given.pause);
  latency_histogram sends;
  latency_histogram syncs;
  one.say(text);
  disk.write();
  for (unsigned i = 0; i < given.count; ++i) {
    std::this_thread::sleep_for(pause);
    measure(sends, [&] { one.say(text); });
    std::this_thread::sleep_for(pause);
    measure(syncs, [&] { disk.write(); });
    if (told_to_stop()) throw run_error("interrupted");
  }
  const latency_figures send(sends);
  const latency_figures sync(syncs);
  if (given.json) {
    fmt::print(
        "{}\n",
        boost::json::serialize(boost::json::object{
            {"version", ASIO_CHAT_VERSION},
            {"count", given.count},
            {"send", send.to_json()},
            {"sync", sync.to_json()},
            {"ratio", {{"median", send.median / sync.median}, {"p99", send.p99 / sync.p99}}}}));
    return 0;
  }
  fmt::print("{} of each in turn, in ms  {:>10}{:>10}\n", given.count, "median", "p99");
  fmt::print("{:<26}{:>10.3f}{:>10.3f}\n", "send until acknowledged", send.median, send.p99);
  fmt::print("{:<26}{:>10.3f}{:>10.3f}\n", "4 KiB and fdatasync", sync.median, sync.p99);
  fmt::print("{:<26}{:>10.2f}{:>10.2f}\n", "ratio", send.median / sync.median, send.p99 / sync.p99);
  return 0;
}

} // namespace

command append_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "append", "Measure how long a single send to an idle asio-chatd waits for its "
                "acknowledgement, and in turn a write and fdatasync on the same disk");
  options->footer("The data directory is in $TMPDIR (/tmp): that is the disk.\n"
                  "Examples:\n  asio-chat-bench append\n"
                  "  TMPDIR=/var/tmp asio-chat-bench append --count 200 --json");
  const auto given = std::make_shared<append_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  options->add_option("--count", given->count, "Sends")
      ->check(between(1, 1'000'000))
      ->capture_default_str();
  options->add_option("--size", given->size, "Bytes of a message's text")
      ->check(between(std::size_t{1}, payload::max_size))
      ->capture_default_str();
  options->add_option("--pause", given->pause, "Milliseconds before each")
      ->check(between(0.0, 10'000.0))
      ->capture_default_str();
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
