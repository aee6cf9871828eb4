// Gives a fuzz target the files named on the command line, or all files of a directory.

#include "fuzz/require.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

void replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

} // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  try {
    for (const std::string& argument : std::vector<std::string>(argv + 1, argv + argc)) {
      if (!std::filesystem::is_directory(argument)) {
        replay(argument);
        ++files;
        continue;
      }
      for (const auto& entry : std::filesystem::directory_iterator(argument)) {
        replay(entry.path());
        ++files;
      }
    }
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
  std::cout << files << " files replayed\n";
  return files > 0 ? 0 : 1;
}
