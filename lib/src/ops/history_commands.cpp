#include "ops/history_commands.hpp"

#include "base/sanitize.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace asio_chat::ops {

namespace {

constexpr std::string_view where = "It finds the data directory and the master key as the server "
                                   "does: --data, --master-key-file,\n"
                                   "--config and their variables; see asio-chatd --help.";

constexpr const char* about_backup =
    "SQLite's online backup: the server may run, nobody waits for it, and what is written "
    "meanwhile\n"
    "is not part of it. The file is verified before it gets its name; one that is there is not\n"
    "overwritten.\n\n"
    "The keys are not in it. Keep copies of keys.db (small; it changes with new rooms and new "
    "keys)\n"
    "and of the master key elsewhere than the backups: who has all three reads everything, and\n"
    "without one of them nobody reads anything. Or give --with-keys: FILE.keys has all keys, "
    "sealed\n"
    "under a passphrase, and opens without a master key. If both the server and the passphrase "
    "are\n"
    "lost, so is everything; and rooms that are erased later can still be read with that file.";
constexpr const char* about_restore =
    "The backup is verified first, with the keys.db of the data directory, or, where there is "
    "none,\n"
    "with FILE.keys, as backup --with-keys makes it. Then it takes the place of the journal, which "
    "is\n"
    "kept under another name; what it has beyond the backup is told. The server must not run. As "
    "root\n"
    "the files are given to the owner of the directory, which is made if it is missing.";
constexpr const char* about_verify =
    "Reads every entry and follows each room's chain: whatever "
    "was flipped, taken out, put in, swapped\n"
    "or cut off is found, and the first bad record of each room "
    "is named. The server may run. Exit\n"
    "code 1 if anything is bad.\n\n"
    "All of it has to be what the last commit has left: a room that "
    "was put back alone, a row that is\n"
    "gone, a changed name or search index, a foreign trigger are "
    "named. --since HEAD, a line of\n"
    "asio-chatd head from earlier, says whether the history has gone "
    "on from there.\n\n"
    "--receipt FILE: what /forget me has given a member, in a file. It is told whether this server "
    "has\n"
    "signed it, and the account and what it had said have to be gone: exit code 1 if anything of "
    "it can\n"
    "still be read here. In a backup that is looked for with the keys.db of the data directory.";
constexpr const char* about_head =
    "One line that names the history as it is now. Keep it elsewhere, with the date: verify "
    "--since\n"
    "LINE then says whether what was there has been changed, or an older copy put back. Whoever "
    "has\n"
    "the line learns nothing from it but the number of commits. The server may run.";
constexpr const char* about_compact =
    "What retention and erase take out leaves room in the file, which new messages fill again. "
    "This\n"
    "writes the file anew without it. The server must not run, and for a while the disk needs "
    "room\n"
    "for a second copy. Nothing that is kept changes, and neither does the head.";
constexpr const char* about_export = "Oldest first. text: a line for each message, with the time "
                                     "in UTC. jsonl: an object on each line\n"
                                     "with position (epoch, offset), time (ISO 8601, UTC), from, "
                                     "kind (message, action or topic) and\n"
                                     "text. --account NAME instead of ROOM: all that is kept of an "
                                     "account, as jsonl: what it is, its\n"
                                     "devices and certificates, whom it blocks and ignores, its "
                                     "rooms and what it has said. The\n"
                                     "server may run.";
constexpr const char* about_rekey =
    "Puts a new key on the first line of the master key file. A server that runs takes it at once, "
    "and\n"
    "this waits for it; otherwise it is done here. From then on the new key seals the keys of all\n"
    "rooms, and what is written is under new ones. The old key opens only copies of keys.db from\n"
    "before: make a new copy, then remove the old line.";
constexpr const char* about_erase =
    "Destroys the room's keys: nobody can read what was said there any more, in backups neither, "
    "and\n"
    "the room begins anew. With --entry or --author only the keys of these texts are destroyed: "
    "the\n"
    "entries keep their places, times and authors, and (this text was destroyed) stands where the "
    "text\n"
    "was. export shows offsets. A text from before version 6 of the journal has no key of its own: "
    "what\n"
    "the room has of that time is sealed anew then, and cannot be read in backups of that time.\n\n"
    "The server must not run. Copies of keys.db that were made before, and files of backup "
    "--with-keys,\n"
    "still have the keys: replace them by new ones.";

constexpr const char* about_account =
    "add NAME         make an account; --role operator or owner: on the whole server\n"
    "list, show NAME  also while the server runs\n"
    "role NAME ROLE   what it is on the whole server from now on: member, voice, operator or "
    "owner\n"
    "disable NAME     nobody logs in to it, and no device any more; enable NAME takes that back\n"
    "reset NAME       another password; no device and no certificate opens it any more\n"
    "delete NAME      and its devices; what it has said stays. With --forget that is destroyed, "
    "too\n"
    "certify NAME     --pin PIN: who shows a trusted certificate with this key is logged in by "
    "it;\n"
    "                 uncertify NAME --pin PIN takes that back\n"
    "import NAME      accounts without passwords from this file, all or none: on each line a name "
    "and\n"
    "                 a PIN; # begins a comment\n\n"
    "All this works while the server runs and while it does not, but import: stop it for that. "
    "The\n"
    "password is typed, or read from --password-file, or from CHAT_ACCOUNT_PASSWORD in the "
    "environment;\n"
    "it is never an argument. People change their own by /password. With\n"
    "add --pin PIN an account needs none: it opens by the certificate alone. asio-chat-certs show "
    "FILE\n"
    "prints the pin of a certificate.";

constexpr const char* about_announce =
    "Everybody who is logged in sees TEXT as a notice of the server, at once; who comes later does "
    "not.\n"
    "Without TEXT it is read from standard input. The room audit has a line of it. The server must "
    "run,\n"
    "and keep its accounts itself. In the chat operators of the server have /announce.";

constexpr std::string_view account_actions[] = {"add",       "list",   "show",   "disable",
                                                "enable",    "reset",  "delete", "certify",
                                                "uncertify", "import", "role"};

using entry_runs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// `17,20-25`. Nothing if it is not written like that.
std::optional<entry_runs> entries_in(std::string_view text) {
  entry_runs runs;
  const auto take_number = [&]() -> std::optional<std::uint64_t> {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number == 0) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
  };
  while (!text.empty()) {
    const auto first = take_number();
    const bool is_run = text.starts_with('-');
    if (is_run) text.remove_prefix(1);
    const auto last = is_run ? take_number() : first;
    if (!first || !last || *last < *first) return {};
    runs.emplace_back(*first, *last);
    if (text.empty()) return runs;
    if (!text.starts_with(',') || text.size() == 1) return {};
    text.remove_prefix(1);
  }
  return runs;
}

} // namespace

CLI::App& history_commands::add(CLI::App& program, action a, const std::string& name,
                                const std::string& what, const std::string& more) {
  CLI::App& added = *program.add_subcommand(name, what);
  added.add_flag("-h,--help", wants_help_, "print this");
  added.footer(fmt::format("{}\n\n{}", more, where));
  added.fallthrough();
  commands_.push_back({a, &added});
  return added;
}

history_commands::history_commands(CLI::App& program) {
  CLI::App& backing_up =
      add(program, action::back_up, "backup",
          "copy the history to a file, also while the server runs", about_backup);
  add_argument(backing_up, "FILE", request_.file, "where the copy goes");
  backing_up.add_flag("--with-keys", request_.with_keys, "the keys as well, in FILE.keys");
  add_passphrase(backing_up);
  CLI::App& restoring = add(program, action::restore, "restore",
                            "put a backup into the place of the history", about_restore);
  add_argument(restoring, "FILE", request_.file, "the backup");
  add_passphrase(restoring);
  CLI::App& verifying =
      add(program, action::verify, "verify",
          "check that the history, or a backup, is as it was written", about_verify);
  add_argument(verifying, "FILE", request_.file,
               "a backup; default: the journal of the data directory");
  add_option(verifying, "--since", "HEAD", request_.since, "it has to have gone on from this head");
  add_option(verifying, "--receipt", "FILE", request_.receipt,
             "of a member who was forgotten: nothing of theirs may be left");
  add(program, action::print_head, "head", "print a line that names the history as it is now",
      about_head);
  add(program, action::compact, "compact", "give free space of the history back to the disk",
      about_compact);
  auto& exporting =
      add(program, action::export_room, "export", "print what was said in a room", about_export);
  add_argument(exporting, "ROOM", request_.room, "its name, or @ONE,OTHER of two accounts");
  add_option(exporting, "--format", "text|jsonl", format_, "text is the default");
  add_option(exporting, "--account", "NAME", request_.account,
             "all that is kept of this account, instead of a room");
  add_option(exporting, "--output", "FILE", request_.output, "write to a new file");
  add(program, action::rekey, "rekey", "change the master key, also while the server runs",
      about_rekey);
  auto& erasing =
      add(program, action::erase, "erase", "destroy a room's keys, and so all of it", about_erase);
  add_argument(erasing, "ROOM", request_.room, "its name, or @ONE,OTHER of two accounts");
  add_option(erasing, "--entry", "N[-M],...", entries_, "only the texts of these entries");
  add_option(erasing, "--author", "NAME", request_.author, "only what was said under this name");
  erasing.add_flag("--yes", request_.yes, "do not ask");
  auto& about_people =
      add(program, action::account, "account", "make, list and change accounts", about_account);
  add_argument(about_people, "ACTION", request_.account_action, "what to do, see below");
  add_argument(about_people, "NAME", request_.account_name, "of the account, or of the file");
  add_argument(about_people, "ROLE", role_, "with role: member, voice, operator or owner");
  add_option(about_people, "--role", "member|operator|owner", request_.role,
             "of a new account; member is the default");
  add_option(about_people, "--pin", "PIN", request_.pin,
             "of a client certificate's key, sha256/...: with add, certify, uncertify");
  about_people.add_flag("--forget", request_.forget,
                        "with delete: destroy what the account has said");
  add_option(about_people, "--password-file", "FILE", request_.password_file, "its first line");
  auto& announcing = add(program, action::announce, "announce",
                         "tell everybody who is on the running server something", about_announce);
  add_argument(announcing, "TEXT", request_.announcement, "what they are told, in quotes");
}

void history_commands::add_argument(CLI::App& to, const std::string& name, std::string& place,
                                    const std::string& what) {
  values_.push_back({to.add_option(name, place, what)->type_name(""), name});
}

void history_commands::add_option(CLI::App& to, const std::string& flag, const std::string& value,
                                  std::string& place, const std::string& what) {
  CLI::Option* const option = to.add_option(flag, place, what)->option_text(value);
  values_.push_back({option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast), value});
}

void history_commands::add_passphrase(CLI::App& to) {
  add_option(to, "--backup-passphrase-file", "FILE", request_.backup_passphrase_file,
             "of FILE.keys; else CHAT_BACKUP_PASSPHRASE, or typed");
}

std::optional<action> history_commands::chosen() const {
  for (const command& c : commands_)
    if (c.app->parsed()) return c.action;
  return {};
}

history_request history_commands::request() const {
  history_request asked = request_;
  if (!role_.empty()) asked.role = role_;
  if (format_ == "jsonl") asked.as = history_request::format::jsonl;
  if (auto entries = entries_in(entries_)) asked.entries = *std::move(entries);
  return asked;
}

/// An empty variable of a shell is no wish, and CLI11 takes whatever comes next for a value.
result<void> history_commands::check_values() const {
  for (const auto& [option, value] : values_) {
    if (option->count() == 0) continue;
    const std::string name = option->get_positional() ? value : "--" + option->get_single_name();
    if (option->count() > 1)
      return fail(errc::bad_setting,
                  fmt::format("command line: {} is given more than once; give it once", name));
    const std::string& given = option->results().front();
    if (given.empty() && option->get_positional())
      return fail(errc::bad_setting, fmt::format("command line: {} is empty", name));
    if (given.empty() || (given.starts_with("--") && !option->get_positional()))
      return fail(errc::bad_setting,
                  fmt::format("command line: {} has no value; give {}", name, value));
  }
  return {};
}

std::optional<std::string> history_commands::value_of(std::string_view flag) const {
  for (const auto& [option, value] : values_)
    if (flag.starts_with("--") && option->check_lname(std::string(flag.substr(2)))) return value;
  return {};
}

result<void> history_commands::check() const {
  const auto lacks = [&](std::string_view name, std::string_view value) {
    return fail(errc::bad_setting, fmt::format("command line: {0} needs a {1}; see asio-chatd {0} "
                                               "--help",
                                               name, value));
  };
  if (auto good = check_values(); !good) return good;
  const auto a = chosen();
  if (a == action::back_up && request_.file.empty()) return lacks("backup", "FILE");
  if (a == action::restore && request_.file.empty()) return lacks("restore", "FILE");
  if (a == action::export_room && request_.room.empty() == request_.account.empty())
    return lacks("export", "ROOM, or an --account");
  if (a == action::erase && request_.room.empty()) return lacks("erase", "ROOM");
  if (a == action::account) return check_account();
  if (!entries_in(entries_))
    return fail(errc::bad_setting,
                fmt::format("command line: --entry \"{}\" must be offsets as export shows them, "
                            "such as 17 or 17,20-25",
                            sanitize_for_log(entries_, 64, quotes::escape)));
  if (format_ != "text" && format_ != "jsonl")
    return fail(errc::bad_setting,
                fmt::format("command line: --format \"{}\" must be text or jsonl",
                            sanitize_for_log(format_, 64, quotes::escape)));
  return {};
}

result<void> history_commands::check_account() const {
  const auto wrong = [](std::string_view why) {
    return fail(errc::bad_setting,
                fmt::format("command line: account {}; see asio-chatd account --help", why));
  };
  const std::string& what = request_.account_action;
  if (what.empty())
    return wrong("needs an ACTION: add, list, show, role, disable, enable, reset, delete, certify, "
                 "uncertify, import");
  if (std::ranges::find(account_actions, what) == std::end(account_actions))
    return wrong(fmt::format("cannot \"{}\"", sanitize_for_log(what, 64, quotes::escape)));
  if ((what == "list") != request_.account_name.empty())
    return wrong(what == "list" ? "list takes no NAME" : what + " needs a NAME");
  if (!request_.role.empty() && what != "add") return wrong("takes --role for add alone");
  if ((what == "role") == role_.empty())
    return wrong(what == "role" ? "role needs a ROLE: member, voice, operator or owner"
                                : what + " takes no ROLE");
  if (what == "role" && role_ != "member" && role_ != "voice" && role_ != "operator" &&
      role_ != "owner")
    return wrong("role: ROLE must be member, voice, operator or owner");
  if (request_.forget && what != "delete") return wrong("takes --forget for delete alone");
  const bool certifies = what == "certify" || what == "uncertify";
  if (certifies && request_.pin.empty()) return wrong(what + " needs --pin PIN");
  if (!request_.pin.empty() && !certifies && what != "add")
    return wrong("takes --pin for add, certify and uncertify alone");
  const std::string& r = request_.role;
  if (!r.empty() && r != "member" && r != "operator" && r != "owner")
    return wrong("--role must be member, operator or owner");
  return {};
}

} // namespace asio_chat::ops
