#include "ops/config_file.hpp"

#include "base/sanitize.hpp"
#include "ops/nearest.hpp"
#include "ops/setting_table.hpp"

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>

#include <sstream>
#include <vector>

namespace asio_chat::ops {

namespace {

failure wrong(std::string why) {
  return fail(errc::bad_setting, std::move(why));
}

/// CLI11 would see the beginning of a comment in quotes too.
result<std::string> without_comment(std::string_view line) {
  char quote = '\0';
  std::size_t end = 0;
  for (; end < line.size(); ++end) {
    const char c = line[end];
    if (quote == '\0' && c == '#') break;
    if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    }
  }
  if (quote != '\0') return wrong("a quoted value does not end");
  return boost::algorithm::trim_copy(std::string(line.substr(0, end)));
}

struct key_and_values {
  std::string key;
  std::vector<std::string> values;
};

/// One line is given to CLI11 at a time: it joins and skips lines on grounds that hide mistakes.
result<key_and_values> read_line(const std::string& line) {
  if (line.front() == '[') return wrong("there are no sections here; keys stand alone");
  const auto equals = line.find('=');
  if (equals == std::string::npos) return wrong("there is no =; write KEY = VALUE");
  const std::string value = boost::algorithm::trim_copy(line.substr(equals + 1));
  if (value.starts_with('[') && !value.ends_with(']'))
    return wrong(
        "a list ends with ] on the same line, and an address like \"[::1]:8443\" stands in "
        "quotes");
  std::istringstream stream(line);
  CLI::ConfigTOML reader;
  reader.comment('\0');
  const auto items = reader.from_config(stream);
  if (items.size() != 1 || items.front().inputs.empty() || !items.front().parents.empty())
    return wrong("this is not KEY = VALUE");
  return key_and_values{items.front().name, items.front().inputs};
}

failure unknown_key(const std::string& key) {
  std::vector<std::string_view> names;
  for (const auto& s : setting_table())
    names.push_back(s.name);
  return wrong(fmt::format("no setting is called {}{}", sanitize_for_log(key, 64),
                           did_you_mean(key, names)));
}

result<void> read_setting(given_values& given, const std::string& line, const std::string& path,
                          const std::string& where) {
  auto read = read_line(line);
  if (!read) return read.error();
  const auto* s = find_setting(read->key);
  if (s == nullptr) return unknown_key(read->key);
  if (!s->repeatable && read->values.size() > 1)
    return wrong(fmt::format("{} takes one value and has {}; a value with spaces or commas stands "
                             "in quotes",
                             s->name, read->values.size()));
  given_value value{std::move(read->values), fmt::format("file {}", path),
                    fmt::format("{}: {}", where, s->name)};
  const bool is_first = given.emplace(s->name, std::move(value)).second;
  if (!is_first) return wrong(fmt::format("{} is set a second time; set it once", s->name));
  return {};
}

} // namespace

result<given_values> read_config_file(const std::string& path, const std::string& text) {
  given_values given;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string where = fmt::format("file {}, line {}", path, number);
    auto bare = without_comment(line);
    if (bare && bare->empty()) continue;
    result<void> done = bare ? read_setting(given, *bare, path, where) : bare.error();
    if (!done) return wrong(fmt::format("{}: {}", where, done.error().message));
  }
  return given;
}

} // namespace asio_chat::ops
