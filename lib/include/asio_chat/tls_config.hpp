// The TLS configuration of both ends of a connection: files, names, trust.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace asio_chat {

/// The ALPN names of the native protocol: JSON, and protobuf, which takes half of the bytes.
inline constexpr char native_alpn[] = "asio-chat/1";
inline constexpr char compact_alpn[] = "asio-chat/2";

/// Whether a server asks its clients for a certificate.
enum class client_certificates {
  none,     ///< the server does not ask
  optional, ///< the server asks, and refuses a client that shows one it does not trust
  required, ///< the server also refuses a client that shows none
};

/// The oldest version of TLS that is spoken; the newest is always 1.3.
enum class tls_version { tls_1_2, tls_1_3 };

/// Versions, cipher suites and groups. The strings are those of OpenSSL (`openssl ciphers`); an
/// empty one stands for the default, which `asio-chatd tls` shows. A suite without forward secrecy
/// or without authenticated encryption is an error in any case.
struct tls_posture {
  tls_version minimum = tls_version::tls_1_2;
  std::string ciphers = {};      ///< for TLS 1.2, e.g. `ECDHE+AESGCM:DHE+AESGCM`
  std::string ciphersuites = {}; ///< for TLS 1.3, e.g. `TLS_AES_256_GCM_SHA384`
  std::string groups = {};       ///< for the key agreement, e.g. `X25519:P-256`
  /// Whether a server issues session tickets. A resumed session skips the certificates, so this is
  /// an error where clients are asked for certificates. A `server` throws the keys of its tickets
  /// away every hour.
  bool tickets = false;
  friend bool operator==(const tls_posture&, const tls_posture&) = default;
};

/// The TLS side of a server. Files are PEM unless something else is said; private keys must be
/// readable by their owner only. What a `…_pem` has in memory stands in place of the file of that
/// name, and is given instead of it.
struct tls_server_config {
  std::string certificate_file; ///< the server's certificate, followed by its intermediates
  std::string private_key_file;
  std::string private_key_passphrase; ///< opens an encrypted key; empty: the key is not encrypted
  std::string certificate_pem;        ///< likewise with its intermediates
  std::string private_key_pem;
  /// The OCSP response of the CA about the certificate, in DER, which is stapled (RFC 6066, 8). It
  /// is verified against the issuer, whose certificate must follow in `certificate_file`. It is not
  /// sent once it is out of date.
  std::string ocsp_response_file;
  /// Instead of that file: the responder that a `server` asks, and asks again in time, as
  /// `http://HOST[:PORT][/PATH]`, or `auto` for the one that the certificate names.
  std::string ocsp_responder;
  /// The CAs, or single self-signed certificates, by which clients are trusted: a file, or a
  /// directory of `*.pem`, `*.crt` and `*.cer` files.
  std::string client_ca_file;
  std::string client_ca_pem;
  client_certificates clients = client_certificates::none;
  /// The ALPN names of the protocols (RFC 7301), the best first. A client that offers names must
  /// offer one of these. Empty: no ALPN, for servers that are no chat.
  std::vector<std::string> alpn = {compact_alpn, native_alpn};
  /// The revocation lists of those CAs, a file or a directory of `*.pem` and `*.crl` files; each CA
  /// must have one. With lists, each certificate of a client's chain up to such a CA must be
  /// covered by a list that is valid now (RFC 5280, 5 and 6.3).
  std::string client_crl_file;
  std::string client_crl_pem;
  /// Certificates that are refused, whichever CA issued them: a text file with a SHA-256
  /// fingerprint on each line, as `asio-chat-certs show` prints it. `#` begins a comment.
  std::string blocked_certificates_file;
  /// Patterns of the client certificates that may come in, see `tls::peer_policy`. Empty: all
  /// trusted ones. Takes `client_certificates::required`.
  std::vector<std::string> client_certificate_allow;
  tls_posture posture;
  /// The host's own context, instead of everything above, which is then left as it is by default.
  /// Versions, suites, certificates, the trust in clients, ALPN and tickets are what the host has
  /// set. It must not be changed any more: reload another one. Only a `server` takes it.
  std::shared_ptr<boost::asio::ssl::context> context;
};

/// The TLS side of a client. The server's certificate must be valid now and must be trusted: by one
/// of `pins` if there are any, else by `ca_file`, else by the system's certificate store. With a CA
/// or the store the SubjectAltName must contain the name of the host (RFC 9525); a pin stands for
/// the host itself. Verification cannot be switched off.
struct tls_client_config {
  /// The only CAs or certificates that are trusted: a PEM file, or a directory of `*.pem`, `*.crt`
  /// and `*.cer` files.
  std::string ca_file;
  std::string ca_pem;            ///< the same in memory, instead of the file
  std::vector<std::string> pins; ///< `sha256/BASE64` of a SubjectPublicKeyInfo (RFC 7469, 2.4)
  std::string certificate_file;  ///< the client's own certificate, where the server asks for one
  std::string private_key_file;  ///< given together with `certificate_file`
  std::string private_key_passphrase; ///< opens an encrypted key; empty: the key is not encrypted
  std::string certificate_pem;        ///< in memory, instead of the file
  std::string private_key_pem;        ///< given together with `certificate_pem`
  std::string server_name; ///< the name to verify, and to send as SNI, instead of the host
  /// Verifies the chain but not the name: any certificate of a trusted CA passes.
  bool insecure_skip_host_name_check = false;
  /// The ALPN names that are offered (RFC 7301); the server chooses. Empty: none.
  std::vector<std::string> alpn = {compact_alpn, native_alpn};
};

/// What the two ends of a connection agreed on, for a person to read.
struct tls_info {
  std::string version;      ///< e.g. `TLSv1.3`
  std::string cipher_suite; ///< e.g. `TLS_AES_128_GCM_SHA256`
  std::string group;        ///< of the key agreement, e.g. `x25519`; empty if there was none
  std::string alpn;         ///< e.g. `asio-chat/2`; empty if there was none
  std::string verified_by;  ///< on a client: e.g. `ca.pem`, `the system's store`, `pin`
  std::string peer_subject; ///< of the peer's certificate; empty if it showed none
};

} // namespace asio_chat
