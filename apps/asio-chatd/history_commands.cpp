#include "history_commands.hpp"

#include "ops/master_key_file.hpp"

#if ASIO_CHAT_SQLITE
#include "history.hpp"

#include "base/file.hpp"
#include "base/file_access.hpp"
#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/start_checks.hpp"

#include <filesystem>
#include <system_error>
#endif

using namespace asio_chat;

#if ASIO_CHAT_SQLITE
namespace {

/// A first start that was killed may have left empty files, which the next one takes over.
bool has_content(const std::string& path) {
  std::error_code unknown; // then it is not a file that is empty
  return is_there(path) && (std::filesystem::file_size(path, unknown) > 0 || unknown);
}

constexpr std::size_t bytes_for_start = 40 * 1024; // the index of the WAL, and a page or two

} // namespace

std::vector<std::string> check_history(ops::settings& s, bool in_full) {
  ops::check_storage(s).value();
  if (s.ephemeral || !is_there(s.data_directory)) return {};
  const std::string ring = s.data_directory + "/keys.db";
  const std::string journal = sqlite::journal_in(s.data_directory).value();
  std::vector<std::string> told;
  if (!s.server.storage.master_keys.empty() &&
      (has_content(ring) || has_content(journal) || is_there(journal + "-wal"))) {
    sqlite::check_can_be_written(sqlite::key_database(ring)).value();
    const auto keys = sqlite::key_ring::open_to_read(ring, master_keys(s));
    told = sqlite::check_journal({journal}, *keys.value(), s.begin_anew, in_full).value();
  }
  if (auto room = try_writing_in(s.data_directory, bytes_for_start); !room) {
    // Those of a server that was killed are enough to start with, and to show what there is.
    if (!is_there(journal + "-shm") || !is_there(journal + "-wal")) throw error(room.error());
    told.push_back("Messages will be refused until there is room: " + room.error().message);
  }
  return told;
}

namespace {

int carry_out_command(ops::invocation& call) {
  switch (call.action) {
  case ops::action::back_up:
    return back_up(call.settings, call.history);
  case ops::action::restore:
    return restore(call.settings, call.history);
  case ops::action::verify:
    return verify(call.settings, call.history);
  case ops::action::print_head:
    return print_head(call.settings);
  case ops::action::compact:
    return compact(call.settings);
  case ops::action::export_room:
    return export_room(call.settings, call.history);
  case ops::action::rekey:
    return rekey(call.settings);
  case ops::action::erase:
    return erase(call.settings, call.history);
  case ops::action::account:
    return change_accounts(call.settings, call.history);
  case ops::action::announce:
    return announce(call.settings, call.history);
  default:
    return 0; // no other one comes here
  }
}

} // namespace

int run_history_command(ops::invocation& call) {
  try {
    return carry_out_command(call);
  } catch (const error& e) {
    const failure why{e.code(), e.what()};
    if (!sqlite::is_in_use(why)) throw;
    // Another directory, as the daemon advises, is of no use to a command.
    const std::string told = why.message.substr(0, why.message.find(": stop that one"));
    throw error({why.code, told + ": stop that one first"});
  }
}
#else
std::vector<std::string> check_history(ops::settings& s, bool) {
  ops::check_storage(s).value();
  return {};
}

int run_history_command(ops::invocation&) {
  throw error(fail(errc::bad_setting, "this program was built without the journal in files "
                                      "(ASIO_CHAT_SQLITE): it keeps no history"));
}
#endif
