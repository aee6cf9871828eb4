#include "cpu_clock.hpp"

#include "error.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace asio_chat::bench {

namespace {

/// None when there is no such process.
std::optional<std::chrono::nanoseconds> time_of(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0)
    return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// 0 when there is no such process.
pid_t parent_of(const std::filesystem::path& process) {
  std::ifstream file(process / "stat");
  std::string stat;
  std::getline(file, stat);
  // PID (NAME) STATE PARENT ...: the name may hold anything.
  const auto name_end = stat.rfind(") ");
  if (name_end == std::string::npos || name_end + 4 > stat.size()) return 0;
  pid_t parent = 0;
  std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);
  return parent;
}

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> found;
  for (const auto& one : std::filesystem::directory_iterator("/proc")) {
    const auto name = one.path().filename().string();
    pid_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error == std::errc() && *end == '\0' && parent_of(one.path()) == process)
      found.push_back(id);
  }
  return found;
}

std::chrono::nanoseconds time_of_children(pid_t process) {
  std::chrono::nanoseconds all{};
  for (const auto child : children_of(process))
    all += time_of(child).value_or(std::chrono::nanoseconds()) + time_of_children(child);
  return all;
}

} // namespace

std::chrono::nanoseconds own_cpu_time() {
  return time_of(getpid()).value_or(std::chrono::nanoseconds());
}

cpu_clock::cpu_clock(pid_t process)
    : process_(process) {
  clockid_t clock{};
  const int status = clock_getcpuclockid(process, &clock);
  if (status != 0)
    throw setup_error(fmt::format("cannot read the processor time of process {}: {}", process,
                                  std::strerror(status)));
}

std::chrono::nanoseconds cpu_clock::now() const {
  const auto own = time_of(process_);
  if (!own) throw run_error("the server ended while it was measured");
  return *own + time_of_children(process_);
}

} // namespace asio_chat::bench
