#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace asio_chat::bench {

/// A program that runs as long as the object exists, and ends with this process at the latest.
class child_process {
 public:
  /// `core`: the only core it may use, or -1. What it prints goes to `output` and `errors`.
  child_process(const std::vector<std::string>& command, int core,
                const std::filesystem::path& output, const std::filesystem::path& errors);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Asks it to end, and kills it if that takes too long.
  ~child_process();

  pid_t id() const { return id_; }

  /// Whether it still runs.
  bool running();

 private:
  pid_t id_ = -1; // -1 once it has been waited for
};

} // namespace asio_chat::bench
