#include "certificate_text.hpp"

#include "base/sanitize.hpp"
#include "tls/openssl_ptr.hpp"

#include <openssl/pem.h>

namespace asio_chat::certs {

std::string pem_of(X509* certificate) {
  const tls::error_queue_scope queue;
  const tls::bio_ptr bio = tls::memory_bio();
  PEM_write_bio_X509(bio.get(), certificate);
  return tls::drain(bio.get());
}

std::string structure_of(X509* certificate) {
  const tls::error_queue_scope queue;
  const tls::bio_ptr bio = tls::memory_bio();
  X509_print_ex(bio.get(), certificate, XN_FLAG_RFC2253, 0);
  return sanitize_bytes_for_terminal(tls::drain(bio.get())); // OpenSSL prints some as they are
}

std::string structure_of(X509_CRL* list) {
  const tls::error_queue_scope queue;
  const tls::bio_ptr bio = tls::memory_bio();
  X509_CRL_print_ex(bio.get(), list, XN_FLAG_RFC2253);
  return sanitize_bytes_for_terminal(tls::drain(bio.get()));
}

} // namespace asio_chat::certs
