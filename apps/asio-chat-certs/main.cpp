// asio-chat-certs: makes, renews, revokes and shows the certificates that a chat over TLS needs,
// and looks at the servers that show them.
#include "commands.hpp"

#include "base/sanitize.hpp"
#include "base/standard_streams.hpp"

#include <asio_chat/error.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <exception>
#include <sstream>
#include <string>

namespace {

constexpr const char* name = "asio-chat-certs";
constexpr int failed = 1;
constexpr int wrong_usage = 2;

constexpr const char* examples = R"(Examples:
  asio-chat-certs ca --out certs                     a private CA
  asio-chat-certs server --out certs --dns chat.lan  a server certificate issued by it
  asio-chat-certs client alice --out certs           a client certificate issued by it
  asio-chat-certs self-signed                        server.crt/.key and client.crt/.key
  asio-chat-certs renew certs/server-cert.pem        the same for another year
  asio-chat-certs revoke certs/alice-cert.pem        alice can no longer connect
  asio-chat-certs crl --ca-dir certs                 renews the revocation list, each week
  asio-chat-certs show certs/server-cert.pem         what a certificate says
  asio-chat-certs probe localhost:8443 --ca certs/ca-cert.pem   what a server shows
)";

/// CLI11 says what is missing before it says what it does not know.
/// @return empty: all is known, as far as it can be told here
std::string unknown_argument(const CLI::App& program, int argc, char** argv) {
  const CLI::App* asked = &program;
  for (int n = 1; n < argc; ++n) {
    const std::string argument = argv[n];
    if (argument.starts_with("--")) {
      const std::string option = argument.substr(0, argument.find('='));
      if (argument.size() > 2 && asked->get_option_no_throw(option) == nullptr)
        return fmt::format("there is no option {}", option);
    } else if (asked == &program) {
      const auto found =
          program.get_subcommands([&](const CLI::App* one) { return one->get_name() == argument; });
      if (found.empty()) return fmt::format("there is no subcommand {}", argument);
      asked = found.front();
    }
  }
  return {};
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
    try {
      app.parse(argc, argv);
    } catch (const CLI::RuntimeError& e) {
      return asio_chat::end_of_output(name, e.get_exit_code());
    } catch (const CLI::ParseError& e) {
      if (e.get_exit_code() != 0) {
        const std::string unknown = unknown_argument(app, argc, argv);
        const std::string what =
            asio_chat::sanitize_for_terminal(unknown.empty() ? e.what() : unknown);
        asio_chat::complain(name, fmt::format("{} (see {} --help)", what, name).c_str());
        return wrong_usage;
      }
      std::ostringstream asked; // --help, --version
      app.exit(e, asked);
      fmt::print("{}", asked.str());
    }
    return asio_chat::end_of_output(name, 0);
  } catch (const std::exception& e) {
    return asio_chat::end_of_output(name, e, e.what(), failed);
  }
}
