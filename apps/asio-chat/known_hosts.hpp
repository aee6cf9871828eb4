// The servers that a person has chosen to trust, each by the pin of its key.
#pragma once

#include <asio_chat/error.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::app {

/// A file of lines `HOST:PORT sha256/BASE64`; empty lines and lines that begin with # do not count.
class known_hosts {
 public:
  struct host {
    std::string address;
    std::string pin;
    std::size_t line; ///< in the file, from 1
  };

  /// No file is an empty list; a line that cannot be read is a failure, never passed over.
  static result<known_hosts> load(const std::filesystem::path& file);

  std::optional<host> find(const std::string& address) const;
  /// Appends to the file; makes it, and its directory, for the owner's eyes only.
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
