// Identities in files: the parts of issue.hpp that touch the disk.
#include "tls/x509/issue.hpp"

#include "base/atomic_file.hpp"
#include "tls/file.hpp"
#include "tls/openssl_ptr.hpp"
#include "tls/pem.hpp"

#include <fmt/format.h>

#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <filesystem>
#include <iterator>

namespace asio_chat::tls::x509 {

namespace {

// What OWASP asks of PBKDF2 with HMAC-SHA-256 (password storage cheat sheet).
constexpr int key_derivation_rounds = 600'000;
constexpr int salt_bytes = 16;

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

/// Empty if OpenSSL fails.
std::string certificate_pem(const identity& what) {
  const bio_ptr bio = memory_bio();
  bool written = bio && PEM_write_bio_X509(bio.get(), what.certificate.get()) == 1;
  for (const certificate_ptr& next : what.chain)
    written = written && PEM_write_bio_X509(bio.get(), next.get()) == 1;
  return written ? drain(bio.get()) : "";
}

failure cannot_encode(const std::string& path) {
  return fail(errc::bad_setting,
              fmt::format("OpenSSL failed to encode what '{}' was to hold", path));
}

existing in_the_way(const save_options& options) {
  return options.force ? existing::replaced : existing::refused;
}

result<atomic_file> write_certificate(const identity& what, const std::string& path,
                                      const save_options& options) {
  const std::string text = certificate_pem(what);
  if (text.empty()) return cannot_encode(path);
  return atomic_file::make(path, in_the_way(options), text);
}

result<void> keep(const std::string& path, const save_options& options) {
  return options.keep_old && is_there(path) ? keep_as_old(path) : result<void>();
}

} // namespace

result<identity> load(const std::string& certificate_path, const std::string& key_path,
                      const std::string& passphrase) {
  auto certificates = read_certificates(certificate_path, "the certificate file");
  if (!certificates) return certificates.error();
  auto key = read_private_key(key_path, passphrase);
  if (!key) return key.error();
  auto pair =
      check_pair(certificates->front().get(), file_called("the certificate file", certificate_path),
                 key->get(), file_called("the private key file", key_path));
  if (!pair) return pair.error();
  identity loaded{std::move(*key), std::move(certificates->front())};
  loaded.chain.assign(std::make_move_iterator(certificates->begin() + 1),
                      std::make_move_iterator(certificates->end()));
  return loaded;
}

result<void> save(const identity& what, const std::string& certificate_path,
                  const std::string& key_path, const save_options& options) {
  const error_queue_scope queue;
  std::string key_text = key_pem(what.key.get(), options.passphrase);
  if (key_text.empty()) return cannot_encode(key_path);
  auto key_file = atomic_file::make(key_path, in_the_way(options), key_text);
  wipe(key_text);
  if (!key_file) return key_file.error();
  auto certificate_file = write_certificate(what, certificate_path, options);
  if (!certificate_file) return certificate_file.error();

  for (const std::string& path : {key_path, certificate_path}) {
    auto kept = keep(path, options);
    if (!kept) return kept;
  }
  auto key_out = key_file->publish(0600);
  if (!key_out) return key_out;
  auto certificate_out = certificate_file->publish(0644);
  std::error_code ignored;
  if (!certificate_out && !options.force) std::filesystem::remove(key_path, ignored);
  return certificate_out;
}

result<void> save_certificate(const identity& what, const std::string& path,
                              const save_options& options) {
  const error_queue_scope queue;
  auto file = write_certificate(what, path, options);
  if (!file) return file.error();
  auto kept = keep(path, options);
  if (!kept) return kept;
  return file->publish(0644);
}

} // namespace asio_chat::tls::x509
