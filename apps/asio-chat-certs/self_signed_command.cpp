// self-signed: identities that vouch for themselves, the quickest way to a first chat.
#include "commands.hpp"
#include "output.hpp"

#include "tls/x509/issue.hpp"

#include <fmt/format.h>

#include <algorithm>
namespace asio_chat::certs {

namespace {

class self_signed_command {
 public:
  explicit self_signed_command(CLI::App& command)
      : out_(command, 365) {
    command.add_option("PREFIX", prefixes_,
                       "Names of the files, PREFIX.crt and PREFIX.key "
                       "[server and client]");
    command
        .add_option("--cn", common_name_,
                    "Common name [localhost for server, client.localhost for client, else PREFIX]")
        ->type_name("NAME");
    command.add_option("--dns", dns_names_, "Names that are verified")
        ->allow_extra_args(false)
        ->type_name("NAME")
        ->capture_default_str();
    command.add_option("--ip", ip_names_, "Addresses that are verified")
        ->allow_extra_args(false)
        ->type_name("ADDRESS")
        ->capture_default_str();
  }

  void run() {
    if (prefixes_.empty()) prefixes_ = {"server", "client"};
    if (!common_name_.empty() && prefixes_.size() > 1)
      throw CLI::ValidationError("--cn", "is the name of one identity: give one PREFIX with it");
    std::vector<file_pair> files;
    for (const std::string& prefix : prefixes_) {
      if (prefix.empty() || prefix.find('/') != std::string::npos || prefix.starts_with('.') ||
          prefix.starts_with('-'))
        throw CLI::ValidationError(
            "PREFIX",
            fmt::format("'{}' cannot begin a file name (--out names a directory)", prefix));
      if (std::ranges::count(prefixes_, prefix) > 1)
        throw CLI::ValidationError("PREFIX", fmt::format("'{}' is there twice", prefix));
      files.push_back({prefix + ".crt", prefix + ".key"});
    }
    out_.check(files);
    std::vector<tls::x509::identity> made;
    for (const std::string& prefix : prefixes_)
      made.push_back(tls::x509::issue(request(prefix)).value());
    for (std::size_t i = 0; i < files.size(); ++i)
      out_.write(made[i], files[i]);
  }

 private:
  tls::x509::request request(const std::string& prefix) const {
    auto what = out_.request();
    what.common_name = !common_name_.empty() ? common_name_
                       : prefix == "server"  ? "localhost"
                       : prefix == "client"  ? "client.localhost"
                                             : prefix;
    what.dns_names = dns_names_;
    what.ip_names = ip_names_;
    what.for_role = tls::x509::role::self_signed;
    return what;
  }

  output out_;
  std::vector<std::string> prefixes_;
  std::string common_name_;
  std::vector<std::string> dns_names_{"localhost"};
  std::vector<std::string> ip_names_{"127.0.0.1", "::1"};
};

} // namespace

void add_self_signed_command(CLI::App& program) {
  add_command<self_signed_command>(
      program, "self-signed", "Makes self-signed identities: server.crt/.key and client.crt/.key");
}

} // namespace asio_chat::certs
