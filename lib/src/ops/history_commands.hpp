// The commands about what the server keeps, on the command line.
#pragma once

#include "ops/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace asio_chat::ops {

/// backup, restore, verify, head, export, rekey, erase: added to a program's command line.
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

 private:
  CLI::App& add(CLI::App& program, action a, const std::string& name, const std::string& what,
                const std::string& more);

  void add_passphrase(CLI::App& to);

  struct command {
    ops::action action;
    CLI::App* app;
  };
  std::vector<command> commands_;
  bool wants_help_ = false;
  std::string format_ = "text";
  history_request request_;
};

} // namespace asio_chat::ops
