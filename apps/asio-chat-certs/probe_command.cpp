// probe: what a server shows, and whether it would be trusted.
#include "certificate_text.hpp"
#include "commands.hpp"
#include "probe_report.hpp"
#include "server_probe.hpp"

#include "base/ascii.hpp"
#include "base/key_pin.hpp"
#include "base/sanitize.hpp"
#include "tls/file.hpp"
#include "tls/key_passphrase.hpp"
#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace asio_chat::certs {

namespace {

constexpr int not_trusted = 3;

constexpr const char* footer =
    R"(The server is judged as asio-chat judges it: by its pin, by the CA file, or else the
system's store, and by its name. It is trusted: exit code 0. It is not: 3, and the handshake goes on
all the same to show all there is, but without the client's certificate, and no request is sent. No
certificate was shown: 1.)";

class probe_command {
 public:
  explicit probe_command(CLI::App& command) {
    command.add_option("SERVER", server_, "HOST:PORT of a server; an IPv6 address in brackets")
        ->required()
        ->type_name("HOST:PORT");
    command
        .add_option("--ca", asked_.tls.ca_file,
                    "Trust the CAs in this PEM file and no others [the system's store]")
        ->type_name("FILE")
        ->check([](const std::string& file) {
          return file.empty() ? "it is empty; leave the option out for the system's store" : "";
        });
    command
        .add_option("--pin", asked_.tls.pins,
                    "Trust the server with this key, whatever CA signed it; may be repeated")
        ->allow_extra_args(false)
        ->type_name("sha256/...")
        ->check([](const std::string& pin) {
          return is_pin(pin) ? ""
                             : "it is not sha256/ and 44 characters of base64, as "
                               "`asio-chat-certs show` prints it";
        });
    CLI::Option* certificate =
        command
            .add_option("--cert", asked_.tls.certificate_file,
                        "A certificate to show, where the server asks for one")
            ->type_name("FILE");
    CLI::Option* key =
        command.add_option("--key", asked_.tls.private_key_file, "Its key")->type_name("FILE");
    certificate->needs(key);
    key->needs(certificate);
    command
        .add_option("--passphrase-file", passphrase_file_,
                    "Of an encrypted key; else $ASIO_CHAT_CERTS_PASSPHRASE or the terminal")
        ->type_name("FILE")
        ->needs(key);
    command
        .add_option("--get", asked_.path,
                    "Send an HTTP request for this path and print the first 200 bytes of what "
                    "comes back")
        ->type_name("PATH");
    command.add_flag("--whole", whole_, "The whole structure of the certificates");
    CLI::Option* pem = command.add_flag(
        "--pem", pem_, "Only the certificates in PEM, to keep in a file; the rest on stderr");
    command.add_flag("--json", json_, "Everything as one JSON object")->excludes(pem);
    command.footer(footer);
  }

  void run() {
    read_options();
    const auto found = probe(asked_).value();
    tls::wipe(asked_.tls.private_key_passphrase);
    if (json_)
      fmt::print("{}\n", json_of(asked_, found));
    else
      print(found);
    if (!found.verdict) throw CLI::RuntimeError(not_trusted);
    if (!asked_.path.empty() && !found.answered)
      throw error(fail(errc::connection_lost,
                       fmt::format("{} gave no answer to the request{}", server_,
                                   found.refusal.empty() ? "" : ": " + found.refusal)));
  }

 private:
  void read_options() {
    const auto server = parse_server_address(server_);
    if (!server)
      throw CLI::ValidationError("SERVER", fmt::format("'{}' is not HOST:PORT", server_));
    if (!ascii::is_ascii(server->host))
      throw CLI::ValidationError(
          "SERVER", fmt::format("'{}': an international host name is written in its xn-- form "
                                "(`idn2 NAME` prints it)",
                                server_));
    asked_.host = server->host;
    asked_.port = server->port;
    if (!asked_.path.empty() &&
        (!asked_.path.starts_with('/') || !std::ranges::all_of(asked_.path, ascii::is_graphic)))
      throw CLI::ValidationError(
          "--get", "a path begins with / and is in ASCII without spaces (%20 stands for one)");
    const std::string& key = asked_.tls.private_key_file;
    if (!key.empty())
      asked_.tls.private_key_passphrase =
          tls::passphrase_of_key(
              key, {passphrase_file_, "--passphrase-file", "ASIO_CHAT_CERTS_PASSPHRASE"},
              tls::prompting::once)
              .value();
  }

  void print(const probe_result& found) const {
    fmt::print(pem_ ? stderr : stdout, "{}", summary_of(asked_, found));
    for (std::size_t i = 0; i < found.chain.size(); ++i) {
      X509* certificate = found.chain[i].get();
      if (pem_) {
        fmt::print("{}", pem_of(certificate));
        continue;
      }
      fmt::print("\nCertificate {} of {}\n{}", i + 1, found.chain.size(),
                 tls::to_text(tls::describe(certificate)));
      if (whole_) fmt::print("{}", structure_of(certificate));
    }
    if (found.answered && !pem_)
      fmt::print("\nAnswer to GET {}\n{}\n", asked_.path,
                 sanitize_bytes_for_terminal(found.answer));
  }

  std::string server_;
  probe_request asked_;
  std::string passphrase_file_;
  bool whole_ = false;
  bool pem_ = false;
  bool json_ = false;
};

} // namespace

void add_probe_command(CLI::App& program) {
  add_command<probe_command>(program, "probe",
                             "Shows a server's TLS and certificates, and whether it is trusted");
}

} // namespace asio_chat::certs
