// Where the library's log records go: a function that the host supplies.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace asio_chat {

enum class severity { debug, info, warning, error };

/// A named detail of a log record. Values come from the network too: a sink must escape them.
struct log_field {
  std::string_view name;
  std::string value;
};

/// Takes one record. Called on the thread that runs the io_context; must not block for long.
/// The message is a fixed sentence of this program except where it quotes an address; everything
/// foreign is in the fields.
using log_function =
    std::function<void(severity, std::string_view message, std::span<const log_field> fields)>;

} // namespace asio_chat
