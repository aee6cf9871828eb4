// ca, server, client: a private CA and what it issues.
#include "commands.hpp"
#include "output.hpp"
#include "passphrase.hpp"

#include "tls/pem.hpp"
#include "tls/secret_file.hpp"
#include "tls/x509/issue.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace asio_chat::certs {

namespace {

constexpr int ca_days = 3650;
constexpr int issued_days = 365;

/// Which CA issues: the one in the output directory, if no other is named.
class authority {
 public:
  explicit authority(CLI::App& command) {
    CLI::Option* certificate =
        command.add_option("--ca-cert", certificate_, "The CA's certificate [ca-cert.pem in DIR]")
            ->type_name("FILE");
    command.add_option("--ca-key", key_, "The CA's key [ca-key.pem in DIR]")
        ->type_name("FILE")
        ->needs(certificate);
    command
        .add_option("--ca-passphrase-file", passphrase_file_,
                    "Of an encrypted CA key; else $ASIO_CHAT_CERTS_CA_PASSPHRASE or the terminal")
        ->type_name("FILE");
  }

  tls::x509::identity load(const output& out) const {
    const std::string certificate = certificate_.empty() ? out.path("ca-cert.pem") : certificate_;
    const std::string key = key_.empty() ? out.path("ca-key.pem") : key_;
    for (const std::string& file : {certificate, key})
      if (!std::filesystem::exists(file))
        throw error(fail(errc::bad_certificate_file,
                         fmt::format("there is no CA to issue it: '{}' is missing (make a CA with "
                                     "`asio-chat-certs ca`, or name one with --ca-cert and "
                                     "--ca-key)",
                                     file)));
    std::string passphrase;
    if (tls::key_is_encrypted(key).value())
      passphrase = obtain_passphrase(
          {passphrase_file_, "ASIO_CHAT_CERTS_CA_PASSPHRASE", "--ca-passphrase-file"},
          fmt::format("Passphrase of {}: ", key), false);
    auto loaded = tls::x509::load(certificate, key, passphrase);
    tls::wipe(passphrase);
    return std::move(loaded).value();
  }

 private:
  std::string certificate_;
  std::string key_;
  std::string passphrase_file_;
};

struct ca_command {
  explicit ca_command(CLI::App& command)
      : out(command, ca_days) {
    command.add_option("--cn", common_name, "The CA's name")
        ->type_name("NAME")
        ->capture_default_str();
  }

  void run() {
    const file_pair files{"ca-cert.pem", "ca-key.pem"};
    out.prepare({files});
    auto what = out.request();
    what.common_name = common_name;
    what.for_role = tls::x509::role::ca;
    const auto made = tls::x509::issue(what).value();
    out.write(made, files);
  }

  output out;
  std::string common_name = "asio-chat CA";
};

struct server_command {
  explicit server_command(CLI::App& command)
      : out(command, issued_days)
      , ca(command) {
    command.add_option("--dns", dns_names, "Names of the server; the first one is its common name")
        ->allow_extra_args(false)
        ->type_name("NAME")
        ->capture_default_str();
    command.add_option("--ip", ip_names, "Addresses of the server")
        ->allow_extra_args(false)
        ->type_name("ADDRESS")
        ->capture_default_str();
  }

  void run() {
    const file_pair files{"server-cert.pem", "server-key.pem"};
    out.prepare({files});
    const auto issuer = ca.load(out);
    auto what = out.request();
    what.common_name = dns_names.front();
    what.dns_names = dns_names;
    what.ip_names = ip_names;
    what.for_role = tls::x509::role::server;
    const auto made = tls::x509::issue(what, &issuer).value();
    out.write(made, files);
  }

  output out;
  authority ca;
  std::vector<std::string> dns_names{"localhost"};
  std::vector<std::string> ip_names{"127.0.0.1", "::1"};
};

struct client_command {
  explicit client_command(CLI::App& command)
      : out(command, issued_days)
      , ca(command) {
    command.add_option("NAME", name, "Whom it is for: common name and prefix of the files")
        ->required();
  }

  void run() {
    if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.') ||
        name.starts_with('-'))
      throw CLI::ValidationError("NAME", fmt::format("'{}' cannot begin a file name", name));
    const file_pair files{name + "-cert.pem", name + "-key.pem"};
    out.prepare({files});
    const auto issuer = ca.load(out);
    auto what = out.request();
    what.common_name = name;
    what.for_role = tls::x509::role::client;
    const auto made = tls::x509::issue(what, &issuer).value();
    out.write(made, files);
  }

  output out;
  authority ca;
  std::string name;
};

template <class Command>
void add(CLI::App& program, const char* name, const char* description) {
  CLI::App* sub = program.add_subcommand(name, description);
  const auto command = std::make_shared<Command>(*sub);
  sub->callback([command] { command->run(); });
}

} // namespace

void add_ca_command(CLI::App& program) {
  add<ca_command>(program, "ca", "Makes a private CA: ca-cert.pem and ca-key.pem");
}

void add_server_command(CLI::App& program) {
  add<server_command>(program, "server",
                      "Issues a server's certificate: server-cert.pem and server-key.pem");
}

void add_client_command(CLI::App& program) {
  add<client_command>(program, "client",
                      "Issues a client's certificate: NAME-cert.pem and NAME-key.pem");
}

} // namespace asio_chat::certs
