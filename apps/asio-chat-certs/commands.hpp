// The subcommands. Each adds itself to the program with its options and runs when it was parsed;
// a failure is thrown as asio_chat::error, wrong usage as CLI::ParseError, and another exit code
// for which all is said as CLI::RuntimeError.
#pragma once

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace asio_chat::certs {

void add_ca_command(CLI::App& program);
void add_server_command(CLI::App& program);
void add_client_command(CLI::App& program);
void add_self_signed_command(CLI::App& program);
void add_crl_command(CLI::App& program);
void add_revoke_command(CLI::App& program);
void add_renew_command(CLI::App& program);
void add_show_command(CLI::App& program);
void add_probe_command(CLI::App& program);

/// Makes a subcommand of a class whose constructor adds the options, and which runs by `run`.
template <class Command>
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description) {
  CLI::App* sub = program.add_subcommand(name, description);
  const auto command = std::make_shared<Command>(*sub);
  sub->callback([command] { command->run(); });
  return sub;
}

} // namespace asio_chat::certs
