#include "history.hpp"

#include "ops/master_key_file.hpp"

#include <fmt/format.h>

#include <filesystem>

using namespace asio_chat;

std::vector<sqlite::secret_key> master_keys(const ops::settings& s) {
  std::vector<sqlite::secret_key> keys;
  for (const std::string& text : s.server.storage.master_keys)
    keys.push_back(sqlite::secret_key::parse(text).value());
  return keys;
}

history::history(ops::settings& s) {
  ops::find_storage(s).value();
  directory = s.data_directory;
  file.path = directory + "/journal.db";
  std::error_code denied; // then opening it says what is wrong
  if (!std::filesystem::exists(file.path, denied) && !denied) {
    throw error(fail(errc::bad_setting,
                     fmt::format("there is no journal '{}'; name the server's data directory with "
                                 "--data",
                                 file.path)));
  }
  masters = master_keys(s);
  keys = sqlite::key_ring::open_to_read(directory + "/keys.db", masters).value();
}
