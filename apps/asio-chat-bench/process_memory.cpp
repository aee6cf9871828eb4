#include "process_memory.hpp"

#include "error.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string>

namespace asio_chat::bench {

process_memory process_memory::of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", process));
  process_memory all;
  std::string line;
  bool found = false;
  std::getline(file, line); // the range of addresses
  for (std::string name, unit; file >> name;) {
    std::int64_t kibibytes = 0;
    file >> kibibytes >> unit;
    const std::int64_t bytes = kibibytes * 1024;
    if (name == "Rss:") {
      all.resident = bytes;
      found = true;
    } else if (name == "Pss:") {
      all.proportional = bytes;
    } else if (name == "Private_Clean:" || name == "Private_Dirty:") {
      all.its_own += bytes;
    }
  }
  if (!found)
    throw setup_error(
        fmt::format("cannot read the memory of process {}: there is none, or it is another "
                    "user's",
                    process));
  return all;
}

} // namespace asio_chat::bench
