#include "tls/anchor.hpp"

#include "tls/openssl_ptr.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>

namespace asio_chat::tls {

namespace {

struct free_stack {
  void operator()(STACK_OF(X509) * s) const noexcept { sk_X509_free(s); }
};
struct free_certificates {
  void operator()(STACK_OF(X509) * s) const noexcept { sk_X509_pop_free(s, X509_free); }
};

bool is_anchor(X509_STORE_CTX* check, X509* certificate) {
  const std::unique_ptr<STACK_OF(X509), free_certificates> same_name(
      X509_STORE_CTX_get1_certs(check, X509_get_subject_name(certificate)));
  for (int i = 0; i < sk_X509_num(same_name.get()); ++i)
    if (X509_cmp(sk_X509_value(same_name.get(), i), certificate) == 0) return true;
  return false;
}

int verify(X509_STORE_CTX* check, void*) {
  X509* shown = X509_STORE_CTX_get0_cert(check);
  if (shown == nullptr || !is_anchor(check, shown)) return X509_verify_cert(check);
  STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(check);
  const std::unique_ptr<STACK_OF(X509), free_stack> alone(sk_X509_new_null());
  if (!alone || sk_X509_push(alone.get(), shown) == 0) return 0;
  X509_STORE_CTX_set0_untrusted(check, nullptr);
  X509_STORE_CTX_set0_trusted_stack(check, alone.get());
  const int verdict = X509_verify_cert(check);
  X509_STORE_CTX_set0_untrusted(check, sent);
  return verdict;
}

} // namespace

void trust_anchors_alone(SSL_CTX* context) noexcept {
  SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
}

} // namespace asio_chat::tls
