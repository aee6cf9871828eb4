// Makes a subcommand of a class whose constructor adds the options, and which runs by `run`.
#pragma once

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace asio_chat::certs {

template <class Command>
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description) {
  CLI::App* sub = program.add_subcommand(name, description);
  const auto command = std::make_shared<Command>(*sub);
  sub->callback([command] { command->run(); });
  return sub;
}

} // namespace asio_chat::certs
