// How far a long command has come, on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

/// A line of standard error that is written over and over, and is gone at the end. Nothing where
/// that is no terminal.
class progress_line {
 public:
  progress_line();
  ~progress_line();
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  /// As `sqlite::progress_function`.
  void show(std::string_view doing, std::uint64_t done, std::uint64_t total);

 private:
  bool is_shown_;
  std::chrono::steady_clock::time_point next_{};
};
