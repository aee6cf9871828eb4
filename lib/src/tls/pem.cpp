#include "tls/pem.hpp"

#include "tls/file.hpp"

#include <fmt/format.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string_view>

namespace asio_chat::tls {

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

template <auto Read, auto Free>
bool is_der_of(const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  auto* read = Read(nullptr, &bytes, static_cast<long>(text.size()));
  if (read == nullptr) return false;
  Free(read);
  return true;
}

/// Of bytes that begin like DER.
std::string what_der_it_is(const std::string& text) {
  const error_queue_scope queue;
  if (is_der_of<d2i_PKCS12, PKCS12_free>(text))
    return "it is PKCS#12, not PEM (`openssl pkcs12 -noenc -in OLD -out NEW.pem` turns it, "
           "certificate and key in one file)";
  if (is_der_of<d2i_PKCS7, PKCS7_free>(text))
    return "it is PKCS#7, not PEM (`openssl pkcs7 -inform der -print_certs -in OLD -out NEW.pem` "
           "turns it)";
  return "it is DER, not PEM (`openssl x509 -inform der` or `openssl pkey -inform der` turn it)";
}

/// What a file is that holds no certificate, or no key.
std::string what_it_is_instead(const std::string& text) {
  if (text.empty()) return "it is empty";
  if (has(text, "-----BEGIN OPENSSH PRIVATE KEY-----"))
    return "it holds a key in OpenSSH's own form, which no certificate is made for";
  if (has(text, "PRIVATE KEY-----")) return "it holds a private key";
  if (has(text, "-----BEGIN CERTIFICATE REQUEST-----"))
    return "it holds a request for a certificate, which a CA has yet to sign";
  if (has(text, "-----BEGIN CERTIFICATE-----")) return "it holds a certificate";
  if (has(text, "-----BEGIN PKCS7-----"))
    return "it is PKCS#7 (`openssl pkcs7 -print_certs -in OLD -out NEW.pem` takes the certificates "
           "out of it)";
  if (has(text, "-----BEGIN ")) return "it holds PEM of another kind";
  if (text.front() == '\x30') return what_der_it_is(text);
  return "it is not PEM";
}

struct asked_passphrase {
  const std::string& passphrase;
  bool asked = false;
};

int give_passphrase(char* buffer, int size, int /*for writing*/, void* user) {
  auto& answer = *static_cast<asked_passphrase*>(user);
  answer.asked = true;
  const auto length = static_cast<int>(
      std::min(answer.passphrase.size(), static_cast<std::size_t>(std::max(size, 0))));
  if (length == 0) return -1;
  std::memcpy(buffer, answer.passphrase.data(), static_cast<std::size_t>(length));
  return length;
}

} // namespace

std::string file_called(const std::string& what, const std::string& path) {
  return fmt::format("{} '{}'", what, path);
}

result<std::vector<certificate_ptr>> read_certificates(const std::string& path,
                                                       const std::string& what) {
  auto text = read_file(path, what);
  if (!text) return text.error();
  auto found = parse_certificates(*text, file_called(what, path));
  wipe(*text); // a key may stand next to the certificate
  return found;
}

result<std::vector<certificate_ptr>> parse_certificates(const std::string& text,
                                                        const std::string& where) {
  const error_queue_scope queue;
  const bio_ptr bio = reader(text);
  std::vector<certificate_ptr> found;
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr))
    found.emplace_back(next);
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return fail(errc::bad_certificate_file,
                fmt::format("{} is damaged: its certificate number {} cannot be decoded", where,
                            found.size() + 1));
  // Left out without a word it would be missing, and taken without its settings trusted too far.
  if (has(text, "-----BEGIN TRUSTED CERTIFICATE-----"))
    return fail(errc::bad_certificate_file,
                fmt::format("{} holds a TRUSTED CERTIFICATE, which is OpenSSL's own form with "
                            "trust settings (`openssl x509 -in OLD -out NEW.pem` makes a plain one "
                            "of it)",
                            where));
  if (found.empty())
    return fail(
        errc::bad_certificate_file,
        fmt::format("{} holds no certificate: {}", where,
                    has(text, "-----BEGIN CERTIFICATE-----") ? "" : what_it_is_instead(text)));
  return found;
}

result<std::vector<certificate_ptr>> read_trust_anchors(const std::string& path,
                                                        const std::string& what) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (!fs::is_directory(path, ec)) return read_certificates(path, what);

  std::vector<std::string> files;
  for (fs::directory_iterator entry(path, ec), end; !ec && entry != end; entry.increment(ec)) {
    const std::string extension = entry->path().extension().string();
    if (extension == ".pem" || extension == ".crt" || extension == ".cer")
      files.push_back(entry->path().string());
  }
  if (ec)
    return fail(errc::bad_certificate_file,
                fmt::format("the directory '{}' cannot be read: {}", path, ec.message()));
  if (files.empty())
    return fail(
        errc::bad_certificate_file,
        fmt::format("{} '{}' is a directory without a *.pem, *.crt or *.cer file", what, path));
  std::sort(files.begin(), files.end());
  std::vector<certificate_ptr> all;
  for (const std::string& name : files) {
    auto some = read_certificates(name, what);
    if (!some) return some;
    std::move(some->begin(), some->end(), std::back_inserter(all));
  }
  return all;
}

result<bool> key_is_encrypted(const std::string& path) {
  auto text = read_secret_file(path, "the private key file");
  if (!text) return text.error();
  const bool encrypted =
      has(*text, "BEGIN ENCRYPTED PRIVATE KEY") || has(*text, "Proc-Type: 4,ENCRYPTED");
  wipe(*text);
  return encrypted;
}

result<key_ptr> read_private_key(const std::string& path, const std::string& passphrase) {
  constexpr const char* what = "the private key file";
  auto text = read_secret_file(path, what);
  if (!text) return text.error();
  auto key = parse_private_key(*text, passphrase, file_called(what, path));
  wipe(*text);
  return key;
}

result<key_ptr> parse_private_key(const std::string& text, const std::string& passphrase,
                                  const std::string& where) {
  const error_queue_scope queue;
  asked_passphrase answer{passphrase};
  const bio_ptr bio = reader(text);
  key_ptr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &answer));
  if (key) return key;

  const auto refuse = [&](const std::string& why) {
    return fail(errc::bad_certificate_file, fmt::format("{} {}", where, why));
  };
  if (answer.asked && passphrase.empty())
    return refuse("is encrypted, and no passphrase was given for it");
  if (answer.asked) return refuse("is encrypted, and the passphrase given does not open it");
  if (has(text, "PRIVATE KEY-----") && !has(text, "OPENSSH"))
    return refuse("is damaged: its private key cannot be decoded");
  return refuse("holds no private key: " + what_it_is_instead(text));
}

result<void> check_pair(X509* certificate, const std::string& certificate_where, EVP_PKEY* key,
                        const std::string& key_where) {
  const error_queue_scope queue;
  if (X509_check_private_key(certificate, key) == 1) return {};
  return fail(errc::bad_certificate_file,
              fmt::format("{} does not belong to {}: they hold different keys", key_where,
                          certificate_where));
}

} // namespace asio_chat::tls
