#include "history_commands.hpp"

using namespace asio_chat;

#if ASIO_CHAT_SQLITE
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
int run_history_command(ops::invocation&) {
  throw error(fail(errc::bad_setting, "this program was built without the journal in files "
                                      "(ASIO_CHAT_SQLITE): it keeps no history"));
}
#endif
