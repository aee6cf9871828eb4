// The commands about what the server keeps, on the command line.
#pragma once

#include "ops/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace asio_chat::ops {

/// backup, restore, verify, head, compact, export, rekey, erase, account, announce: added to a
/// program's command line.
class history_commands {
 public:
  explicit history_commands(CLI::App& program);
  history_commands(const history_commands&) = delete;
  history_commands& operator=(const history_commands&) = delete;

  /// After parsing; none: another command, or none at all.
  std::optional<action> chosen() const;
  bool wants_help() const noexcept { return wants_help_; }
  history_request request() const;
  /// Whether what the command needs is given.
  result<void> check() const;
  /// What the help calls the value of a flag of theirs; none: there is no such flag.
  std::optional<std::string> value_of(std::string_view flag) const;

 private:
  CLI::App& add(CLI::App& program, action a, const std::string& name, const std::string& what,
                const std::string& more);

  void add_argument(CLI::App& to, const std::string& name, std::string& place,
                    const std::string& what);
  void add_option(CLI::App& to, const std::string& flag, const std::string& value,
                  std::string& place, const std::string& what);
  void add_passphrase(CLI::App& to);
  result<void> check_values() const;
  result<void> check_account() const;

  struct command {
    ops::action action;
    CLI::App* app;
  };
  struct value_option {
    CLI::Option* option;
    std::string value; ///< as the help names it
  };
  std::vector<command> commands_;
  std::vector<value_option> values_;
  bool wants_help_ = false;
  std::string role_;
  std::string format_ = "text";
  std::string entries_; ///< as they were typed
  history_request request_;
};

} // namespace asio_chat::ops
