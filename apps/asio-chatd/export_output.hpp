// Where exports go.
#pragma once

#include "base/atomic_file.hpp"

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

/// A page of a log: a slow reader of the lines does not keep the journal as it is for longer.
inline constexpr std::size_t entries_of_page = 4'096;
inline constexpr std::size_t bytes_of_page = 4u << 20;

/// Standard output, or a file that is there when all is in it.
class export_output {
 public:
  /// @param path empty: standard output
  explicit export_output(const std::string& path);
  ~export_output();
  export_output(const export_output&) = delete;
  export_output& operator=(const export_output&) = delete;

  /// @return whether the reader wants more; `| head` does not
  bool line(std::string text);
  void finish();

 private:
  bool reader_has_gone() const;
  [[noreturn]] void complain() const;

  std::optional<asio_chat::atomic_file> file_;
  std::FILE* to_ = stdout;
  std::FILE* opened_ = nullptr;
};
