// Identities in files: the parts of issue.hpp that touch the disk.
#include "tls/x509/issue.hpp"

#include "tls/pem.hpp"
#include "tls/secret_file.hpp"
#include "tls/x509/staged_file.hpp"

#include <fmt/format.h>

#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <filesystem>

namespace asio_chat::tls::x509 {

namespace {

// What OWASP asks of PBKDF2 with HMAC-SHA-256 (password storage cheat sheet).
constexpr int key_derivation_rounds = 600'000;
constexpr int salt_bytes = 16;

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

openssl_ptr<X509_SIG, X509_SIG_free> encrypt(PKCS8_PRIV_KEY_INFO* key,
                                             const std::string& passphrase) {
  // The algorithm goes into the result, so it is freed here only if that failed.
  X509_ALGOR* method = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), key_derivation_rounds, nullptr,
                                         salt_bytes, nullptr, NID_hmacWithSHA256);
  if (method == nullptr) return nullptr;
  X509_SIG* encrypted =
      PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), key, method);
  if (encrypted == nullptr) X509_ALGOR_free(method);
  return openssl_ptr<X509_SIG, X509_SIG_free>(encrypted);
}

/// Empty if OpenSSL fails.
std::string key_pem(EVP_PKEY* key, const std::string& passphrase) {
  const openssl_ptr<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> plain(EVP_PKEY2PKCS8(key));
  const bio_ptr bio(BIO_new(BIO_s_secmem())); // overwritten when it is freed
  if (!plain || !bio) return {};
  if (passphrase.empty()) {
    if (PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio.get(), plain.get()) != 1) return {};
    return drain(bio.get());
  }
  const auto encrypted = encrypt(plain.get(), passphrase);
  if (!encrypted || PEM_write_bio_PKCS8(bio.get(), encrypted.get()) != 1) return {};
  return drain(bio.get());
}

std::string certificate_pem(X509* certificate) {
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) return {};
  return drain(bio.get());
}

bool is_there(const std::string& path) {
  std::error_code ec;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ec));
}

} // namespace

result<identity> load(const std::string& certificate_path, const std::string& key_path,
                      const std::string& passphrase) {
  auto certificates = read_certificates(certificate_path, "the certificate file");
  if (!certificates) return certificates.error();
  auto key = read_private_key(key_path, passphrase);
  if (!key) return key.error();
  auto pair = check_pair(certificates->front().get(), certificate_path, key->get(), key_path);
  if (!pair) return pair.error();
  return identity{std::move(*key), std::move(certificates->front())};
}

result<void> save(const identity& what, const std::string& certificate_path,
                  const std::string& key_path, const save_options& options) {
  const error_queue_scope queue;
  if (!options.force)
    for (const std::string& path : {key_path, certificate_path})
      if (is_there(path)) return already_there(path);

  const std::string certificate_text = certificate_pem(what.certificate.get());
  std::string key_text = key_pem(what.key.get(), options.passphrase);
  if (certificate_text.empty() || key_text.empty())
    return fail(errc::bad_setting, fmt::format("OpenSSL failed to encode what '{}' and '{}' were "
                                               "to hold",
                                               certificate_path, key_path));
  auto key_file = staged_file::write(key_path, key_text, 0600);
  wipe(key_text);
  if (!key_file) return key_file.error();
  auto certificate_file = staged_file::write(certificate_path, certificate_text, 0644);
  if (!certificate_file) return certificate_file.error();

  auto key_out = key_file->publish(options.force);
  if (!key_out) return key_out;
  auto certificate_out = certificate_file->publish(options.force);
  if (!certificate_out && !options.force) key_file->withdraw();
  return certificate_out;
}

} // namespace asio_chat::tls::x509
