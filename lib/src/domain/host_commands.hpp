// The commands that the host program has added to those of the command table.
#pragma once

#include "domain/command_table.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/host_requests.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace asio_chat {

/// A row that was made at run time: what it refers to is in it.
struct host_row {
  host_command made;
  std::vector<argument> arguments;
  command_row row;
};

/// Rows are never removed: a request may refer to one.
class host_commands {
 public:
  /// A failure (`errc::bad_setting`) says what is wrong with it.
  result<void> add(host_command c);
  /// By name, in any case; null if there is none.
  const host_row* find(std::string_view name) const noexcept;
  /// In the order in which they were added.
  std::span<const std::unique_ptr<const host_row>> rows() const noexcept { return rows_; }

 private:
  std::vector<std::unique_ptr<const host_row>> rows_;
};

} // namespace asio_chat
