// ca, server, client: a private CA and what it issues.
#include "authority.hpp"
#include "commands.hpp"
#include "output.hpp"

#include "tls/x509/issue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::certs {

namespace {

constexpr int ca_days = 3650;
constexpr int issued_days = 365;

struct ca_command {
  explicit ca_command(CLI::App& command)
      : out(command, ca_days) {
    command.add_option("--cn", common_name, "The CA's name")
        ->type_name("NAME")
        ->capture_default_str();
  }

  void run() {
    const file_pair files{"ca-cert.pem", "ca-key.pem"};
    out.check({files});
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
      , ca(command, "DIR of --out") {
    command
        .add_option("--dns", dns_names,
                    "Names of the server; the first of at most 64 bytes is its common name")
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
    out.check({files});
    ca.look_in(out.directory());
    const auto issuer = ca.load();
    auto what = out.request();
    // A longer one is in the SubjectAltName, which is what counts.
    const auto fits = [](const std::string& n) { return n.size() <= tls::x509::max_common_name; };
    if (const auto first = std::ranges::find_if(dns_names, fits); first != dns_names.end())
      what.common_name = *first;
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
      , ca(command, "DIR of --out") {
    command.add_option("NAME", name, "Whom it is for: common name and prefix of the files")
        ->required();
  }

  void run() {
    if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.') ||
        name.starts_with('-'))
      throw CLI::ValidationError("NAME", fmt::format("'{}' cannot begin a file name", name));
    if (name == "ca" || name == "server")
      throw CLI::ValidationError("NAME",
                                 fmt::format("'{}' would begin the names of the {}'s own files",
                                             name, name == "ca" ? "CA" : name));
    const file_pair files{name + "-cert.pem", name + "-key.pem"};
    out.check({files});
    ca.look_in(out.directory());
    const auto issuer = ca.load();
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

} // namespace

void add_ca_command(CLI::App& program) {
  add_command<ca_command>(program, "ca", "Makes a private CA: ca-cert.pem and ca-key.pem");
}

void add_server_command(CLI::App& program) {
  add_command<server_command>(program, "server",
                              "Issues a server's certificate: server-cert.pem and server-key.pem");
}

void add_client_command(CLI::App& program) {
  add_command<client_command>(program, "client",
                              "Issues a client's certificate: NAME-cert.pem and NAME-key.pem");
}

} // namespace asio_chat::certs
