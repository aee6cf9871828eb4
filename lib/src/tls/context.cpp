#include <asio_chat/tls/context.hpp>

#include "tls/alpn.hpp"
#include "tls/ocsp_stapler.hpp"
#include "tls/pem.hpp"
#include "tls/posture.hpp"
#include "tls/revocation.hpp"

#include <asio_chat/tls/server_verifier.hpp>

#include <fmt/format.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string_view>
#include <vector>

namespace asio_chat::tls {

namespace {

using context_ptr = std::shared_ptr<boost::asio::ssl::context>;
using store_ptr = openssl_ptr<X509_STORE, X509_STORE_free>;

result<context_ptr> new_context(boost::asio::ssl::context::method method,
                                const tls_posture& posture) {
  context_ptr context;
  try {
    context = std::make_shared<boost::asio::ssl::context>(method);
  } catch (const boost::system::system_error& e) {
    return fail(errc::bad_setting,
                fmt::format("OpenSSL on this machine does not work: {}", e.code().message()));
  }
  if (auto set = set_posture(context->native_handle(), posture); !set) return set.error();
  return context;
}

result<void> use_identity(SSL_CTX* context, const std::string& certificate_path,
                          const std::string& key_path, const std::string& passphrase) {
  auto chain = read_certificates(certificate_path, "the certificate file");
  if (!chain) return chain.error();
  auto key = read_private_key(key_path, passphrase);
  if (!key) return key.error();
  X509* leaf = chain->front().get();
  auto pair = check_pair(leaf, certificate_path, key->get(), key_path);
  if (!pair) return pair;

  bool used = SSL_CTX_use_certificate(context, leaf) == 1 &&
              SSL_CTX_use_PrivateKey(context, key->get()) == 1;
  for (std::size_t i = 1; used && i < chain->size(); ++i)
    used = SSL_CTX_add1_chain_cert(context, (*chain)[i].get()) == 1;
  if (used) return {};
  return fail(errc::bad_certificate_file,
              fmt::format("the certificate file '{}' is too weak for TLS today: it takes RSA of at "
                          "least 2048 bits or an elliptic curve, signed with SHA-256 or better",
                          certificate_path));
}

/// Trusts exactly these certificates. One of them may be the peer's own: an anchor need not be a
/// root, which is what X509_V_FLAG_PARTIAL_CHAIN says.
result<void> trust_only(SSL_CTX* context, const std::vector<certificate_ptr>& anchors) {
  store_ptr store(X509_STORE_new());
  bool added = store && X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) == 1;
  for (const certificate_ptr& anchor : anchors)
    added = added && X509_STORE_add_cert(store.get(), anchor.get()) == 1;
  if (!added)
    return fail(errc::bad_certificate_file, "OpenSSL takes none of the trusted certificates");
  SSL_CTX_set_cert_store(context, store.release());
  return {};
}

/// Tells the clients which certificates are worth showing.
void announce_trust(SSL_CTX* context, const std::vector<certificate_ptr>& anchors) {
  for (const certificate_ptr& anchor : anchors)
    SSL_CTX_add_client_CA(context, anchor.get());
}

result<void> ask_clients(SSL_CTX* context, const tls_server_config& config) {
  if (config.clients == client_certificates::none) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    for (const std::string& useless :
         {config.client_ca_file, config.client_crl_file, config.blocked_certificates_file}) {
      if (useless.empty()) continue;
      return fail(errc::bad_setting,
                  fmt::format("the file '{}' is given, but clients are not asked for certificates: "
                              "make them optional or required, or leave the file out",
                              useless));
    }
    return {};
  }
  if (config.client_ca_file.empty())
    return fail(errc::bad_setting, "clients are asked for certificates, but there is no client CA "
                                   "file that says which ones are trusted");
  auto anchors = read_trust_anchors(config.client_ca_file, "the client CA file");
  if (!anchors) return anchors.error();
  auto trusted = trust_only(context, *anchors);
  if (!trusted) return trusted;
  announce_trust(context, *anchors);
  if (!config.client_crl_file.empty()) {
    auto checked =
        check_revocation(SSL_CTX_get_cert_store(context), config.client_crl_file, *anchors);
    if (!checked) return checked;
  }
  const bool required = config.clients == client_certificates::required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return {};
}

result<void> staple(SSL_CTX* context, const tls_server_config& config) {
  if (config.ocsp_response_file.empty() && config.ocsp_responder.empty()) return {};
  if (!config.ocsp_response_file.empty() && !config.ocsp_responder.empty())
    return fail(errc::bad_setting, "the OCSP response comes from a file or from a responder; name "
                                   "one of them");
  auto stapler = ocsp_stapler::install(context);
  if (!stapler) return stapler.error();
  if (config.ocsp_response_file.empty()) return {};
  return (*stapler)->read(config.ocsp_response_file);
}

result<void> trust_servers(SSL_CTX* context, const tls_client_config& config) {
  if (!config.ca_file.empty()) {
    auto anchors = read_trust_anchors(config.ca_file, "the CA file");
    if (!anchors) return anchors.error();
    return trust_only(context, *anchors);
  }
  if (!config.pins.empty()) return trust_only(context, {});
  if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
  return fail(errc::bad_certificate_file, "the system's certificate store cannot be used");
}

} // namespace

result<context_ptr> make_server_context(const tls_server_config& config) {
  const error_queue_scope queue;
  if (config.certificate_file.empty() || config.private_key_file.empty())
    return fail(errc::bad_setting, "a TLS server needs a certificate file and a private key file");
  auto made = new_context(boost::asio::ssl::context::tls_server, config.posture);
  if (!made) return made;
  SSL_CTX* context = (*made)->native_handle();

  SSL_CTX_set_dh_auto(context, 1);
  if (config.posture.tickets && config.clients != client_certificates::none)
    return fail(errc::bad_setting,
                "session tickets and clients' certificates do not go together: a ticket would let "
                "somebody in whose certificate was revoked meanwhile");
  if (config.clients != client_certificates::required && !config.client_certificate_allow.empty())
    return fail(errc::bad_setting, "names of clients are allowed, but whoever shows no certificate "
                                   "may come in as well: make client certificates required");
  // Without it a client that does try to resume is refused once certificates are asked for.
  constexpr std::string_view session_id_context = "asio-chat";
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(session_id_context.data()),
                                 static_cast<unsigned int>(session_id_context.size()));

  auto alpn = choose_alpn(context, config.alpn);
  if (!alpn) return alpn.error();
  auto identity = use_identity(context, config.certificate_file, config.private_key_file,
                               config.private_key_passphrase);
  if (!identity) return identity.error();
  if (X509_check_purpose(SSL_CTX_get0_certificate(context), X509_PURPOSE_SSL_SERVER, 0) != 1)
    return fail(errc::bad_certificate_file,
                fmt::format("the certificate file '{}' holds a certificate that was not issued for "
                            "a server (extended key usage): every client would refuse it",
                            config.certificate_file));
  auto asked = ask_clients(context, config);
  if (!asked) return asked.error();
  if (auto stapled = staple(context, config); !stapled) return stapled.error();
  return made;
}

result<context_ptr> make_client_context(const tls_client_config& config) {
  const error_queue_scope queue;
  auto made = new_context(boost::asio::ssl::context::tls_client, {});
  if (!made) return made;
  SSL_CTX* context = (*made)->native_handle();

  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  server_verifier::judge_staples(context);
  auto alpn = offer_alpn(context, config.alpn);
  if (!alpn) return alpn.error();
  auto trust = trust_servers(context, config);
  if (!trust) return trust.error();

  if (config.certificate_file.empty() != config.private_key_file.empty())
    return fail(errc::bad_setting,
                "a client's certificate file and its private key file are given together or not "
                "at all");
  if (!config.certificate_file.empty()) {
    auto identity = use_identity(context, config.certificate_file, config.private_key_file,
                                 config.private_key_passphrase);
    if (!identity) return identity.error();
  }
  return made;
}

} // namespace asio_chat::tls
