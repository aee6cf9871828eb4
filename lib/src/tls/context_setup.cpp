#include "tls/context_setup.hpp"

#include "tls/pem.hpp"
#include "tls/posture.hpp"
#include "tls/self_test.hpp"

#include <fmt/format.h>

#include <openssl/ssl.h>

#include <algorithm>
#include <iterator>

namespace asio_chat::tls {

namespace {

using store_ptr = openssl_ptr<X509_STORE, X509_STORE_free>;

std::vector<shared_certificate> shared(std::vector<certificate_ptr> some) {
  return {std::make_move_iterator(some.begin()), std::make_move_iterator(some.end())};
}

/// The key has to be that of the file's first certificate.
result<void> check_first(const std::vector<certificate_ptr>& chain,
                         const std::string& certificate_path, EVP_PKEY* key,
                         const std::string& key_path) {
  auto pair = check_pair(chain.front().get(), certificate_path, key, key_path);
  const auto own = std::ranges::find_if(chain, [key](const certificate_ptr& one) {
    return EVP_PKEY_eq(X509_get0_pubkey(one.get()), key) == 1;
  });
  if (pair || own == chain.end()) return pair;
  return fail(errc::bad_certificate_file,
              fmt::format("the certificate file '{}' begins with another certificate than that of "
                          "the private key file '{}', which is number {} in it: put it first, "
                          "behind it the one that issued it, and so on",
                          certificate_path, key_path, own - chain.begin() + 1));
}

} // namespace

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

result<own_certificate> read_own_certificate(const std::string& certificate_path,
                                             const std::string& key_path,
                                             const std::string& passphrase) {
  auto chain = read_certificates(certificate_path, "the certificate file");
  if (!chain) return chain.error();
  auto key = read_private_key(key_path, passphrase);
  if (!key) return key.error();
  auto first = check_first(*chain, certificate_path, key->get(), key_path);
  if (!first) return first.error();
  return own_certificate{shared(*std::move(chain)), *std::move(key)};
}

result<void> show(SSL_CTX* context, const own_certificate& own, const std::string& path) {
  bool used = SSL_CTX_use_certificate(context, own.chain.front().get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, own.key.get()) == 1;
  for (std::size_t i = 1; used && i < own.chain.size(); ++i)
    used = SSL_CTX_add1_chain_cert(context, own.chain[i].get()) == 1;
  if (used) return check_signature_works(own.chain.front().get(), own.key.get(), path);
  return fail(errc::bad_certificate_file,
              fmt::format("the certificate file '{}' is too weak for TLS today: it takes RSA of at "
                          "least 2048 bits or an elliptic curve, signed with SHA-256 or better",
                          path));
}

result<void> trust_only(SSL_CTX* context, const std::vector<shared_certificate>& anchors) {
  store_ptr store(X509_STORE_new());
  bool added = store && X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) == 1;
  for (const shared_certificate& anchor : anchors)
    added = added && X509_STORE_add_cert(store.get(), anchor.get()) == 1;
  if (!added)
    return fail(errc::bad_certificate_file, "OpenSSL takes none of the trusted certificates");
  SSL_CTX_set_cert_store(context, store.release());
  return {};
}

result<std::vector<shared_certificate>> read_anchors(const std::string& path,
                                                     const std::string& what) {
  auto read = read_trust_anchors(path, what);
  if (!read) return read.error();
  return shared(*std::move(read));
}

} // namespace asio_chat::tls
