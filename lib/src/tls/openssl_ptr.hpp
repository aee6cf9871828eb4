// OpenSSL's objects with owners.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

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
