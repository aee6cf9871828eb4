#include "output.hpp"

#include "tls/key_passphrase.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

namespace asio_chat::certs {

namespace fs = std::filesystem;

output::output(CLI::App& command, int default_days)
    : days_(default_days) {
  command.add_option("--out", directory_, "Directory to write to, made if it is missing")
      ->type_name("DIR")
      ->capture_default_str();
  command.add_option("--days", days_, "How long the certificate is valid")
      ->type_name("DAYS")
      ->capture_default_str();
  command.add_option("--key", kind_, "Kind of key")
      ->check(CLI::IsMember({"ecdsa", "rsa", "ed25519"}))
      ->type_name("KIND")
      ->capture_default_str();
  command.add_option("--bits", bits_, "Size of an RSA key")
      ->type_name("BITS")
      ->capture_default_str();
  command.add_flag("--force", force_, "Overwrite files that are there");
  CLI::Option* encrypt = command.add_flag("--encrypt-key", encrypt_,
                                          "Encrypt the key with a passphrase: from the file below, "
                                          "$ASIO_CHAT_CERTS_PASSPHRASE, or the terminal");
  command.add_option("--passphrase-file", passphrase_file_, "The passphrase is its first line")
      ->type_name("FILE")
      ->needs(encrypt);
}

tls::x509::request output::request() const {
  using tls::x509::key_kind;
  tls::x509::request what;
  what.kind = kind_ == "rsa"       ? key_kind::rsa
              : kind_ == "ed25519" ? key_kind::ed25519
                                   : key_kind::ecdsa_p256;
  what.rsa_bits = bits_;
  what.days = days_;
  return what;
}

std::string output::path(const std::string& file) const {
  return directory_ == "." ? file : (fs::path(directory_) / file).string();
}

void output::prepare(const std::vector<file_pair>& files) const {
  std::error_code ec;
  fs::create_directories(directory_, ec);
  if (ec)
    throw error(fail(errc::bad_setting, fmt::format("the directory '{}' cannot be made: {}",
                                                    directory_, ec.message())));
  if (force_) return;
  for (const file_pair& pair : files)
    for (const std::string& file : {pair.key, pair.certificate})
      if (fs::exists(fs::symlink_status(path(file), ec)))
        throw error(fail(errc::bad_setting,
                         fmt::format("'{}' is there already; nothing was written (--force "
                                     "overwrites it)",
                                     path(file))));
}

void output::write(const tls::x509::identity& what, const file_pair& files) {
  if (encrypt_ && passphrase_.empty())
    passphrase_ = tls::obtain_passphrase(
                      {passphrase_file_, "--passphrase-file", "ASIO_CHAT_CERTS_PASSPHRASE"},
                      "Passphrase for the new key: ", tls::prompting::twice)
                      .value();
  tls::x509::save_options options;
  options.force = force_;
  options.passphrase = passphrase_;
  tls::x509::save(what, path(files.certificate), path(files.key), options).value();
  fmt::print("Generated {} and {} successfully\n", path(files.key), path(files.certificate));
}

} // namespace asio_chat::certs
