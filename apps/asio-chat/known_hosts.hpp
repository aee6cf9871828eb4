// The servers that the user has decided to trust, each by the pin of its key.
#pragma once

#include "base/file.hpp"

#include <asio_chat/error.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::app {

/// A file of lines `HOST:PORT sha256/BASE64`. Empty lines and lines that begin with # are ignored.
class known_hosts {
 public:
  struct host {
    std::string address;
    std::string pin;
    std::size_t line; ///< in the file, from 1
  };

  /// Reads the file. A missing file is an empty list; a line that cannot be read is a failure.
  static result<known_hosts> load(const std::filesystem::path& file);

  std::optional<host> find(const std::string& address) const;
  /// Of all clients of this user one asks at a time, and as long as it keeps what is returned:
  /// those that wait for it read its answer then. Without a directory for the file, none waits.
  /// @param waiting called if another one asks
  file_descriptor take_turn_to_ask(const std::function<void()>& waiting) const;
  /// Appends to the file. Makes the file and its directory, which only their owner can read.
  result<void> remember(const std::string& address, const std::string& pin);
  const std::filesystem::path& file() const noexcept { return file_; }

 private:
  explicit known_hosts(std::filesystem::path file)
      : file_(std::move(file)) {}

  std::filesystem::path file_;
  std::vector<host> hosts_;
};

/// `$XDG_CONFIG_HOME/asio-chat/known_hosts`, or under `~/.config`.
std::filesystem::path default_known_hosts();

} // namespace asio_chat::app
