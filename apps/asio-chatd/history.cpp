#include "history.hpp"

#include "base/file.hpp"
#include "ops/master_key_file.hpp"

#include <fmt/format.h>

using namespace asio_chat;

std::vector<sqlite::secret_key> master_keys(const ops::settings& s) {
  std::vector<sqlite::secret_key> keys;
  for (const std::string& text : s.server.storage.master_keys)
    keys.push_back(sqlite::secret_key::parse(text).value());
  return keys;
}

history::history(ops::settings& s, const std::string& other)
    : directory(s.data_directory) {
  file.path = other.empty() ? directory + "/journal.db" : other;
  // Before the keys are looked for: a directory without a journal may have none.
  if (!s.ephemeral && is_there(directory) && !is_there(file.path)) {
    throw error(fail(errc::bad_setting,
                     other.empty() ? fmt::format("there is no journal '{}'; name the server's data "
                                                 "directory with --data",
                                                 file.path)
                                   : fmt::format("'{}' does not exist", other)));
  }
  ops::find_storage(s).value();
  masters = master_keys(s);
  keys = sqlite::key_ring::open_to_read(directory + "/keys.db", masters).value();
}
