// asio-chat-certs: makes, renews, revokes and shows the certificates that a chat over TLS needs,
// and looks at the servers that show them.
#include "commands.hpp"

#include "base/standard_streams.hpp"

#include <asio_chat/error.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <system_error>

namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

constexpr const char* examples = R"(Examples:
  asio-chat-certs ca --out certs                     a private CA
  asio-chat-certs server --out certs --dns chat.lan  a server certificate issued by it
  asio-chat-certs client alice --out certs           a client certificate issued by it
  asio-chat-certs self-signed                        server.crt/.key and client.crt/.key
  asio-chat-certs renew certs/server-cert.pem        the same for another year
  asio-chat-certs revoke certs/alice-cert.pem        alice is let in no longer
  asio-chat-certs crl --ca-dir certs                 the revocation list anew, each week
  asio-chat-certs show certs/server-cert.pem         what a certificate says
  asio-chat-certs probe localhost:8443 --ca certs/ca-cert.pem   what a server shows
)";

/// What is printed is the work of half of the commands.
int finish() {
  const int error = asio_chat::finish_standard_output();
  if (error == 0) return 0;
  fmt::print(stderr, "asio-chat-certs: standard output cannot be written: {}\n",
             std::generic_category().message(error));
  return failed;
}

} // namespace

int main(int argc, char** argv) {
  asio_chat::keep_standard_streams();
  using namespace asio_chat::certs;
  CLI::App app("Makes, renews, revokes and shows the certificates that a chat over TLS needs",
               "asio-chat-certs");
  app.set_version_flag("--version", "asio-chat-certs " ASIO_CHAT_VERSION);
  app.require_subcommand(1);
  add_ca_command(app);
  add_server_command(app);
  add_client_command(app);
  add_self_signed_command(app);
  add_renew_command(app);
  add_revoke_command(app);
  add_crl_command(app);
  add_show_command(app);
  add_probe_command(app);
  app.footer(examples); // last, since subcommands take over what is set before them

  try {
    app.parse(argc, argv);
    return finish();
  } catch (const CLI::RuntimeError& e) {
    return e.get_exit_code();
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) { // --help, --version
      app.exit(e);
      std::cout.flush();
      return finish();
    }
    fmt::print(stderr, "asio-chat-certs: {} (see asio-chat-certs --help)\n", e.what());
    return wrong_usage;
  } catch (const std::exception& e) {
    fmt::print(stderr, "asio-chat-certs: {}\n", e.what());
    return failed;
  }
}
