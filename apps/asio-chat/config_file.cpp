#include "config_file.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "tls/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace asio_chat::app {

namespace {

std::string value_of(std::string_view text) {
  const char* home = std::getenv("HOME");
  if (text.starts_with("~/") && home && *home) return home + std::string(text.substr(1));
  return std::string(text);
}

} // namespace

result<std::vector<config_entry>> parse_config(std::string_view text, const std::string& path) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<config_entry> all;
  std::string server;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    if (line.front() == '[' && line.back() == ']' && line.size() > 2) {
      server = trim(line.substr(1, line.size() - 2));
    } else if (equals != std::string_view::npos && !trim(line.substr(0, equals)).empty()) {
      all.push_back({server, std::string(trim(line.substr(0, equals))),
                     value_of(trim(line.substr(equals + 1))), number});
    } else {
      return fail(errc::bad_setting,
                  fmt::format("'{}', line {}: '{}' is neither KEY = VALUE nor [NAME]", path, number,
                              sanitize_for_terminal(line)));
    }
  }
  return all;
}

result<std::vector<config_entry>> read_config(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return std::vector<config_entry>();
  const auto text = tls::read_file(path.string(), "the configuration");
  if (!text) return fail(errc::bad_setting, text.error().message);
  return parse_config(*text, path.string());
}

std::vector<config_entry> entries_for(const std::vector<config_entry>& all,
                                      std::string_view server) {
  std::vector<config_entry> chosen;
  const auto add = [&](std::string_view name) {
    std::ranges::copy_if(all, std::back_inserter(chosen),
                         [&](const config_entry& e) { return e.server == name; });
  };
  add("");
  if (!server.empty()) add(server);
  return chosen;
}

std::filesystem::path config_directory() {
  std::filesystem::path base;
  // A relative path is no path there, says the standard of these variables.
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config && *config == '/') {
    base = config;
  } else if (const char* home = std::getenv("HOME"); home && *home) {
    base = std::filesystem::path(home) / ".config";
  }
  return base / "asio-chat";
}

} // namespace asio_chat::app
