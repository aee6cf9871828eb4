#include "tls/x509/issue.hpp"

#include "base/ascii.hpp"
#include "base/host_port.hpp"
#include "base/sanitize.hpp"
#include "tls/x509/signing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

namespace asio_chat::tls::x509 {

namespace {

constexpr std::size_t max_dns_name = 253;

constexpr std::size_t max_label = 63;

/// Underscores are no letters of a host's name, but names in use have them, and clients take them.
bool is_letter(char c) {
  return ascii::is_alphanumeric(c) || c == '-' || c == '_';
}

/// What is wrong with one part of a name; empty if nothing is.
std::string fault_of_label(std::string_view label) {
  if (label.empty()) return "it has an empty part: no dot stands at an end or beside another one";
  if (!std::all_of(label.begin(), label.end(), is_letter))
    return fmt::format("it is written in letters, digits, hyphens and dots, and '{}' is not",
                       sanitize_for_log(label, max_label));
  if (label.size() > max_label)
    return fmt::format("the parts between its dots have at most {} bytes each, and one has {}",
                       max_label, label.size());
  if (label.starts_with('-') || label.ends_with('-'))
    return fmt::format("no part of it begins or ends with a hyphen, as '{}' does", label);
  return "";
}

/// What keeps it from being a name of a host, or a wildcard; empty if nothing does.
std::string fault_of_dns_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (!ascii::is_ascii(name))
    return "an international name stands in a certificate in its `xn--` form (A-labels, RFC 5890), "
           "which `idn2 NAME` prints";
  if (name.size() > max_dns_name)
    return fmt::format("it has at most {} bytes, and this one {}", max_dns_name, name.size());
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    if (std::string fault = fault_of_label(name.substr(begin, end - begin)); !fault.empty())
      return fault;
    begin = end + 1;
  }
  return "";
}

/// As it is written out: OpenSSL would take `0177.0.0.1`, too, and for another than `inet_aton`
/// does.
bool is_ip(const std::string& address) {
  in6_addr read{}; // enough for both
  return ::inet_pton(AF_INET, address.c_str(), &read) == 1 ||
         ::inet_pton(AF_INET6, address.c_str(), &read) == 1;
}

/// Without the brackets of a URL and the zone that an address has on one machine.
std::string bare_address(std::string_view address) {
  address = without_brackets(address);
  return std::string(address.substr(0, address.find('%')));
}

/// The address that `127.1` and `0x7f000001` stand for in the old way of writing one; else empty.
std::string written_out(const std::string& address) {
  in_addr read{};
  std::array<char, INET_ADDRSTRLEN> text{};
  // What follows behind a blank would not be looked at.
  const bool one = address.find_first_of(" \t\r\n\v\f") == std::string::npos &&
                   ::inet_aton(address.c_str(), &read) == 1;
  return one && ::inet_ntop(AF_INET, &read, text.data(), text.size()) ? text.data() : "";
}

/// Why a name may not stand in a certificate as a DNS name; empty if it may.
std::string why_no_dns_name(const std::string& name) {
  if (is_ip(bare_address(name)))
    return fmt::format("'{}' is an IP address and not a DNS name, as which no client would accept "
                       "it: give it with --ip",
                       name);
  if (const std::string address = written_out(name); !address.empty())
    return fmt::format("'{}' is not a DNS name: clients read it as the IP address {}: give that "
                       "with --ip",
                       name, address);
  if (ends_in_number(name) && fault_of_dns_name(name).empty())
    return fmt::format("'{}' is not a DNS name: what ends in a number is read as an IP address; "
                       "give an address with --ip",
                       name);
  const std::string fault = fault_of_dns_name(name);
  return fault.empty()
             ? ""
             : fmt::format("'{}' is not a DNS name: {}", sanitize_for_log(name, 128), fault);
}

std::string why_no_address(const std::string& address) {
  const std::string bare = bare_address(address);
  if (bare != address && is_ip(bare))
    return fmt::format("'{}' stands in a certificate without brackets and zone: give '{}'", address,
                       bare);
  if (const std::string whole = written_out(address); !whole.empty())
    return fmt::format("'{}' stands in a certificate written out: give '{}'", address, whole);
  return fmt::format("'{}' is not an IP address{}", sanitize_for_log(address, 128),
                     why_no_dns_name(address).empty() ? ": give a name with --dns" : "");
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
  if (what.common_name.size() > max_common_name) {
    const bool of_host = what.for_role == role::server || what.for_role == role::self_signed;
    return refuse(
        fmt::format("a common name has 1 to {} bytes, '{}' has {}{}", max_common_name,
                    what.common_name, what.common_name.size(),
                    of_host ? ": a longer name of a host is given with --dns alone" : ""));
  }
  for (const std::string& name : what.dns_names)
    if (std::string why = why_no_dns_name(name); !why.empty()) return refuse(std::move(why));
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
