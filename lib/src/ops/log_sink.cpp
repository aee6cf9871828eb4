#include "ops/log_sink.hpp"

#include "base/sanitize.hpp"
#include "ops/patient_sink.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/logger.h>

#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

namespace asio_chat::ops {

namespace {

constexpr std::size_t longest_message = 1024;
constexpr std::size_t longest_value = 256;

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
      fmt::format("{} {}", names_of(level).text, sanitize_for_log(message, longest_message));
  for (const auto& field : fields) {
    const std::string value = sanitize_for_log(field.value, longest_value, quotes::escape);
    const bool bare = !value.empty() && value.find_first_of(" =\\") == std::string::npos;
    line += bare ? fmt::format(" {}={}", field.name, value)
                 : fmt::format(" {}=\"{}\"", field.name, value);
  }
  return line;
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     ms.count() % 1000);
}

std::string json_line(severity level, std::string_view message, std::span<const log_field> fields) {
  boost::json::object record;
  record["time"] = utc_now();
  record["level"] = names_of(level).json;
  record["message"] = sanitize_for_log(message, longest_message);
  for (const auto& field : fields)
    record.emplace(field.name, sanitize_for_log(field.value, longest_value));
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

} // namespace

log_function make_log(const log_options& options) {
  return make_log(options, STDERR_FILENO);
}

log_function make_log(const log_options& options, int descriptor) {
  const auto sink = std::make_shared<patient_sink>(descriptor);
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
