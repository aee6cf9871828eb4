#include "tls/context_setup.hpp"

#include "tls/pem.hpp"
#include "tls/posture.hpp"
#include "tls/self_test.hpp"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace asio_chat::tls {

namespace {

using store_ptr = openssl_ptr<X509_STORE, X509_STORE_free>;

std::vector<shared_certificate> shared(std::vector<certificate_ptr> some) {
  return {std::make_move_iterator(some.begin()), std::make_move_iterator(some.end())};
}

/// The key has to be that of the first certificate.
result<void> check_first(const std::vector<certificate_ptr>& chain, const std::string& where,
                         EVP_PKEY* key, const std::string& key_where) {
  auto pair = check_pair(chain.front().get(), where, key, key_where);
  const auto own = std::ranges::find_if(chain, [key](const certificate_ptr& one) {
    return EVP_PKEY_eq(X509_get0_pubkey(one.get()), key) == 1;
  });
  if (pair || own == chain.end()) return pair;
  return fail(errc::bad_certificate_file,
              fmt::format("{} begins with another certificate than that of {}, which is number {} "
                          "in it: put it first, behind it the one that issued it, and so on",
                          where, key_where, own - chain.begin() + 1));
}

/// As in the ALPN extension: of each name its length, then itself.
result<std::string> list_of(std::span<const std::string> names) {
  std::string list;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) {
      return fail(errc::bad_setting,
                  fmt::format("an ALPN name has 1 to 255 bytes, not {}", name.size()));
    }
    list.push_back(static_cast<char>(name.size()));
    list.append(name);
  }
  return list;
}

const unsigned char* bytes(const std::string& list) {
  return reinterpret_cast<const unsigned char*>(list.data());
}

void free_list(void*, void* list, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(list);
}

/// Where a context keeps its list: connections outlive its maker.
int list_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_list);
  return slot;
}

int choose(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
           const unsigned char* offered, unsigned int offered_length, void* argument) {
  const auto& list = *static_cast<const std::string*>(argument);
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, chosen_length, bytes(list),
                            static_cast<unsigned int>(list.size()), offered, offered_length);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

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

result<void> check_source(const own_certificate_source& from) {
  const auto twice = [](const std::string& file, const std::string& pem) {
    return !file.empty() && !pem.empty();
  };
  if (twice(from.certificate_file, from.certificate_pem))
    return fail(errc::bad_setting, "give certificate_file or certificate_pem, not both");
  if (twice(from.private_key_file, from.private_key_pem))
    return fail(errc::bad_setting, "give private_key_file or private_key_pem, not both");
  return {};
}

result<own_certificate> read_own_certificate(const own_certificate_source& from) {
  constexpr const char* certificate_what = "the certificate file";
  const bool in_memory = !from.certificate_pem.empty();
  auto chain = in_memory ? parse_certificates(from.certificate_pem, "certificate_pem")
                         : read_certificates(from.certificate_file, certificate_what);
  if (!chain) return chain.error();
  auto key = from.private_key_pem.empty()
                 ? read_private_key(from.private_key_file, from.passphrase)
                 : parse_private_key(from.private_key_pem, from.passphrase, "private_key_pem");
  if (!key) return key.error();
  std::string where =
      in_memory ? "certificate_pem" : file_called(certificate_what, from.certificate_file);
  auto first = check_first(*chain, where, key->get(),
                           from.private_key_pem.empty()
                               ? file_called("the private key file", from.private_key_file)
                               : "private_key_pem");
  if (!first) return first.error();
  return own_certificate{shared(*std::move(chain)), *std::move(key), std::move(where)};
}

result<void> show(SSL_CTX* context, const own_certificate& own) {
  bool used = SSL_CTX_use_certificate(context, own.chain.front().get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, own.key.get()) == 1;
  for (std::size_t i = 1; used && i < own.chain.size(); ++i)
    used = SSL_CTX_add1_chain_cert(context, own.chain[i].get()) == 1;
  if (used) return check_signature_works(own.chain.front().get(), own.key.get(), own.where);
  return fail(errc::bad_certificate_file,
              fmt::format("{} is too weak for TLS today: it takes RSA of at least 2048 bits or an "
                          "elliptic curve, signed with SHA-256 or better",
                          own.where));
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
                                                     const std::string& what,
                                                     const std::string& pem,
                                                     const std::string& pem_where) {
  auto read = pem.empty() ? read_trust_anchors(path, what) : parse_certificates(pem, pem_where);
  if (!read) return read.error();
  return shared(*std::move(read));
}

result<void> offer_alpn(SSL_CTX* context, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto list = list_of(names);
  if (!list) return list.error();
  // Unlike its siblings this one gives 0 for success.
  if (SSL_CTX_set_alpn_protos(context, bytes(*list), static_cast<unsigned int>(list->size())) == 0)
    return {};
  return fail(errc::bad_setting,
              fmt::format("OpenSSL cannot offer the ALPN name '{}'", names.front()));
}

result<void> choose_alpn(SSL_CTX* context, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  auto list = list_of(names);
  if (!list) return list.error();
  auto kept = std::make_unique<std::string>(std::move(*list));
  if (SSL_CTX_set_ex_data(context, list_slot(), kept.get()) != 1)
    return fail(errc::bad_setting, "OpenSSL cannot take the ALPN names");
  SSL_CTX_set_alpn_select_cb(context, &choose, kept.release());
  return {};
}

void trust_anchors_alone(SSL_CTX* context) noexcept {
  SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
}

} // namespace asio_chat::tls
