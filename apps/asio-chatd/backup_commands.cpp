#include "history.hpp"
#include "history_commands.hpp"

#include "base/atomic_file.hpp"
#include "base/file.hpp"
#include "base/sanitize.hpp"
#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/key_copy.hpp"
#include "journal/sqlite/verify.hpp"
#include "ops/master_key_file.hpp"
#include "ops/privileges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

using namespace asio_chat;

namespace {

constexpr std::size_t min_passphrase = 12;

std::string place_of(const sqlite::verify_report::bad_record& bad) {
  if (bad.room.empty()) return "the file";
  if (bad.first == 0) return fmt::format("#{}", bad.room);
  return bad.first == bad.last
             ? fmt::format("#{}, entry {}", bad.room, bad.first)
             : fmt::format("#{}, entries {} to {}", bad.room, bad.first, bad.last);
}

/// `; the text of 3 entries was destroyed: #den 17, 20 to 21`, or nothing.
std::string destroyed_in(const sqlite::verify_report& report) {
  if (report.destroyed == 0) return {};
  constexpr std::size_t max_named = 20;
  std::string places;
  const std::string* room = nullptr;
  const auto& all = report.where_destroyed;
  for (std::size_t i = 0; i < std::min(all.size(), max_named); ++i) {
    const bool is_new = room == nullptr || *room != all[i].room;
    if (i > 0) places += is_new ? "; " : ", ";
    if (is_new) places += fmt::format("#{} ", all[i].room);
    room = &all[i].room;
    places += all[i].first == all[i].last ? fmt::format("{}", all[i].first)
                                          : fmt::format("{} to {}", all[i].first, all[i].last);
  }
  if (all.size() > max_named) places += fmt::format(" and {} more", all.size() - max_named);
  return fmt::format("; the text of {} was destroyed: {}", counted_entries(report.destroyed),
                     places);
}

} // namespace

int back_up(ops::settings& s, const ops::history_request& wanted) {
  const std::string& to = wanted.file;
  const std::string to_keys = sqlite::key_copy_of(to);
  const history kept(s);
  std::string passphrase;
  if (wanted.with_keys) {
    if (is_there(to_keys))
      throw error(fail(errc::bad_setting,
                       fmt::format("'{}' is there already and is not overwritten", to_keys)));
    passphrase = backup_passphrase(wanted, tls::prompting::twice).value();
    if (passphrase.size() < min_passphrase)
      throw error(
          fail(errc::bad_setting,
               fmt::format("the passphrase of the backup is too short: give one of {} bytes or "
                           "more, since whoever has the file can go on guessing",
                           min_passphrase)));
  }
  // Root reads the directory as its owner, and writes where it wants to as itself.
  const auto as_owner = [&] { return std::make_shared<ops::acting_as_owner>(kept.directory); };
  std::optional<ops::acting_as_owner> maker(std::in_place, maker_of(to, kept.directory));
  sqlite::verify_report report;
  std::optional<atomic_file> key_copy;
  // After the journal: what is in that is under these keys. Before it has its name: a backup that
  // was to have keys has them.
  const auto copy_keys = [&] {
    if (!wanted.with_keys) return;
    const auto masters_now = [&] {
      maker.reset(); // the key may be in a file of root's
      ops::find_storage(s).value();
      maker.emplace(maker_of(to, kept.directory));
      return master_keys(s);
    };
    key_copy.emplace(sqlite::make_key_copy(to_keys, kept.keys->path(), masters_now, passphrase,
                                           sqlite::usual_cost, as_owner)
                         .value());
  };
  {
    progress_line progress;
    report = sqlite::back_up(
                 kept.file, to, *kept.keys, [&](auto... how) { progress.show(how...); }, copy_keys,
                 as_owner)
                 .value();
  }
  if (key_copy) key_copy->publish().value();
  fmt::print("{}: {} in {}", to, counted_entries(report.entries), counted_rooms(report.rooms));
  if (!wanted.with_keys) {
    fmt::print("; it does not contain the keys: keep copies of {}/keys.db and of the master key "
               "elsewhere\n",
               kept.directory);
    return 0;
  }
  fmt::print("\n");
  fmt::print(
      "{}: the keys, sealed under the passphrase: without it this backup cannot be read "
      "once the server is lost. Rooms and texts that are erased later can still be read with "
      "this file\n",
      to_keys);
  return 0;
}

int verify(ops::settings& s, const ops::history_request& asked) {
  const history kept(s, asked.file);
  const sqlite::database_file& wanted = kept.file;
  // SQLite makes files beside it. A backup that root has named may be root's alone.
  const ops::acting_as_owner reader(directory_of(wanted.path), ops::root_reads::everything);
  std::error_code denied; // then opening it says what is wrong
  if (std::filesystem::is_directory(wanted.path, denied)) {
    throw error(fail(errc::bad_setting,
                     fmt::format("'{}' is a directory: name a backup, or the server's data "
                                 "directory with --data",
                                 wanted.path)));
  }
  std::optional<sqlite::head_name> since;
  if (!asked.since.empty()) since = sqlite::head_in_line(asked.since, *kept.keys).value();
  sqlite::verify_report report;
  {
    progress_line progress;
    const auto show = [&](auto... how) { progress.show(how...); };
    report = sqlite::verify(wanted, *kept.keys, show, since).value();
  }
  if (!asked.receipt.empty() && report.good()) check_receipt(kept, asked.receipt);
  for (const auto& bad : report.bad)
    fmt::print("{}: {}\n", sanitize_for_terminal(place_of(bad)), sanitize_for_terminal(bad.why));
  if (!report.good()) {
    throw error(
        fail(errc::storage_failed, fmt::format("'{}' is damaged: restore a backup", wanted.path)));
  }
  if (!report.not_since.empty())
    throw error(fail(errc::storage_failed,
                     fmt::format("'{}' is whole, but {}", wanted.path, report.not_since)));
  const auto unsaid = [&] {
    if (!report.head)
      return "; it is from before a journal had a head, so that rooms put back alone, names and "
             "the "
             "search index are not verified";
    return since ? "; it has gone on from the head given" : "";
  };
  fmt::print("{}: OK, {} in {}{}{}{}\n", wanted.path, counted_entries(report.entries),
             counted_rooms(report.rooms), destroyed_in(report),
             report.unreadable == 0 ? ""
                                    : fmt::format("; {} of rooms that were erased since",
                                                  counted_entries(report.unreadable)),
             unsaid());
  return 0;
}

int print_head(ops::settings& s) {
  const history kept(s);
  const ops::acting_as_owner reader(kept.directory); // likewise
  fmt::print("{}\n", sqlite::to_line(sqlite::head_of(kept.file, *kept.keys).value(), *kept.keys));
  return 0;
}
