#include "history.hpp"
#include "history_commands.hpp"

#include "base/file.hpp"
#include "base/logger.hpp"
#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/restore.hpp"
#include "ops/master_key_file.hpp"
#include "ops/privileges.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

using namespace asio_chat;

int restore(ops::settings& s, const ops::history_request& wanted) {
  // Before anything is made for it.
  if (!is_there(wanted.file))
    throw error(
        fail(errc::bad_setting, fmt::format("the backup '{}' does not exist", wanted.file)));
  const auto as_its_owner = [&] {
    return std::make_shared<ops::acting_as_owner>(directory_of(wanted.file),
                                                  ops::root_reads::everything);
  };
  {
    const auto reader = as_its_owner();
    sqlite::check_is_journal({.path = wanted.file, .what = "backup"}).value();
  }
  const std::string own_key = s.data_directory + "/master.key";
  const bool had_key = is_there(own_key);
  const bool had_directory = is_there(s.data_directory);
  ops::prepare_restored_storage(s, logger({})).value();
  // Root makes files as the owner of the directory, who might have put links into it, and reads as
  // itself what it has named.
  std::optional<ops::acting_as_owner> owner;
  const auto act = [&] { owner.emplace(s.data_directory, ops::root_reads::everything); };
  const auto as_reader = [&] {
    owner.reset();
    auto reader = as_its_owner();
    void* const held = reader.get();
    return std::shared_ptr<void>(held, [&act, reader = std::move(reader)](void*) mutable {
      reader.reset();
      act();
    });
  };
  const auto passphrase = [&] {
    owner.reset();
    auto given = backup_passphrase(wanted, tls::prompting::once);
    act();
    return given;
  };
  const sqlite::restore_request what{wanted.file, s.data_directory, master_keys(s), passphrase,
                                     as_reader};
  sqlite::restore_report report;
  {
    progress_line progress;
    act();
    auto done = sqlite::restore(what, [&](auto... how) { progress.show(how...); });
    owner.reset();
    if (!done) {
      // Nothing is sealed by a key that was made for it.
      std::error_code ignored;
      if (!had_key && is_there(own_key)) std::filesystem::remove(own_key, ignored);
      if (!had_directory) std::filesystem::remove_all(s.data_directory, ignored);
      throw error(done.error());
    }
    report = *std::move(done);
  }
  fmt::print("{}: restored from {}, {} in {}\n", s.data_directory, wanted.file,
             counted_entries(report.restored.entries), counted_rooms(report.restored.rooms));
  if (!had_key && is_there(own_key))
    fmt::print("{} is new: the history cannot be read without it, so keep a copy elsewhere\n",
               own_key);
  if (report.with_keys)
    fmt::print("keys.db is made of {}.keys: make a copy of it, and of the master key\n",
               wanted.file);
  for (const auto& lost : report.lost) {
    fmt::print("#{}: {} lost, {} to {}\n", lost.room, counted_entries(lost.last - lost.first + 1),
               lost.first, lost.last);
  }
  if (!report.unknown_loss.empty())
    fmt::print("What is lost cannot be told: {}\n", report.unknown_loss);
  if (!report.moved_journal.empty())
    fmt::print("The journal that was there is {} now: remove it when nobody needs it\n",
               report.moved_journal);
  return 0;
}
