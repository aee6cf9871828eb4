#include "tls/x509/issue.hpp"

#include "tls/x509/signing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <string_view>

namespace asio_chat::tls::x509 {

namespace {

constexpr std::size_t most_common_name = 64; // ub-common-name, RFC 5280, A.1
constexpr std::size_t most_dns_name = 253;

bool is_dns_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > most_dns_name) return false;
  std::size_t label = 0;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!letter && (c != '.' || label == 0)) return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
  }
  return label != 0;
}

bool is_ip(const std::string& address) {
  return openssl_ptr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>(a2i_IPADDRESS(address.c_str())) !=
         nullptr;
}

result<void> check(const request& what) {
  const auto refuse = [](std::string sentence) {
    return fail(errc::bad_setting, std::move(sentence));
  };
  if (what.common_name.empty() || what.common_name.size() > most_common_name)
    return refuse(fmt::format("a common name has 1 to {} bytes, '{}' has {}", most_common_name,
                              what.common_name, what.common_name.size()));
  for (const std::string& name : what.dns_names)
    if (!is_dns_name(name))
      return refuse(fmt::format("'{}' is not a DNS name: letters, digits and hyphens, in parts "
                                "divided by dots",
                                name));
  for (const std::string& address : what.ip_names)
    if (!is_ip(address)) return refuse(fmt::format("'{}' is not an IP address", address));
  if (what.kind == key_kind::rsa && (what.rsa_bits < 2048 || what.rsa_bits > 8192))
    return refuse(fmt::format("an RSA key has 2048 to 8192 bits, not {}", what.rsa_bits));
  return check_days(what.days, "a certificate");
}

key_ptr make_key(const request& what) {
  switch (what.kind) {
  case key_kind::ecdsa_p256:
    return key_ptr(EVP_EC_gen("P-256"));
  case key_kind::rsa:
    return key_ptr(EVP_RSA_gen(static_cast<unsigned int>(what.rsa_bits)));
  case key_kind::ed25519:
    return key_ptr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  return nullptr;
}

bool set_subject(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509V3_CTX* context, int nid, const std::string& value) {
  const auto extension = make_extension(context, nid, value);
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string alternative_names(const request& what) {
  std::vector<std::string> all;
  for (const std::string& name : what.dns_names)
    all.push_back("DNS:" + name);
  for (const std::string& address : what.ip_names)
    all.push_back("IP:" + address);
  return fmt::format("{}", fmt::join(all, ","));
}

struct usage {
  const char* constraints;
  const char* key;
  const char* extended; ///< empty: any
};

usage usage_of(role r) {
  switch (r) {
  case role::ca:
    return {"critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign", ""};
  case role::server:
    return {"critical,CA:FALSE", "critical,digitalSignature", "serverAuth"};
  case role::client:
    return {"critical,CA:FALSE", "critical,digitalSignature", "clientAuth"};
  case role::self_signed:
    break;
  }
  return {"critical,CA:FALSE", "critical,digitalSignature", "serverAuth,clientAuth"};
}

bool add_extensions(X509* certificate, const request& what, X509* issuer) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const usage u = usage_of(what.for_role);
  const std::string names = alternative_names(what);
  const std::string extended = u.extended;
  bool done = add_extension(certificate, &context, NID_basic_constraints, u.constraints) &&
              add_extension(certificate, &context, NID_key_usage, u.key) &&
              add_extension(certificate, &context, NID_subject_key_identifier, "hash");
  if (done && !extended.empty())
    done = add_extension(certificate, &context, NID_ext_key_usage, extended);
  if (done && !names.empty())
    done = add_extension(certificate, &context, NID_subject_alt_name, names);
  if (done && issuer != certificate)
    done = add_extension(certificate, &context, NID_authority_key_identifier, "keyid:always");
  return done;
}

} // namespace

result<identity> issue(const request& what, const identity* issuer) {
  const error_queue_scope queue;
  auto sound = check(what);
  if (!sound) return sound.error();
  if (issuer != nullptr) {
    auto able = check_issuer(*issuer);
    if (!able) return able.error();
  }

  identity made{make_key(what), certificate_ptr(X509_new())};
  if (!made.key || !made.certificate) return openssl_refused("to make a key");
  X509* certificate = made.certificate.get();
  X509* signer = issuer != nullptr ? issuer->certificate.get() : certificate;
  EVP_PKEY* signing_key = issuer != nullptr ? issuer->key.get() : made.key.get();

  const auto start = what.not_before.value_or(time_of_signing());
  const bool filled = X509_set_version(certificate, X509_VERSION_3) == 1 &&
                      set_serial(certificate) &&
                      set_times(certificate, start.time_since_epoch().count(), what.days) &&
                      set_subject(certificate, what.common_name) &&
                      X509_set_issuer_name(certificate, X509_get_subject_name(signer)) == 1 &&
                      X509_set_pubkey(certificate, made.key.get()) == 1 &&
                      add_extensions(certificate, what, signer);
  if (!filled)
    return openssl_refused(fmt::format("to fill in the certificate of '{}'", what.common_name));

  if (X509_sign(certificate, signing_key, digest_for(signing_key)) == 0)
    return openssl_refused("to sign the certificate");
  return made;
}

} // namespace asio_chat::tls::x509
