// What the two ends of a TLS connection are told: files, names, trust.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace asio_chat {

/// The ALPN name of the native protocol.
inline constexpr char native_alpn[] = "asio-chat/1";

/// Whether a server asks its clients for a certificate.
enum class client_certificates {
  none,     ///< does not ask
  optional, ///< asks; a client that shows one must show a good one
  required, ///< refuses clients that show none
};

enum class tls_version { tls_1_2, tls_1_3 };

/// What is spoken. The strings are OpenSSL's own (`openssl ciphers`); empty ones stand for the
/// defaults, which `asio-chatd tls` shows. What has no forward secrecy or no authenticated
/// encryption is refused in any case.
struct tls_posture {
  tls_version minimum = tls_version::tls_1_2;
  std::string ciphers = {};      ///< TLS 1.2, e.g. `ECDHE+AESGCM:DHE+AESGCM`
  std::string ciphersuites = {}; ///< TLS 1.3, e.g. `TLS_AES_256_GCM_SHA384`
  std::string groups = {};       ///< key agreement, e.g. `X25519:P-256`
  /// A server's session tickets. A resumed session skips the certificates, so they are refused
  /// where clients are asked for them. Their keys are thrown away within the hour.
  bool tickets = false;
};

/// All files are PEM, if nothing else is said.
struct tls_server_config {
  std::string certificate_file; ///< the server's certificate, then its intermediates
  std::string private_key_file;
  std::string private_key_passphrase; ///< of an encrypted key; empty for none
  /// What the CA's OCSP responder says about the certificate, in DER, to be handed out with it
  /// (RFC 6066, 8). It is checked against the issuer, which must be in the certificate file, too.
  /// Once it is out of date it is not sent any more.
  std::string ocsp_response_file;
  /// Instead of the file: the responder that a `server` itself asks, and asks again in time.
  /// `http://HOST[:PORT][/PATH]`, or `auto` for the one that the certificate names.
  std::string ocsp_responder;
  std::string client_ca_file; ///< CAs or single certificates that clients are trusted by
  client_certificates clients = client_certificates::none;
  /// The ALPN name of what is spoken: a client that offers names must offer this one. Empty: no
  /// ALPN; for servers that are no chat.
  std::string alpn = native_alpn;
  /// Revocation lists of those CAs, of which each must have one. Given, each certificate of a
  /// client's chain up to such a CA must be covered by one that holds now (RFC 5280, 5).
  std::string client_crl_file;
  /// Certificates that are refused, whatever CA issued them: a SHA-256 fingerprint on each line,
  /// as `asio-chat-certs show` prints it; `#` begins a comment.
  std::string blocked_certificates_file;
  /// Which of the trusted certificates may come in, see `tls::peer_policy`; empty: all of them.
  std::vector<std::string> client_certificate_allow;
  tls_posture posture;
};

/// The server's certificate must be valid now, and be trusted by one of: a pin, `ca_file`, or,
/// where neither is given, the system's certificate store. With a CA or the store the name
/// of the host must be in its SubjectAltName; a pin stands for the host itself. There is no way
/// to switch verification off.
struct tls_client_config {
  std::string ca_file;           ///< trust only what is in this PEM file
  std::vector<std::string> pins; ///< `sha256/BASE64` of a SubjectPublicKeyInfo (RFC 7469, 2.4)
  std::string certificate_file;  ///< this client's own certificate, where the server asks for one
  std::string private_key_file;
  std::string private_key_passphrase;
  std::string server_name; ///< verified, and sent as SNI, instead of the host connected to
  /// The chain is verified, the name is not: any certificate of a trusted CA passes.
  bool insecure_skip_host_name_check = false;
  std::string alpn = native_alpn; ///< the ALPN name that is offered; empty: none
};

/// What two ends agreed on, for people to read.
struct tls_info {
  std::string version;      ///< e.g. `TLSv1.3`
  std::string cipher_suite; ///< e.g. `TLS_AES_128_GCM_SHA256`
  std::string group;        ///< of the key agreement, e.g. `x25519`; empty if it was none
  std::string alpn;         ///< e.g. `asio-chat/1`; empty for none
  std::string verified_by;  ///< on a client: e.g. `ca.pem`, `the system's store`, `pin`
  std::string peer_subject; ///< of the peer's certificate; empty for none
};

} // namespace asio_chat
