// What is measured while something else goes on.
#pragma once

#include "child_process.hpp"
#include "error.hpp"
#include "files.hpp"
#include "process_memory.hpp"
#include "process_settings.hpp"
#include "server_under_test.hpp"
#include "storm_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace asio_chat::bench {

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
    if (const auto now = std::chrono::steady_clock::now(); now < next_) return;
    next_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    most_ = std::max(most_, process_memory::of(daemon_).its_own - before_);
  }
  std::int64_t most() const { return most_; }

 private:
  pid_t daemon_;
  std::int64_t before_;
  std::int64_t most_ = 0;
  std::chrono::steady_clock::time_point next_;
};

/// Lets both probes run, and `turn` meanwhile.
inline chat_figures probe_while(const server_under_test& server, double seconds,
                                const std::function<void()>& turn) {
  probe_process talk("probe", server, seconds);
  probe_process come("newcomers", server, seconds);
  while (!talk.ready() || !come.ready()) {
    if (told_to_stop()) throw run_error("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  while (talk.running() || come.running()) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    while (std::chrono::steady_clock::now() < until)
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

} // namespace asio_chat::bench
