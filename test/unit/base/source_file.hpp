// Reads files of the project, for tests that compare code and documents.
#pragma once

#include <fstream>
#include <iterator>
#include <sstream>
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

/// Returns the enumerators of an `enum class` with their values; the header has one on each line.
inline std::vector<std::pair<std::string, int>> enumerators_of(const std::string& header,
                                                               const std::string& name) {
  const std::string text = source_file(header);
  const auto begin = text.find("{", text.find("enum class " + name));
  const std::string body = text.substr(begin, text.find("};", begin) - begin);
  std::istringstream lines(body);
  std::vector<std::pair<std::string, int>> all;
  int value = -1;
  for (std::string line; std::getline(lines, line);) {
    line.erase(0, line.find_first_not_of(' '));
    const std::string word = line.substr(0, line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"));
    if (word.empty()) continue; // a comment, or nothing
    const bool given = line.compare(word.size(), 3, " = ") == 0;
    value = given ? std::stoi(line.substr(word.size() + 3)) : value + 1;
    all.emplace_back(word, value);
  }
  return all;
}

} // namespace asio_chat::test
