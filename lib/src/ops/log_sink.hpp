// Where the daemon's log goes: one line for each record, whatever is in it.
#pragma once

#include <asio_chat/log.hpp>

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace asio_chat::ops {

enum class log_format {
  text, ///< `2026-11-21 10:00:00.123 INFO  message key=value key="another value"`
  json, ///< `{"time":"2026-11-21T09:00:00.123Z","level":"info","message":"...","key":"value"}`
};

/// The time of a line of text, which is local; JSON always has all of it, in UTC.
enum class log_time {
  full,  ///< `2026-11-21 10:00:00.123`
  brief, ///< `10:00:00`
  none,  ///< for a collector that notes the time itself
};

struct log_options {
  severity level = severity::info; ///< the least that is logged
  log_format format = log_format::text;
  log_time time = log_time::full;
};

/// Writes to standard error, and never waits for its reader: records that cannot be written now
/// are counted, and the next one that can is told after their number. Fields are made fit for a log
/// and cut at 256 bytes, messages at 1024.
log_function make_log(const log_options& options);

/// Writes there instead.
log_function make_log(const log_options& options, int descriptor);
log_function make_log(const log_options& options, std::shared_ptr<spdlog::sinks::sink> sink);

} // namespace asio_chat::ops
