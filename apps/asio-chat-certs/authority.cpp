#include "authority.hpp"

#include "tls/file.hpp"
#include "tls/key_passphrase.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

namespace asio_chat::certs {

namespace fs = std::filesystem;

authority::authority(CLI::App& command, const std::string& where) {
  command.add_option("--ca-dir", directory_, fmt::format("Where the CA's files are [{}]", where))
      ->type_name("DIR");
  CLI::Option* certificate =
      command.add_option("--ca-cert", certificate_, "The CA's certificate [ca-cert.pem there]")
          ->type_name("FILE");
  command.add_option("--ca-key", key_, "The CA's key [ca-key.pem there]")
      ->type_name("FILE")
      ->needs(certificate);
  command
      .add_option("--ca-passphrase-file", passphrase_file_,
                  "Of an encrypted CA key; else $ASIO_CHAT_CERTS_CA_PASSPHRASE or the terminal")
      ->type_name("FILE");
}

void authority::look_in(const std::string& directory) {
  if (directory_.empty()) directory_ = directory;
}

std::string authority::path(const char* file) const {
  return directory_.empty() || directory_ == "." ? file : (fs::path(directory_) / file).string();
}

std::string authority::certificate_path() const {
  return certificate_.empty() ? path("ca-cert.pem") : certificate_;
}

std::string authority::directory() const {
  const fs::path parent = fs::path(certificate_path()).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string authority::list_path() const {
  return (fs::path(certificate_path()).parent_path() / "ca-crl.pem").string();
}

tls::x509::identity authority::load() const {
  const std::string certificate = certificate_path();
  const std::string key = key_.empty() ? path("ca-key.pem") : key_;
  for (const std::string& file : {certificate, key})
    if (!fs::exists(file))
      throw error(fail(errc::bad_certificate_file,
                       fmt::format("there is no CA to sign it: '{}' is missing (make a CA with "
                                   "`asio-chat-certs ca`, or name one with --ca-dir, or --ca-cert "
                                   "and --ca-key)",
                                   file)));
  auto passphrase =
      tls::passphrase_of_key(
          key, {passphrase_file_, "--ca-passphrase-file", "ASIO_CHAT_CERTS_CA_PASSPHRASE"},
          tls::prompting::once)
          .value();
  auto loaded = tls::x509::load(certificate, key, passphrase);
  tls::wipe(passphrase);
  return std::move(loaded).value();
}

} // namespace asio_chat::certs
