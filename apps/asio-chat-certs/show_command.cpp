// show: what a certificate in a file, or of a server, says.
#include "commands.hpp"
#include "fetch_certificate.hpp"

#include "tls/pem.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <openssl/pem.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

namespace asio_chat::certs {

namespace {

constexpr auto deadline = std::chrono::seconds(10);

struct host_and_port {
  std::string host;
  std::string port;
};

std::optional<host_and_port> as_server(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  host_and_port server{text.substr(0, colon), text.substr(colon + 1)};
  const bool digits = !server.port.empty() && server.port.size() <= 5 &&
                      std::all_of(server.port.begin(), server.port.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoi(server.port) < 1 || std::stoi(server.port) > 65535) return std::nullopt;
  if (server.host.size() > 2 && server.host.front() == '[' && server.host.back() == ']')
    server.host = server.host.substr(1, server.host.size() - 2);
  return server;
}

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

std::string pem_of(X509* certificate) {
  const tls::error_queue_scope queue;
  const tls::bio_ptr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return drain(bio.get());
}

/// Every field and extension. OpenSSL prints some foreign text as it is, so control characters are
/// taken out before a terminal sees them.
std::string structure_of(X509* certificate) {
  const tls::error_queue_scope queue;
  const tls::bio_ptr bio(BIO_new(BIO_s_mem()));
  X509_print_ex(bio.get(), certificate, XN_FLAG_RFC2253, 0);
  std::string text = drain(bio.get());
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c < ' ' && c != '\n') || c > '~'; }, '?');
  return text;
}

class show_command {
 public:
  explicit show_command(CLI::App& command) {
    command.add_option("TARGET", target_, "A PEM file, or HOST:PORT of a server")->required();
    command.add_flag("--whole", whole_, "The whole structure, with all extensions");
    command.add_flag("--pem", pem_, "Only the certificate itself in PEM, to keep in a file");
  }

  void run() const {
    std::error_code ec;
    if (std::filesystem::exists(target_, ec)) return show_file();
    const auto server = as_server(target_);
    if (server) return show_server(*server);
    throw error(fail(errc::bad_certificate_file,
                     fmt::format("'{}' is neither a file nor HOST:PORT", target_)));
  }

 private:
  void show_file() const {
    const auto all = tls::read_certificates(target_, "the certificate file").value();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all.size() > 1 && !pem_)
        fmt::print("{}Certificate {} of {}\n", i == 0 ? "" : "\n", i + 1, all.size());
      show(all[i].get());
    }
  }

  void show_server(const host_and_port& server) const {
    const auto found = fetch_certificate(server.host, server.port, deadline).value();
    std::FILE* notes = pem_ ? stderr : stdout;
    fmt::print(notes,
               "{} shows this certificate. It is UNVERIFIED: compare the fingerprint with "
               "what its owner says.\n",
               target_);
    if (!found.version.empty())
      fmt::print(notes, "Connected over {}, {}\n", found.version, found.cipher_suite);
    show(found.certificate.get());
  }

  void show(X509* certificate) const {
    if (pem_) return fmt::print("{}", pem_of(certificate));
    fmt::print("{}", tls::to_text(tls::describe(certificate)));
    if (whole_) fmt::print("{}", structure_of(certificate));
  }

  std::string target_;
  bool whole_ = false;
  bool pem_ = false;
};

} // namespace

void add_show_command(CLI::App& program) {
  CLI::App* sub = program.add_subcommand("show", "Shows the certificate of a file or a server");
  const auto command = std::make_shared<show_command>(*sub);
  sub->callback([command] { command->run(); });
}

} // namespace asio_chat::certs
