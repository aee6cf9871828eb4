#include "counted.hpp"
#include "history.hpp"
#include "history_commands.hpp"
#include "progress_line.hpp"

#include "journal/sqlite/backup.hpp"

#include <fmt/format.h>

using namespace asio_chat;

int back_up(ops::settings& s, const std::string& to) {
  const history kept(s);
  sqlite::verify_report report;
  {
    progress_line progress;
    report = sqlite::back_up(kept.file, to, *kept.keys, [&](auto... how) {
               progress.show(how...);
             }).value();
  }
  fmt::print("{}: {} in {}; the keys are not in it, keep copies of {}/keys.db and of "
             "the master key elsewhere\n",
             to, counted_entries(report.entries), counted_rooms(report.rooms), kept.directory);
  return 0;
}
