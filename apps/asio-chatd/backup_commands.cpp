#include "history.hpp"
#include "history_commands.hpp"

#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/verify.hpp"

#include <fmt/format.h>

#include <filesystem>

using namespace asio_chat;

namespace {

std::string place_of(const sqlite::verify_report::bad_record& bad) {
  if (bad.room.empty()) return "the file";
  if (bad.first == 0) return fmt::format("#{}", bad.room);
  return bad.first == bad.last
             ? fmt::format("#{}, entry {}", bad.room, bad.first)
             : fmt::format("#{}, entries {} to {}", bad.room, bad.first, bad.last);
}

} // namespace

int back_up(ops::settings& s, const std::string& to) {
  const history kept(s);
  sqlite::verify_report report;
  {
    progress_line progress;
    report = sqlite::back_up(kept.file, to, *kept.keys, [&](auto... how) {
               progress.show(how...);
             }).value();
  }
  fmt::print("{}: {} in {}; it does not contain the keys: keep copies of {}/keys.db and of the "
             "master key elsewhere\n",
             to, counted_entries(report.entries), counted_rooms(report.rooms), kept.directory);
  return 0;
}

int verify(ops::settings& s, const std::string& file) {
  const history kept(s, file);
  const sqlite::database_file& wanted = kept.file;
  std::error_code denied; // then opening it says what is wrong
  if (std::filesystem::is_directory(wanted.path, denied)) {
    throw error(fail(errc::bad_setting,
                     fmt::format("'{}' is a directory: name a backup, or the server's data "
                                 "directory with --data",
                                 wanted.path)));
  }
  sqlite::verify_report report;
  {
    progress_line progress;
    report =
        sqlite::verify(wanted, *kept.keys, [&](auto... how) { progress.show(how...); }).value();
  }
  for (const auto& bad : report.bad)
    fmt::print("{}: {}\n", place_of(bad), bad.why);
  if (!report.good()) {
    throw error(
        fail(errc::storage_failed, fmt::format("'{}' is damaged: restore a backup", wanted.path)));
  }
  fmt::print("{}: OK, {} in {}{}\n", wanted.path, counted_entries(report.entries),
             counted_rooms(report.rooms),
             report.unreadable == 0 ? ""
                                    : fmt::format("; {} of rooms that were erased since",
                                                  counted_entries(report.unreadable)));
  return 0;
}
