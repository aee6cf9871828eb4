// The file of a person's settings.
#pragma once

#include <asio_chat/error.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

struct config_entry {
  std::string server; ///< the name in brackets above it; empty: for every server
  std::string key;
  std::string value;
  std::size_t line = 0; ///< of the file, from 1
};

/// `KEY = VALUE`, a line each; `[NAME]` begins what is for that server alone, `#` a comment. A
/// value that begins with `~/` is a file of the person's own.
/// @param path names the file in errors
/// Fails with `errc::bad_setting`.
result<std::vector<config_entry>> parse_config(std::string_view text, const std::string& path);

/// The same from the file; nothing if there is none.
result<std::vector<config_entry>> read_config(const std::filesystem::path& path);

/// The entries that count for a server, in their order: those for all, then its own.
std::vector<config_entry> entries_for(const std::vector<config_entry>& all,
                                      std::string_view server);

/// `$XDG_CONFIG_HOME/asio-chat`, or under `~/.config`.
std::filesystem::path config_directory();

} // namespace asio_chat::app
