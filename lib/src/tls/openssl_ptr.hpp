// OpenSSL's objects with owners, and text into and out of them.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace asio_chat::tls {

template <auto Free>
struct openssl_deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

template <class T, auto Free>
using openssl_ptr = std::unique_ptr<T, openssl_deleter<Free>>;

using bio_ptr = openssl_ptr<BIO, BIO_free_all>;
using key_ptr = openssl_ptr<EVP_PKEY, EVP_PKEY_free>;
using certificate_ptr = openssl_ptr<X509, X509_free>;

inline bio_ptr memory_bio() {
  return bio_ptr(BIO_new(BIO_s_mem()));
}

/// Everything that was written.
inline std::string drain(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

/// Reads a text that must outlive it.
inline bio_ptr reader(std::string_view text) {
  return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// A callback for readers of PEM: without one OpenSSL would ask at the terminal for the passphrase
/// of any encrypted block.
inline int refuse_passphrase(char*, int, int, void*) noexcept {
  return -1;
}

/// OpenSSL's error queue belongs to the thread, so what one call leaves there looks like the
/// failure of the next one, on whichever connection. Code that calls OpenSSL outside Asio's engine
/// holds one of these: the queue is empty before and after.
class error_queue_scope {
 public:
  error_queue_scope() noexcept { ERR_clear_error(); }
  ~error_queue_scope() { ERR_clear_error(); }
  error_queue_scope(const error_queue_scope&) = delete;
  error_queue_scope& operator=(const error_queue_scope&) = delete;
};

} // namespace asio_chat::tls
