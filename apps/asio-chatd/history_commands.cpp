#include "history_commands.hpp"

#include "ops/master_key_file.hpp"

#if ASIO_CHAT_SQLITE
#include "history.hpp"

#include "journal/sqlite/schema.hpp"

#include <filesystem>
#include <system_error>
#endif

using namespace asio_chat;

#if ASIO_CHAT_SQLITE
void check_history(ops::settings s) {
  ops::check_storage(s).value();
  if (s.server.storage.master_keys.empty()) return;
  const auto masters = master_keys(s);
  const auto is_there = [&](const char* file) {
    std::error_code denied; // then opening it says what is wrong
    return std::filesystem::exists(s.data_directory + file, denied) || denied;
  };
  if (is_there("/keys.db") || is_there("/journal.db"))
    sqlite::key_ring::open_to_read(s.data_directory + "/keys.db", masters).value();
  if (is_there("/journal.db")) sqlite::check_journal({s.data_directory + "/journal.db"}).value();
}

int run_history_command(ops::invocation& call) {
  switch (call.action) {
  case ops::action::back_up:
    return back_up(call.settings, call.history.file);
  case ops::action::verify:
    return verify(call.settings, call.history.file);
  case ops::action::export_room:
    return export_room(call.settings, call.history);
  case ops::action::rekey:
    return rekey(call.settings);
  case ops::action::erase:
    return erase(call.settings, call.history);
  default:
    return 0; // no other one comes here
  }
}
#else
void check_history(ops::settings s) {
  ops::check_storage(s).value();
}

int run_history_command(ops::invocation&) {
  throw error(fail(errc::bad_setting, "this program was built without the journal in files "
                                      "(ASIO_CHAT_SQLITE): it keeps no history"));
}
#endif
