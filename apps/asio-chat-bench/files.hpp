#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace asio_chat::bench {

/// A fresh directory that is removed with the object.
class temporary_directory {
 public:
  temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Throws setup_error.
void write_file(const std::filesystem::path& file, std::string_view text);

/// Returns the contents of a file; empty if it cannot be read.
std::string read_file(const std::filesystem::path& file);

} // namespace asio_chat::bench
