// A log's descriptor that nobody has to read for the program to go on.
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <cstdint>

namespace asio_chat::ops {

/// Writes each record at once, or not at all where that would wait: a pipe that is full, a terminal
/// that is stopped, a disk without space. What is lost is counted.
class patient_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  /// @param descriptor stays the caller's, and open
  explicit patient_sink(int descriptor)
      : descriptor_(descriptor) {}

  /// Whether a record could be written now.
  bool ready() const noexcept;
  std::uint64_t lost() const noexcept { return lost_; }
  void set_lost(std::uint64_t records) noexcept { lost_ = records; }

 private:
  void sink_it_(const spdlog::details::log_msg& record) override;
  void flush_() override {}

  int descriptor_;
  std::uint64_t lost_ = 0;
  bool torn_ = false; ///< the last line has no end
};

} // namespace asio_chat::ops
