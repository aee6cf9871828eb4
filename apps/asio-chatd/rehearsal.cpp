#include "rehearsal.hpp"

#include "development_certificate.hpp"
#include "history_commands.hpp"

#include "base/logger.hpp"
#include "ops/data_directory.hpp"
#include "ops/unix_socket.hpp"

#include <asio_chat/server.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

using namespace asio_chat;

namespace {

/// What a shell makes of `<(command)` can be read once.
bool is_read_once(const std::string& file) {
  std::error_code not_there; // reading it says so
  return !file.empty() && std::filesystem::is_fifo(file, not_there);
}

void try_listening(const ops::settings& s, port_in_use taken) {
  ops::settings tried = s;
  tried.server.storage = {}; // `check_history` has looked at it; a server that runs may have it
  // A check warns of what would be refused; what starts will do so itself.
  tried.server.log = [log = taken == port_in_use::no_harm ? s.server.log : log_function()](
                         severity level, std::string_view message,
                         std::span<const log_field> fields) {
    if (log && level >= severity::warning) log(level, message, fields);
  };
  const certificate_for_a_check certificate(tried);
  boost::asio::io_context context(1); // never run: no client is let in
  server trial(context, tried.server);
  const auto try_one = [&](auto listen, const ops::listen_address& at) {
    try {
      (trial.*listen)(at.host, at.port);
    } catch (const error& e) {
      if (taken == port_in_use::wrong || e.code() != boost::asio::error::address_in_use) throw;
    }
  };
  for (const auto& at : s.listen)
    try_one(&server::listen, at);
  for (const std::string& path : s.listen_unix)
    if (const auto good = ops::unix_socket_file::check(path);
        !good &&
        (taken == port_in_use::wrong || good.error().code != boost::asio::error::address_in_use))
      throw error(good.error());
  if (s.insecure_plaintext_listen)
    try_one(&server::listen_insecure_plaintext, *s.insecure_plaintext_listen);
}

} // namespace

void rehearse_start(ops::settings& s, port_in_use taken) {
  ops::load_secrets(s, tls::prompting::once).value();
  if (!s.ephemeral || s.server.tls.certificate_file.empty())
    ops::check_data_directory(s.data_directory).value();
  const auto closed = check_history(s, taken == port_in_use::no_harm);
  if (taken == port_in_use::no_harm) {
    for (const std::string& sentence : closed)
      logger(s.server.log)(severity::error, sentence);
  }
  const bool for_real = taken == port_in_use::wrong;
  if (for_real && std::ranges::any_of(ops::tls_files(s), is_read_once)) return;
  try_listening(s, taken);
}
