// Where the library's log records go: a function that the host supplies.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace asio_chat {

/// How serious a log record is, the least serious first.
enum class severity { debug, info, warning, error };

/// A named detail of a log record. Values may come from the network: a log function must escape
/// them. Name and value are valid during the call only.
struct log_field {
  std::string_view name;
  std::string value;
};

/// Takes one record. It is called on the thread that runs the io_context, must not block for long,
/// and must not throw. The message is a fixed sentence of the library, except that it may quote an
/// address; everything else that comes from outside is in the fields.
using log_function =
    std::function<void(severity, std::string_view message, std::span<const log_field> fields)>;

} // namespace asio_chat
