// The tables of settings in docs/operating.md say what the program's table says.
#include "ops/setting_table.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <string>

using namespace asio_chat::ops;

TEST_CASE("the manual has a row for every setting, with its values and its default", "[ops]") {
  std::ifstream file(ASIO_CHAT_MANUAL);
  REQUIRE(file);
  const std::string manual(std::istreambuf_iterator<char>(file), {});
  std::size_t settings = 0;
  for (const auto& s : setting_table()) {
    std::string value(s.value);
    for (auto bar = value.find('|'); bar != std::string::npos; bar = value.find('|', bar + 2))
      value.insert(bar, 1, '\\'); // as a table in Markdown needs it
    const std::string standard =
        s.default_value.empty() ? std::string("|") : fmt::format("`{}` |", s.default_value);
    const std::string row = fmt::format("\n| `{}` | `{}` | {}", s.name, value, standard);
    INFO(row);
    CHECK(manual.find(row) != std::string::npos);
    ++settings;
  }
  // The manual has no setting that the program does not have.
  const auto begin = manual.find("\n## Settings"), end = manual.find("\n## ", begin + 1);
  REQUIRE(begin != std::string::npos);
  std::size_t rows = 0;
  for (auto at = manual.find("\n| `", begin); at < end; at = manual.find("\n| `", at + 1))
    ++rows;
  CHECK(rows == settings);
}
