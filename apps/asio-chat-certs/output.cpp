#include "output.hpp"

#include "tls/key_passphrase.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace asio_chat::certs {

namespace fs = std::filesystem;

namespace {

error no_directory(const std::string& path, const std::error_code& why) {
  return error(fail(errc::bad_setting,
                    fmt::format("the directory '{}' cannot be made: {}", path, why.message())));
}

/// A directory, and those above it. What was missing is taken back if nothing comes into it.
class new_directory {
 public:
  explicit new_directory(const std::string& path)
      : path_(path) {
    std::error_code ec;
    for (fs::path p = path; !p.empty() && !fs::exists(p, ec); p = p.parent_path())
      missing_.push_back(p);
  }
  ~new_directory() {
    for (const fs::path& p : missing_)
      ::rmdir(p.c_str()); // refused where something is inside
  }
  new_directory(const new_directory&) = delete;
  new_directory& operator=(const new_directory&) = delete;

  void make() const {
    std::error_code ec;
    fs::create_directories(path_, ec);
    if (ec) throw no_directory(path_, ec);
  }

 private:
  std::string path_;
  std::vector<fs::path> missing_; ///< the innermost first
};

} // namespace

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

void output::check(const std::vector<file_pair>& files) const {
  std::error_code ec;
  fs::path there = directory_;
  while (!there.empty() && !fs::exists(there, ec))
    there = there.parent_path();
  if (!there.empty() && !fs::is_directory(there, ec))
    throw no_directory(directory_, std::make_error_code(std::errc::not_a_directory));
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
  new_directory directory(directory_);
  directory.make();
  tls::x509::save(what, path(files.certificate), path(files.key), options).value();
  fmt::print("Generated {} and {} successfully\n", path(files.key), path(files.certificate));
}

} // namespace asio_chat::certs
