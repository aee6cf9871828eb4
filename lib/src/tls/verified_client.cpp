#include "tls/verified_client.hpp"

#include "tls/openssl_ptr.hpp"
#include "tls/pin.hpp"

#include <openssl/objects.h>
#include <openssl/x509.h>

namespace asio_chat::tls {

namespace {

std::string text_of(const ASN1_STRING* text) {
  unsigned char* data = nullptr;
  const int length = ASN1_STRING_to_UTF8(&data, text);
  if (length < 0) return {};
  std::string utf8(reinterpret_cast<const char*>(data), static_cast<std::size_t>(length));
  OPENSSL_free(data);
  return utf8;
}

} // namespace

std::optional<verified_client> verified_client_of(SSL* session) {
  const error_queue_scope queue;
  const X509* shown = SSL_get0_peer_certificate(session);
  if (shown == nullptr || SSL_get_verify_result(session) != X509_V_OK ||
      SSL_get0_verified_chain(session) == nullptr)
    return {};
  const auto key = key_of(shown);
  if (!key) return {};
  verified_client client{*key};
  const X509_NAME* subject = X509_get_subject_name(shown);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
    client.common_names.push_back(
        text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  return client;
}

} // namespace asio_chat::tls
