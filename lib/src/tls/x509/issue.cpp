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

/// Without the brackets of a URL and the zone that an address has on one machine.
std::string bare_address(std::string address) {
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  return address.substr(0, address.find('%'));
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

std::string why_no_dns_name(const std::string& name) {
  if (is_ip(bare_address(name)))
    return fmt::format("'{}' is an IP address and not a DNS name, as which no client would accept "
                       "it: give it with --ip",
                       name);
  if (!is_ascii(name))
    return fmt::format("'{}' is not a DNS name: an international name stands in a certificate in "
                       "its `xn--` form (A-labels, RFC 5890), which `idn2 NAME` prints",
                       name);
  return fmt::format("'{}' is not a DNS name: letters, digits and hyphens, in parts of at most 63 "
                     "that are divided by dots, {} in all",
                     name, most_dns_name);
}

std::string why_no_address(const std::string& address) {
  const std::string bare = bare_address(address);
  if (bare != address && is_ip(bare))
    return fmt::format("'{}' stands in a certificate without brackets and zone: give '{}'", address,
                       bare);
  return fmt::format("'{}' is not an IP address{}", address,
                     is_dns_name(address) ? ": give a name with --dns" : "");
}

/// @param issued by another certificate's key. Then the subject may be empty where there are other
/// names (RFC
///   5280, 4.1.2.6); an issuer's may not.
result<void> check(const request& what, bool issued) {
  const auto refuse = [](std::string sentence) {
    return fail(errc::bad_setting, std::move(sentence));
  };
  const bool has_names = !what.dns_names.empty() || !what.ip_names.empty();
  if (what.common_name.empty() && !(issued && has_names))
    return refuse("a certificate needs a common name");
  if (what.common_name.size() > most_common_name)
    return refuse(fmt::format("a common name has 1 to {} bytes, '{}' has {}: a longer name of a "
                              "host is given with --dns alone",
                              most_common_name, what.common_name, what.common_name.size()));
  for (const std::string& name : what.dns_names)
    if (!is_dns_name(name) || is_ip(name)) return refuse(why_no_dns_name(name));
  for (const std::string& address : what.ip_names)
    if (!is_ip(address)) return refuse(why_no_address(address));
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
  if (common_name.empty()) return true;
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
  // Where they are the only name, they have to be understood (RFC 5280, 4.2.1.6).
  if (what.common_name.empty()) all.emplace_back("critical");
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
  auto sound = check(what, issuer != nullptr);
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
