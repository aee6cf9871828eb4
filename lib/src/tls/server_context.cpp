#include "tls/server_context.hpp"

#include "tls/openssl_ptr.hpp"
#include "tls/trust_error.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>

#include <fmt/format.h>

#include <openssl/rand.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

namespace asio_chat::tls {

namespace {

using store_context_ptr = openssl_ptr<X509_STORE_CTX, X509_STORE_CTX_free>;

std::string whose(X509* certificate) {
  const certificate_info info = describe(certificate);
  return fmt::format("the certificate {} ({})", info.subject, info.fingerprint);
}

} // namespace

result<std::shared_ptr<const server_context>>
server_context::make(const tls_server_config& config) {
  auto ssl = make_server_context(config);
  if (!ssl) return ssl.error();
  const std::shared_ptr<server_context> made(new server_context);
  made->ssl_ = *std::move(ssl);
  made->wanted_ = config.posture;
  auto policy = peer_policy::parse(config.client_certificate_allow);
  if (!policy) return policy.error();
  made->policy_ = *std::move(policy);
  if (!config.blocked_certificates_file.empty()) {
    auto blocked = block_list::read(config.blocked_certificates_file);
    if (!blocked) return blocked.error();
    made->blocked_ = *std::move(blocked);
  }
  SSL_CTX* context = made->ssl_->native_handle();
  const X509* own = SSL_CTX_get0_certificate(context);
  const auto ends = time_of(X509_get0_notAfter(own));
  const std::chrono::seconds life = ends - time_of(X509_get0_notBefore(own));
  made->terms_.push_back({"the server's certificate", ends,
                          std::min<std::chrono::seconds>(life / 3, std::chrono::days(30))});
  if (const auto end = lists_end(SSL_CTX_get_cert_store(context)))
    made->terms_.push_back({"the list of revoked client certificates", *end, std::chrono::days(1)});
  return std::shared_ptr<const server_context>(made);
}

result<void> server_context::admit(SSL* session, std::chrono::system_clock::time_point now) const {
  const error_queue_scope queue;
  X509* peer = SSL_get0_peer_certificate(session);
  if (peer == nullptr) return {};
  if (SSL_get_SSL_CTX(session) != ssl_->native_handle()) {
    if (auto trusted = trusts_still(session); !trusted) return trusted;
  }
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(session);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* one = sk_X509_value(chain, i);
    if (blocked_.contains(one))
      return fail(errc::untrusted_certificate, whose(one) + " is on the list of blocked ones");
  }
  return policy_.check(peer, now);
}

result<void> server_context::trusts_still(SSL* session) const {
  X509* peer = SSL_get0_peer_certificate(session);
  if (SSL_CTX_get_verify_mode(ssl_->native_handle()) == SSL_VERIFY_NONE) return {};
  const store_context_ptr check(X509_STORE_CTX_new());
  if (!check || X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(ssl_->native_handle()),
                                    peer, SSL_get_peer_cert_chain(session)) != 1)
    return fail(errc::untrusted_certificate, "OpenSSL has no memory to verify a certificate");
  // As a TLS server does it: the purpose, and the security level of the keys.
  X509_STORE_CTX_set_default(check.get(), "ssl_client");
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(check.get()),
                                   SSL_CTX_get_security_level(ssl_->native_handle()));
  if (X509_verify_cert(check.get()) == 1) return {};
  const int why = X509_STORE_CTX_get_error(check.get());
  return fail(trust_code(why), fmt::format("{} {}", whose(peer), trust_phrase(why)));
}

void server_context::forget_tickets() const {
  std::array<unsigned char, 128> keys{};
  SSL_CTX* context = ssl_->native_handle();
  // Asked with nothing, OpenSSL says how many bytes it takes.
  const auto size =
      static_cast<std::size_t>(SSL_CTX_ctrl(context, SSL_CTRL_GET_TLSEXT_TICKET_KEYS, 0, nullptr));
  if (size > keys.size() || RAND_priv_bytes(keys.data(), static_cast<int>(size)) != 1) return;
  SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_TICKET_KEYS, static_cast<long>(size), keys.data());
  OPENSSL_cleanse(keys.data(), keys.size());
}

std::vector<posture_row> server_context::posture() const {
  return describe_posture(ssl_->native_handle(), wanted_);
}

} // namespace asio_chat::tls
