#include "ops/log_sink.hpp"

#include "base/clock.hpp"
#include "base/sanitize.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

constexpr std::size_t max_message = 1024;
constexpr std::size_t max_value = 256;

struct level_names {
  std::string_view text; ///< of one width, so that messages stand below each other
  std::string_view json;
  spdlog::level::level_enum level;
};

level_names names_of(severity level) {
  switch (level) {
  case severity::debug:
    return {"DEBUG", "debug", spdlog::level::debug};
  case severity::info:
    return {"INFO ", "info", spdlog::level::info};
  case severity::warning:
    return {"WARN ", "warning", spdlog::level::warn};
  case severity::error:
    break;
  }
  return {"ERROR", "error", spdlog::level::err};
}

std::string text_line(severity level, std::string_view message, std::span<const log_field> fields) {
  std::string line =
      fmt::format("{} {}", names_of(level).text, sanitize_for_log(message, max_message));
  for (const auto& field : fields) {
    const std::string value = sanitize_for_log(field.value, max_value, quotes::escape);
    const bool bare = !value.empty() && value.find_first_of(" =\\") == std::string::npos;
    line += bare ? fmt::format(" {}={}", field.name, value)
                 : fmt::format(" {}=\"{}\"", field.name, value);
  }
  return line;
}

std::string utc_now() {
  const wall_time now = system_wall_now();
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     now.time_since_epoch().count() % 1000);
}

std::string json_line(severity level, std::string_view message, std::span<const log_field> fields) {
  boost::json::object record;
  record["time"] = utc_now();
  record["level"] = names_of(level).json;
  record["message"] = sanitize_for_log(message, max_message);
  for (const auto& field : fields)
    record.emplace(field.name, sanitize_for_log(field.value, max_value));
  return boost::json::serialize(record);
}

const char* pattern_of(const log_options& options) {
  if (options.format == log_format::json) return "%v";
  switch (options.time) {
  case log_time::full:
    return "%Y-%m-%d %H:%M:%S.%e %v";
  case log_time::brief:
    return "%H:%M:%S %v";
  case log_time::none:
    break;
  }
  return "%v";
}

/// How much was written. A record is shorter than PIPE_BUF: where there is room for one, this does
/// not wait.
std::size_t write_all(int descriptor, std::string_view text) noexcept {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(descriptor, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    written += static_cast<std::size_t>(n);
  }
  return written;
}

/// Writes each record at once, or not at all where that would wait: a pipe that is full, a terminal
/// that is stopped, a disk without space. What is lost is counted.
class nonblocking_fd_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  /// @param descriptor stays the caller's, and open
  explicit nonblocking_fd_sink(int descriptor)
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

bool nonblocking_fd_sink::ready() const noexcept {
  pollfd p{descriptor_, POLLOUT, 0};
  return ::poll(&p, 1, 0) == 1 && (p.revents & (POLLOUT | POLLERR)) == POLLOUT;
}

void nonblocking_fd_sink::sink_it_(const spdlog::details::log_msg& record) {
  spdlog::memory_buf_t line;
  formatter_->format(record, line);
  if (!ready() || (torn_ && write_all(descriptor_, "\n") == 0)) {
    ++lost_;
    return;
  }
  const std::size_t written = write_all(descriptor_, {line.data(), line.size()});
  torn_ = written > 0 && written < line.size();
  if (written < line.size()) ++lost_;
}

} // namespace

log_function make_log(const log_options& options) {
  return make_log(options, STDERR_FILENO);
}

log_function make_log(const log_options& options, int descriptor) {
  const auto sink = std::make_shared<nonblocking_fd_sink>(descriptor);
  return [sink, log = make_log(options, sink)](severity level, std::string_view message,
                                               std::span<const log_field> fields) {
    if (const auto lost = sink->lost(); lost > 0 && sink->ready()) {
      log(severity::warning,
          fmt::format("{} records are missing here: the log could not be written", lost), {});
      // If that could not be written either it is no record to miss.
      sink->set_lost(sink->lost() == lost ? 0 : lost);
    }
    log(level, message, fields);
  };
}

log_function make_log(const log_options& options, std::shared_ptr<spdlog::sinks::sink> sink) {
  auto logger = std::make_shared<spdlog::logger>("asio-chatd", std::move(sink));
  logger->set_pattern(pattern_of(options));
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  const auto line = options.format == log_format::json ? json_line : text_line;
  return [logger, line, least = options.level](severity level, std::string_view message,
                                               std::span<const log_field> fields) {
    if (level < least) return;
    const std::string text = line(level, message, fields);
    logger->log(names_of(level).level, spdlog::string_view_t(text.data(), text.size()));
  };
}

} // namespace asio_chat::ops
