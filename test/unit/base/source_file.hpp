// The project's own files, read by tests that compare code and documents.
#pragma once

#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::test {

/// @param path from the root of the project
inline std::string source_file(const std::string& path) {
  std::ifstream file(ASIO_CHAT_SOURCE_DIR "/" + path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The enumerators of an `enum class` in a header, with their values, one to a line there.
inline std::vector<std::pair<std::string, int>> enumerators_of(const std::string& header,
                                                               const std::string& name) {
  const std::string text = source_file(header);
  const auto begin = text.find("{", text.find("enum class " + name));
  const std::string body = text.substr(begin, text.find("};", begin) - begin);
  const std::regex enumerator(R"(\n\s+([a-z_]+)(?: = (\d+))?,)");
  std::vector<std::pair<std::string, int>> all;
  int value = -1;
  for (std::sregex_iterator it(body.begin(), body.end(), enumerator), end; it != end; ++it) {
    value = (*it)[2].matched ? std::stoi((*it)[2]) : value + 1;
    all.emplace_back((*it)[1], value);
  }
  return all;
}

} // namespace asio_chat::test
