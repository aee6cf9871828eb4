#include <asio_chat/tls/peer.hpp>

#include "base/sanitize.hpp"
#include "tls/openssl_ptr.hpp"
#include "tls/refusal.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/proverr.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace asio_chat::tls {

namespace {

struct alert {
  int reason;
  std::string_view name;    ///< as RFC 8446, 6 writes it
  std::string_view meaning; ///< after `the client …`
};

constexpr std::array alerts{
    alert{SSL_R_TLSV1_ALERT_UNKNOWN_CA, "unknown ca", "does not trust our certificate"},
    alert{SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "bad certificate", "refuses our certificate"},
    alert{SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, "unsupported certificate",
          "has no use for our kind of certificate"},
    alert{SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "certificate expired",
          "refuses our certificate as expired"},
    alert{SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "certificate revoked",
          "refuses our certificate as revoked"},
    alert{SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "certificate unknown",
          "does not accept our certificate"},
    alert{SSL_R_TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE, "bad certificate status response",
          "refuses our certificate for what its OCSP response says, or for want of one"},
    alert{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "certificate required",
          "asks for a certificate, and none was shown"},
    alert{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "protocol version",
          "speaks none of our TLS versions"},
    alert{SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "handshake failure",
          "found no common ground: cipher suites, or a certificate that is missing"},
    alert{SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY, "insufficient security",
          "asks for stronger cipher suites"},
    alert{SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, "no application protocol",
          "speaks none of our protocols (ALPN)"},
    alert{SSL_R_TLSV1_ALERT_ACCESS_DENIED, "access denied", "denies access"},
    alert{SSL_R_TLSV1_ALERT_DECRYPT_ERROR, "decrypt error", "refuses our signature"},
    alert{SSL_R_TLSV1_ALERT_USER_CANCELLED, "user canceled", "gave up"},
    alert{SSL_R_TLSV1_ALERT_INTERNAL_ERROR, "internal error", "failed on its own side"},
    alert{SSL_R_SSLV3_ALERT_UNEXPECTED_MESSAGE, "unexpected message",
          "got a message that it does not expect"},
    alert{SSL_R_SSLV3_ALERT_BAD_RECORD_MAC, "bad record mac",
          "got a record that was changed on its way"},
    alert{SSL_R_TLSV1_ALERT_RECORD_OVERFLOW, "record overflow", "got a record that is too long"},
    alert{SSL_R_TLSV1_ALERT_DECODE_ERROR, "decode error", "cannot decode our message"},
    alert{SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER, "illegal parameter",
          "takes a value of ours for impossible"},
};

/// Seen from the end that `ssl` is.
std::string_view peer_of(SSL* ssl) {
  return ssl != nullptr && SSL_is_server(ssl) == 1 ? "client" : "server";
}

/// As OpenSSL packs library and reason.
unsigned long packed(const error_code& error) {
  return static_cast<unsigned int>(error.value());
}

bool is_of_ssl(const error_code& error) {
  return error.category() == boost::asio::error::get_ssl_category() &&
         ERR_GET_LIB(packed(error)) == ERR_LIB_SSL;
}

std::string refused_peer(std::string_view peer, SSL* ssl) {
  const long verdict = ssl != nullptr ? SSL_get_verify_result(ssl) : X509_V_OK;
  if (verdict == X509_V_OK) return fmt::format("the {}'s certificate was refused", peer);
  return fmt::format("the {}'s certificate {}", peer, trust_phrase(static_cast<int>(verdict)));
}

std::string of_tls(int reason, std::string_view peer, SSL* ssl) {
  switch (reason) {
  case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    return fmt::format("the {} showed no certificate", peer);
  case SSL_R_CERTIFICATE_VERIFY_FAILED:
    return refused_peer(peer, ssl);
  case SSL_R_UNSUPPORTED_PROTOCOL:
  case SSL_R_VERSION_TOO_LOW:
  case SSL_R_VERSION_TOO_HIGH:
  case SSL_R_UNKNOWN_PROTOCOL:
    return "no shared TLS version";
  case SSL_R_NO_SHARED_CIPHER:
    return "no shared cipher suite";
  case SSL_R_NO_SHARED_GROUPS:
  case SSL_R_NO_SUITABLE_GROUPS:
  case SSL_R_NO_SUITABLE_KEY_SHARE:
    return "no shared key agreement group";
  case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
  case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    return "no shared signature algorithm";
  case SSL_R_NO_APPLICATION_PROTOCOL:
    return fmt::format("the {} offers none of our protocols (ALPN)", peer);
  case SSL_R_HTTP_REQUEST:
    return "not TLS: an HTTP request";
  case SSL_R_HTTPS_PROXY_REQUEST:
    return "not TLS: an HTTP proxy request";
  case SSL_R_WRONG_VERSION_NUMBER:
  case SSL_R_NOT_ON_RECORD_BOUNDARY:
  case SSL_R_BAD_RECORD_TYPE:
  case SSL_R_RECORD_TOO_SMALL:
    return "not TLS";
  case SSL_R_UNEXPECTED_EOF_WHILE_READING:
    return "connection closed during the handshake";
  case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    return fmt::format("a record of the {} was changed on its way, or is none (bad record MAC)",
                       peer);
  default:
    break;
  }
  const auto* known = std::find_if(alerts.begin(), alerts.end(),
                                   [reason](const alert& a) { return a.reason == reason; });
  if (known == alerts.end()) return {};
  return fmt::format("the {} {} (alert: {})", peer, known->meaning, known->name);
}

/// In TLS 1.2 the cipher itself says first that a record does not authenticate.
bool is_bad_record(const error_code& error) {
  return ERR_GET_LIB(packed(error)) == ERR_LIB_PROV &&
         ERR_GET_REASON(packed(error)) == PROV_R_CIPHER_OPERATION_FAILED;
}

std::string phrase_of(const error_code& error, SSL* ssl) {
  if (error.category() != boost::asio::error::get_ssl_category()) return error.message();
  std::string phrase;
  if (is_of_ssl(error)) phrase = of_tls(ERR_GET_REASON(packed(error)), peer_of(ssl), ssl);
  if (is_bad_record(error))
    phrase = of_tls(SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, peer_of(ssl), ssl);
  if (!phrase.empty()) return phrase;
  const char* reason = ERR_reason_error_string(packed(error));
  return fmt::format("TLS failed: {}", reason != nullptr ? reason : "for no reason known");
}

bool means_closed(const error_code& error) {
  namespace asio = boost::asio;
  return error == asio::ssl::error::stream_truncated || error == asio::error::eof ||
         error == asio::error::connection_reset || error == asio::error::broken_pipe ||
         error == asio::error::connection_aborted;
}

} // namespace

tls_info describe_session(SSL* ssl) {
  const error_queue_scope queue;
  tls_info info;
  info.version = SSL_get_version(ssl);
  if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl)) {
    const char* name = SSL_CIPHER_standard_name(cipher);
    info.cipher_suite = name != nullptr ? name : SSL_CIPHER_get_name(cipher);
  }
  if (const int group = static_cast<int>(SSL_get_negotiated_group(ssl)); group > 0) {
    if (const char* name = SSL_group_to_name(ssl, group)) info.group = name;
  }
  const unsigned char* alpn = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &length);
  if (length != 0) info.alpn = sanitize_to_ascii({reinterpret_cast<const char*>(alpn), length});
  if (X509* peer = SSL_get0_peer_certificate(ssl)) info.peer_subject = describe(peer).subject;
  return info;
}

std::string handshake_failure_reason(const error_code& error, SSL* ssl) {
  if (const std::string* ours = refusal_of(ssl)) return *ours;
  if (means_closed(error)) return "connection closed during the handshake";
  if (error == boost::asio::error::operation_aborted) return "given up during the handshake";
  return phrase_of(error, ssl);
}

std::string connection_failure_reason(const error_code& error, SSL* ssl) {
  if (is_of_ssl(error)) {
    switch (ERR_GET_REASON(packed(error))) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_UNEXPECTED_RECORD:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
    case SSL_R_DATA_LENGTH_TOO_LONG:
      return fmt::format("the {} sent what is no record of this connection", peer_of(ssl));
    default:
      break;
    }
  }
  return phrase_of(error, ssl);
}

bool has_received(const SSL* ssl) noexcept {
  return ssl != nullptr && BIO_number_read(SSL_get_rbio(ssl)) != 0;
}

} // namespace asio_chat::tls
