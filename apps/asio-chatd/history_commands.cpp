#include "history_commands.hpp"

#include "ops/master_key_file.hpp"

#if ASIO_CHAT_SQLITE
#include "history.hpp"

#include "base/file.hpp"
#include "journal/sqlite/start_checks.hpp"
#endif

using namespace asio_chat;

#if ASIO_CHAT_SQLITE
std::vector<std::string> check_history(ops::settings s) {
  ops::check_storage(s).value();
  if (s.server.storage.master_keys.empty()) return {};
  const auto masters = master_keys(s);
  const std::string ring = s.data_directory + "/keys.db";
  const std::string journal = s.data_directory + "/journal.db";
  if (!is_there(ring) && !is_there(journal)) return {};
  const auto keys = sqlite::key_ring::open_to_read(ring, masters);
  return sqlite::check_journal({journal}, *keys.value(), s.begin_anew).value();
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
std::vector<std::string> check_history(ops::settings s) {
  ops::check_storage(s).value();
  return {};
}

int run_history_command(ops::invocation&) {
  throw error(fail(errc::bad_setting, "this program was built without the journal in files "
                                      "(ASIO_CHAT_SQLITE): it keeps no history"));
}
#endif
