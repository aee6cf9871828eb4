// renew: a certificate anew, before it is over.
#include "authority.hpp"
#include "commands.hpp"

#include "base/file.hpp"
#include "tls/file.hpp"
#include "tls/key_passphrase.hpp"
#include "tls/pem.hpp"
#include "tls/x509/renew.hpp"
#include "tls/x509/revocation_list.hpp"
#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <optional>

namespace asio_chat::certs {

namespace {

namespace x509 = tls::x509;

constexpr const char* footer =
    R"(The new certificate has the subject, the names, the purpose and, unless --new-key
is given, the key of the old one, so that pins and the key's file stay as they are.
What was there before is kept as FILE.old (with --new-key the key, too) until the
next renewal; --new-key writes a key of the same kind, encrypted if the old one is.)";

/// Where its key is, by the names that this program gives; else empty.
std::string key_path_of(const std::string& certificate_path) {
  for (const auto& [end, instead] : {std::pair{"-cert.pem", "-key.pem"}, std::pair{".crt", ".key"}})
    if (certificate_path.ends_with(end))
      return certificate_path.substr(0, certificate_path.size() - std::string_view(end).size()) +
             instead;
  return {};
}

class renew_command {
 public:
  explicit renew_command(CLI::App& command)
      : ca_(command, "the certificate's directory") {
    command.add_option("CERTIFICATE", path_, "The certificate, a PEM file, which is replaced")
        ->required()
        ->type_name("FILE");
    command.add_option("--days", days_, "How long the new one is valid [as long as the old one]")
        ->type_name("DAYS");
    command.add_flag("--new-key", new_key_, "Make a new key, too");
    command
        .add_option("--key-file", key_path_,
                    "The certificate's key [X-key.pem for X-cert.pem, X.key for X.crt]")
        ->type_name("FILE");
    command
        .add_option("--passphrase-file", passphrase_file_,
                    "Of an encrypted key; else $ASIO_CHAT_CERTS_PASSPHRASE or the terminal")
        ->type_name("FILE");
    command.footer(footer);
  }

  void run() {
    ca_.look_in(std::filesystem::path(path_).parent_path().string());
    // What is renewed must not be revoked meanwhile.
    const auto turn = lock_directory(ca_.directory(), "the CA's directory").value();
    refuse_a_key_inside();
    x509::identity subject;
    auto all = tls::read_certificates(path_, "the certificate file").value();
    subject.certificate = std::move(all.front());
    subject.chain.assign(std::make_move_iterator(all.begin() + 1),
                         std::make_move_iterator(all.end()));
    X509* old = subject.certificate.get();
    const auto before = tls::describe(old);
    const bool self_signed = x509::is_self_signed(old);
    if (before.ca && new_key_)
      throw error(fail(errc::bad_setting,
                       fmt::format("'{}' is a CA, and with a new key it would be another one: make "
                                   "one with `asio-chat-certs ca`",
                                   path_)));

    std::optional<x509::identity> issuer;
    if (!self_signed) issuer = load_issuer(old);
    std::string passphrase;
    if (self_signed || new_key_) subject.key = load_key(old, passphrase);
    if (new_key_) subject.key = x509::make_key_like(subject.key.get()).value();
    EVP_PKEY* key = subject.key ? subject.key.get() : X509_get0_pubkey(old);
    subject.certificate =
        x509::renew(old, key, issuer ? &*issuer : nullptr, days_.value_or(x509::days_of(old)))
            .value();
    write(subject, passphrase);
    tls::wipe(passphrase);
    report(before, tls::describe(subject.certificate.get()));
  }

 private:
  /// It would be lost.
  void refuse_a_key_inside() const {
    auto text = tls::read_file(path_, "the certificate file").value();
    const bool inside = text.find("PRIVATE KEY-----") != std::string::npos;
    tls::wipe(text);
    if (inside)
      throw error(fail(errc::bad_certificate_file,
                       fmt::format("'{}' holds a private key: the file is to be replaced, so its "
                                   "key belongs into a file of its own",
                                   path_)));
  }

  x509::identity load_issuer(X509* old) {
    auto issuer = ca_.load();
    x509::check_issued_by(issuer.certificate.get(), old, path_).value();
    refuse_a_revoked_one(old, issuer.certificate.get());
    return issuer;
  }

  void refuse_a_revoked_one(X509* old, X509* ca) const {
    const std::string path = ca_.list_path();
    std::error_code ec;
    if (!std::filesystem::exists(path, ec)) return;
    const auto list = x509::revocation_list::read(path, ca).value();
    const auto entry = list.find(tls::describe(old).serial);
    if (entry)
      throw error(fail(errc::bad_setting,
                       fmt::format("'{}' was revoked on {} (by {}): it is not renewed; issue "
                                   "another one with a key of its own",
                                   path_, tls::time_text(entry->when), path)));
  }

  tls::key_ptr load_key(X509* old, std::string& passphrase) {
    if (key_path_.empty()) key_path_ = key_path_of(path_);
    if (key_path_.empty())
      throw CLI::RequiredError(
          fmt::format("--key-file, which says where the key of {} is,", path_));
    passphrase =
        tls::passphrase_of_key(
            key_path_, {passphrase_file_, "--passphrase-file", "ASIO_CHAT_CERTS_PASSPHRASE"},
            tls::prompting::once)
            .value();
    auto key = tls::read_private_key(key_path_, passphrase).value();
    tls::check_pair(old, tls::file_called("the certificate file", path_), key.get(),
                    tls::file_called("the private key file", key_path_))
        .value();
    return key;
  }

  void write(const x509::identity& renewed, const std::string& passphrase) const {
    x509::save_options options;
    options.force = true;
    options.keep_old = true;
    options.passphrase = passphrase;
    if (new_key_) return x509::save(renewed, path_, key_path_, options).value();
    x509::save_certificate(renewed, path_, options).value();
  }

  void report(const tls::certificate_info& before, const tls::certificate_info& now) const {
    fmt::print("Renewed {} ({}): serial {}, valid until {}\n", path_, now.subject, now.serial,
               tls::time_text(now.not_after));
    fmt::print("The previous one is {}.old: serial {}, valid until {}\n", path_, before.serial,
               tls::time_text(before.not_after));
    if (new_key_)
      fmt::print(
          "{} is a new key (the previous one is {}.old): pins of the old key no longer match\n",
          key_path_, key_path_);
    if (before.self_issued)
      fmt::print("It is self-signed: give it to everyone who trusts the previous one\n");
  }

  authority ca_;
  std::string path_;
  std::optional<int> days_;
  bool new_key_ = false;
  std::string key_path_;
  std::string passphrase_file_;
};

} // namespace

void add_renew_command(CLI::App& program) {
  add_command<renew_command>(program, "renew", "Renews a certificate before it expires");
}

} // namespace asio_chat::certs
