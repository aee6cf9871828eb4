#include "files.hpp"

#include "error.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdlib.h>
#include <string>
#include <system_error>

namespace asio_chat::bench {

temporary_directory::temporary_directory() {
  const char* given = std::getenv("TMPDIR");
  const bool is_given = given != nullptr && *given != '\0';
  auto name = std::string(is_given ? given : "/tmp") + "/asio-chat-bench-XXXXXX";
  if (mkdtemp(name.data()) == nullptr)
    throw setup_error("cannot make the directory " + name + ": " + std::strerror(errno) +
                      "; name another place with TMPDIR in the environment");
  path_ = name;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!out.flush()) throw setup_error("cannot write " + file.string());
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace asio_chat::bench
