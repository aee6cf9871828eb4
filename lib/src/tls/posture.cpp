#include "tls/posture.hpp"

#include "tls/openssl_ptr.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/objects.h>

#include <string_view>

namespace asio_chat::tls {

namespace {

// Certain key agreement and authenticated encryption only. The short key comes first: it is no
// weaker here and costs less for each message. No DHE: its key agreement costs a server far more
// than the client that asks for it (CVE-2002-20001).
constexpr const char* default_ciphersuites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* default_ciphers = "ECDHE+AESGCM+AES128:ECDHE+AESGCM:ECDHE+CHACHA20";
// What a recorder of today cannot open tomorrow comes first, where OpenSSL has it (3.5).
constexpr const char* groups_with_mlkem = "X25519MLKEM768:X25519:P-256:P-384";
constexpr const char* groups_without = "X25519:P-256:P-384";

// None is ever accepted. This much is skipped of a client that sends some all the same, with a
// ticket of another server or of another time (RFC 8446, 4.2.10): its handshake then goes on as a
// full one.
constexpr std::uint32_t max_skipped_early_data = SSL3_RT_MAX_PLAIN_LENGTH;

const char* given_or(const std::string& given, const char* standard) {
  return given.empty() ? standard : given.c_str();
}

/// Empty for a suite that may be spoken, else what is wrong with it.
std::string_view weakness_of(const SSL_CIPHER* suite) {
  const int key_agreement = SSL_CIPHER_get_kx_nid(suite);
  if (SSL_CIPHER_get_auth_nid(suite) == NID_auth_null) return "no authentication of the server";
  if (key_agreement != NID_kx_any && key_agreement != NID_kx_ecdhe && key_agreement != NID_kx_dhe)
    return "no forward secrecy";
  if (SSL_CIPHER_is_aead(suite) != 1) return "no authenticated encryption";
  return {};
}

failure unusable(std::string_view what, const std::string& given, std::string_view right) {
  return fail(errc::bad_setting, fmt::format("the TLS {} \"{}\" {}", what, given, right));
}

result<void> set_suites(SSL_CTX* context, const tls_posture& wanted) {
  if (SSL_CTX_set_ciphersuites(context, given_or(wanted.ciphersuites, default_ciphersuites)) != 1)
    return unusable("1.3 cipher suites", wanted.ciphersuites,
                    "name one that this OpenSSL does not have; `openssl ciphers -s -tls1_3` lists "
                    "those it has");
  if (SSL_CTX_set_cipher_list(context, given_or(wanted.ciphers, default_ciphers)) != 1)
    return unusable("1.2 ciphers", wanted.ciphers,
                    "match no cipher suite of this OpenSSL; `openssl ciphers -s -v "
                    "'ECDHE+AESGCM'` lists some");
  const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    const SSL_CIPHER* suite = sk_SSL_CIPHER_value(suites, i);
    if (const auto weakness = weakness_of(suite); !weakness.empty())
      return unusable("1.2 ciphers", wanted.ciphers,
                      fmt::format("let in {}, which has {}; take ECDHE or DHE with AES-GCM or "
                                  "ChaCha20, for example ECDHE+AESGCM:DHE+AESGCM",
                                  SSL_CIPHER_get_name(suite), weakness));
  }
  return {};
}

const char* default_groups(SSL_CTX* context) {
  return SSL_CTX_set1_groups_list(context, groups_with_mlkem) == 1 ? groups_with_mlkem
                                                                   : groups_without;
}

result<void> set_groups(SSL_CTX* context, const std::string& wanted) {
  if (wanted.empty()) {
    if (SSL_CTX_set1_groups_list(context, default_groups(context)) == 1) return {};
    return fail(errc::bad_setting, "OpenSSL on this machine has none of the groups X25519, P-256 "
                                   "and P-384; see its openssl.cnf");
  }
  if (SSL_CTX_set1_groups_list(context, wanted.c_str()) == 1) return {};
  return unusable("groups", wanted,
                  "name one that this OpenSSL does not have; it has for example X25519, P-256, "
                  "P-384, P-521 and X448, with a colon between two");
}

std::string_view version_name(long version) {
  return version == TLS1_3_VERSION ? "TLSv1.3" : version == TLS1_2_VERSION ? "TLSv1.2" : "another";
}

std::string_view on_off(bool on) {
  return on ? "on" : "off";
}

} // namespace

result<void> set_posture(SSL_CTX* context, const tls_posture& wanted) {
  const error_queue_scope queue;
  SSL_CTX_set_security_level(context, 2);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_clear_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                     SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                                     SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN |
                                SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (wanted.tickets) SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, wanted.tickets ? 1 : 0);
  // A resumed session skips the certificates: a client no longer trusted would still come in.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  const int min = wanted.minimum == tls_version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
  if (SSL_CTX_set_min_proto_version(context, min) != 1 ||
      SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_early_data(context, 0) != 1 ||
      SSL_CTX_set_recv_max_early_data(context, max_skipped_early_data) != 1)
    return fail(errc::bad_setting, "OpenSSL on this machine cannot be set to TLS 1.2 and 1.3; see "
                                   "its openssl.cnf");
  if (auto suites = set_suites(context, wanted); !suites) return suites;
  return set_groups(context, wanted.groups);
}

std::vector<std::string> suite_names(SSL_CTX* context) {
  const openssl_ptr<SSL, SSL_free> probe(SSL_new(context));
  STACK_OF(SSL_CIPHER)* suites = SSL_get1_supported_ciphers(probe.get());
  std::vector<std::string> names;
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i)
    names.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, i)));
  sk_SSL_CIPHER_free(suites);
  return names;
}

std::vector<posture_row> describe_posture(SSL_CTX* context, const tls_posture& wanted) {
  const error_queue_scope queue;
  const auto options = SSL_CTX_get_options(context);
  const auto is_set = [&](std::uint64_t option) { return (options & option) != 0; };
  const auto by = [](bool chosen) { return std::string(chosen ? "chosen" : "set"); };
  const auto suites = suite_names(context);
  const openssl_ptr<SSL_CTX, SSL_CTX_free> scratch(SSL_CTX_new(TLS_method()));
  return {
      {"minimum version", std::string(version_name(SSL_CTX_get_min_proto_version(context))),
       by(wanted.minimum != tls_version::tls_1_2), "SSL, TLS 1.0 and 1.1 are broken (RFC 8996)"},
      {"maximum version", std::string(version_name(SSL_CTX_get_max_proto_version(context))), "set",
       "the newest there is"},
      {"cipher suites", fmt::format("{}", fmt::join(suites, ":")),
       by(!wanted.ciphers.empty() || !wanted.ciphersuites.empty()),
       "forward secrecy and authenticated encryption only"},
      {"number of cipher suites", std::to_string(suites.size()), "set", "of all versions"},
      {"preference", is_set(SSL_OP_CIPHER_SERVER_PREFERENCE) ? "server" : "client", "set",
       "the server's order decides, not that of the weakest client"},
      // A context does not tell its groups: this is what it was told.
      {"groups", given_or(wanted.groups, default_groups(scratch.get())), by(!wanted.groups.empty()),
       "key agreement; X25519MLKEM768 first where OpenSSL has it"},
      {"security level", std::to_string(SSL_CTX_get_security_level(context)), "set",
       "112 bits: RSA of 2048 bits, SHA-256"},
      {"compression", std::string(on_off(!is_set(SSL_OP_NO_COMPRESSION))), "set",
       "lengths would tell what is said (CRIME)"},
      {"renegotiation", std::string(on_off(!is_set(SSL_OP_NO_RENEGOTIATION))), "set",
       "a way to make a server work, and once to inject text"},
      {"early data", SSL_CTX_get_max_early_data(context) == 0 ? "off" : "on", "set",
       "0-RTT can be replayed"},
      {"session tickets", std::string(on_off(!is_set(SSL_OP_NO_TICKET))), by(wanted.tickets),
       "a resumed session skips the certificates"},
      {"session cache",
       std::string(on_off(SSL_CTX_get_session_cache_mode(context) != SSL_SESS_CACHE_OFF)), "set",
       "likewise"},
      {"truncation", is_set(SSL_OP_IGNORE_UNEXPECTED_EOF) ? "ignored" : "noticed", "set",
       "an end without close_notify may be an attacker's"},
      {"signature algorithms", "of the security level", "OpenSSL's",
       "SHA-256 or better at level 2"},
      {"encrypt-then-MAC", std::string(on_off(!is_set(SSL_OP_NO_ENCRYPT_THEN_MAC))), "OpenSSL's",
       "for suites without AEAD, of which there is none above"},
      {"extended master secret", std::string(on_off(!is_set(SSL_OP_NO_EXTENDED_MASTER_SECRET))),
       "OpenSSL's", "binds the keys of TLS 1.2 to its handshake (RFC 7627)"},
  };
}

} // namespace asio_chat::tls
