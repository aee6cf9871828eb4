// What the daemon is told by its operator, and from where.
//
//   setting_table   every setting: its name, default, help, and what it does
//   command_line    flags
//   environment     ASIO_CHATD_... variables, and secrets
//   config_file     keys
//   settings        lays those three over the defaults, applies the winners, checks them together
//   print_config    the winners, as a config file
#pragma once

#include "ops/log_sink.hpp"
#include "ops/setting_value.hpp"
#include "tls/key_passphrase.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/server.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::ops {

/// The issuer whose tokens say who somebody is (oidc.hpp).
struct oidc_settings {
  std::string keys_file; ///< empty: tokens say nothing
  std::string issuer;
  std::string audience;
  std::string name_claim;
  std::string role_claim; ///< empty: none
};

struct settings {
  std::vector<listen_address> listen;
  std::vector<std::string> listen_unix; ///< paths of Unix sockets
  unsigned socket_mode = 0660;          ///< of their files
  std::optional<listen_address> insecure_plaintext_listen;
  server_config server; ///< all but the log, and the secrets that `load_secrets` reads
  std::string data_directory;
  bool ephemeral = false;
  bool begin_anew = false;     ///< see `storage_config`
  std::string master_key_file; ///< empty: one of the data directory, made when it is needed
  std::optional<std::string> master_key; ///< CHAT_MASTER_KEY
  std::string credentials_directory;     ///< systemd's; empty: none
  std::string passphrase_file;           ///< empty: none
  std::string key_passphrase_file;       ///< empty: none
  bool require_passphrase = false;
  std::string authenticator;      ///< path of its socket; empty: none
  std::string authenticator_user; ///< whose program it may be, besides root's and the daemon's own
  std::chrono::milliseconds authenticator_time{};
  oidc_settings oidc;
  log_options log;
  std::string user;        ///< to become if this is root; empty: nobody else
  bool unconfined = false; ///< see confinement.hpp
};

/// What a source says about one setting.
struct given_value {
  std::vector<std::string> values;
  std::string source; ///< as `--print-config` names it, e.g. `environment ASIO_CHATD_DATA`
  std::string where;  ///< as a message names it, e.g. `file /etc/x.toml, line 3: data`
};

using given_values = std::map<std::string, given_value, std::less<>>;

/// All that settings are made from. Nothing else of the process is looked at.
struct setting_sources {
  std::vector<std::string> arguments; ///< without the program's name
  std::map<std::string, std::string> environment;
  std::function<result<std::string>(const std::string& path)> read_file; ///< the config file
};

enum class action {
  run,
  print_help,
  print_version,
  print_config,
  check_config,
  print_tls,
  back_up,
  restore,
  verify,
  print_head,
  compact,
  export_room,
  rekey,
  erase,
  account,
  announce,
  print_policy,
};

/// backup, restore, verify, head, export, rekey, erase, account, announce: they need neither
/// certificates nor ports.
bool is_about_history(action a) noexcept;

/// What the commands about the history are given besides settings.
struct history_request {
  enum class format { text, jsonl };
  std::string file;       ///< of `back_up`, `restore` and `verify`; empty: the journal itself
  bool with_keys = false; ///< of `back_up`
  std::string backup_passphrase_file; ///< of `back_up` and `restore`; empty: none
  std::string backup_passphrase;      ///< CHAT_BACKUP_PASSPHRASE; empty: not set
  std::string room;                   ///< of `export_room` and `erase`
  format as = format::text;           ///< of `export_room`
  std::string output;                 ///< of `export_room`; empty: standard output
  std::string account;                ///< of `export_room`: all that is kept of it instead
  bool yes = false;                   ///< of `erase`: do not ask
  std::vector<std::pair<std::uint64_t, std::uint64_t>> entries; ///< of `erase`: first to last
  std::string author;           ///< of `erase`; empty, and no `entries`: the whole room
  std::string since;            ///< of `verify`: a line of `head`; empty: not asked
  std::string receipt;          ///< of `verify`: a file; empty: not asked
  bool forget = false;          ///< of `account delete`: what it has said goes as well
  std::string account_action;   ///< of `account`: `add`, `list` …
  std::string account_name;     ///< of `account`; with `import` a file
  std::string pin;              ///< of `account`: of a certificate
  std::string role;             ///< of `account add`: on the server; empty: member
  std::string password_file;    ///< of `account add` and `account reset`; empty: typed
  std::string announcement;     ///< of `announce`; empty: it is read from standard input
  std::string account_password; ///< CHAT_ACCOUNT_PASSWORD; empty: not set
};

struct invocation {
  ops::action action = action::run;
  bool json = false; ///< of `print_tls`
  std::string help;  ///< what `print_help` prints
  history_request history;
  ops::settings settings;
  given_values effective;             ///< of every setting that has a value, defaults included
  bool passphrase_is_set = false;     ///< by CHAT_SECRET
  bool key_passphrase_is_set = false; ///< by CHAT_KEY_PASSPHRASE
};

/// The command line wins over the environment, that over the file, that over the defaults.
result<invocation> read_settings(const setting_sources& from);

/// It listens beyond this machine, and asks for neither a passphrase nor a client certificate.
bool is_open_to_strangers(const settings& s);

/// The files that are read again while the server runs: certificates, keys, trust, revocation.
std::vector<std::string> tls_files(const settings& s);

/// Gets the passphrases into `settings.server`: out of their files, or, that of an encrypted key,
/// by asking at the terminal. One that was typed, or was in the environment, stays there for when
/// the key is read again; a file is read anew each time.
result<void> load_secrets(settings& s, tls::prompting for_key);

/// This process's arguments and environment, and its files.
setting_sources process_sources(int argc, const char* const* argv);

} // namespace asio_chat::ops
