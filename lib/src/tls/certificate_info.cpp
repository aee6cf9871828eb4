#include <asio_chat/tls/certificate_info.hpp>

#include "base/clock.hpp"
#include "tls/openssl_ptr.hpp"
#include "tls/pem.hpp"
#include "tls/pin.hpp"
#include "tls/sha256.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <string_view>

#include <arpa/inet.h>

namespace asio_chat::tls {

namespace {

using general_names = openssl_ptr<GENERAL_NAMES, GENERAL_NAMES_free>;

std::string text_of(const X509_NAME* name) {
  const bio_ptr bio = memory_bio();
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  return drain(bio.get());
}

/// Escaped, so that no foreign byte can steer a terminal or forge a line.
std::string text_of(const ASN1_STRING* text) {
  const bio_ptr bio = memory_bio();
  ASN1_STRING_print_ex(bio.get(), text,
                       ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_UTF8_CONVERT);
  return drain(bio.get());
}

/// The last one is the most specific.
std::string common_name_of(const X509_NAME* name) {
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;)
    last = at;
  if (last < 0) return {};
  return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
}

std::string ip_text(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int length = ASN1_STRING_length(address);
  const int family = length == 4 ? AF_INET : AF_INET6;
  if (length != 4 && length != 16) return "(not an address)";
  ::inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
  return text.data();
}

void read_names(X509* certificate, certificate_info& info) {
  const general_names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) info.dns_names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) info.ip_names.push_back(ip_text(name->d.iPAddress));
  }
}

/// Those of a list of names that are addresses of the web.
void add_uris(const GENERAL_NAMES* names, std::vector<std::string>& uris) {
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_URI) uris.push_back(text_of(name->d.uniformResourceIdentifier));
  }
}

void read_addresses(X509* certificate, certificate_info& info) {
  const openssl_ptr<CRL_DIST_POINTS, CRL_DIST_POINTS_free> points(static_cast<CRL_DIST_POINTS*>(
      X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
  for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
    const DIST_POINT_NAME* where = sk_DIST_POINT_value(points.get(), i)->distpoint;
    if (where != nullptr && where->type == 0) add_uris(where->name.fullname, info.crl_addresses);
  }
  const openssl_ptr<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free> accesses(
      static_cast<AUTHORITY_INFO_ACCESS*>(
          X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
  for (int i = 0; accesses && i < sk_ACCESS_DESCRIPTION_num(accesses.get()); ++i) {
    const ACCESS_DESCRIPTION* access = sk_ACCESS_DESCRIPTION_value(accesses.get(), i);
    if (OBJ_obj2nid(access->method) == NID_ad_OCSP && access->location->type == GEN_URI)
      info.ocsp_addresses.push_back(text_of(access->location->d.uniformResourceIdentifier));
  }
}

std::string key_text(const EVP_PKEY* key) {
  if (key == nullptr) return "of an unknown kind";
  switch (EVP_PKEY_get_base_id(key)) {
  case EVP_PKEY_RSA:
    return fmt::format("RSA {}", EVP_PKEY_get_bits(key));
  case EVP_PKEY_ED25519:
    return "Ed25519";
  case EVP_PKEY_EC: {
    std::array<char, 80> group{};
    if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return "EC";
    const char* nist = EC_curve_nid2nist(OBJ_txt2nid(group.data()));
    return fmt::format("EC {}", nist != nullptr ? nist : group.data());
  }
  default: {
    const char* type = EVP_PKEY_get0_type_name(key);
    return fmt::format("{} {}", type != nullptr ? type : "?", EVP_PKEY_get_bits(key));
  }
  }
}

std::string signature_text(const X509* certificate) {
  const int nid = X509_get_signature_nid(certificate);
  const char* name = OBJ_nid2sn(nid);
  return nid != NID_undef && name != nullptr ? name : "of an unknown kind";
}

std::string fingerprint_of(const X509* certificate) {
  const auto digest = sha256(certificate);
  return digest ? fmt::format("{:02X}", fmt::join(*digest, ":")) : std::string();
}

} // namespace

certificate_info describe(X509* certificate) {
  const error_queue_scope queue;
  certificate_info info;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const X509_NAME* issuer = X509_get_issuer_name(certificate);
  info.subject = text_of(subject);
  info.common_name = common_name_of(subject);
  info.issuer = text_of(issuer);
  info.serial = serial_text(X509_get0_serialNumber(certificate));
  info.not_before = time_of(X509_get0_notBefore(certificate));
  info.not_after = time_of(X509_get0_notAfter(certificate));
  read_names(certificate, info);
  read_addresses(certificate, info);
  info.key = key_text(X509_get0_pubkey(certificate));
  info.signature = signature_text(certificate);
  info.fingerprint = fingerprint_of(certificate);
  info.pin = pin_of(certificate);
  const int der_bytes = i2d_X509(certificate, nullptr);
  info.der_bytes = der_bytes > 0 ? static_cast<std::size_t>(der_bytes) : 0;
  info.self_issued = X509_NAME_cmp(subject, issuer) == 0;
  info.ca = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
  return info;
}

result<certificate_info> describe_file(const std::string& path) {
  auto certificates = read_certificates(path, "the certificate file");
  if (!certificates) return certificates.error();
  return describe(certificates->front().get());
}

std::string serial_text(const ASN1_INTEGER* serial) {
  const openssl_ptr<BIGNUM, BN_free> number(ASN1_INTEGER_to_BN(serial, nullptr));
  if (!number) return {};
  char* hex = BN_bn2hex(number.get());
  std::string text = hex != nullptr ? hex : "";
  OPENSSL_free(hex);
  return text;
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
  std::tm broken_down{};
  if (ASN1_TIME_to_tm(time, &broken_down) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&broken_down)));
}

long days_left(const certificate_info& info) {
  return std::chrono::floor<std::chrono::days>(info.not_after - system_wall_now()).count();
}

std::string time_text(std::chrono::sys_seconds time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm broken_down{};
  ::gmtime_r(&seconds, &broken_down);
  std::array<char, 40> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &broken_down);
  return {text.data(), length};
}

std::string to_text(const certificate_info& info) {
  const auto now = system_wall_now();
  const std::string_view since = now < info.not_before ? "  (not valid yet)" : "";
  const long left = days_left(info);
  const std::string until = now > info.not_after
                                ? "  (EXPIRED)"
                                : fmt::format("  ({} day{} left)", left, left == 1 ? "" : "s");
  std::string text;
  const auto line = [&text](std::string_view name, std::string_view value,
                            std::string_view note = {}) {
    if (!value.empty()) text += fmt::format("{:<13}{}{}\n", name, value, note);
  };
  line("Subject", info.subject.empty() ? "(empty)" : info.subject);
  line("Issuer", info.issuer.empty() ? "(empty)" : info.issuer,
       info.self_issued ? "  (itself)" : "");
  line("Serial", info.serial);
  line("Not before", time_text(info.not_before), since);
  line("Not after", time_text(info.not_after), until);
  line("DNS names", fmt::format("{}", fmt::join(info.dns_names, ", ")));
  line("IP names", fmt::format("{}", fmt::join(info.ip_names, ", ")));
  line("CRL at", fmt::format("{}", fmt::join(info.crl_addresses, ", ")));
  line("OCSP at", fmt::format("{}", fmt::join(info.ocsp_addresses, ", ")));
  line("CA", info.ca ? "yes: it may sign other certificates" : "no");
  line("Key", info.key);
  line("Signature", info.signature);
  line("Fingerprint", info.fingerprint, "  (SHA-256)");
  line("Pin", info.pin);
  line("DER size", fmt::format("{} bytes", info.der_bytes));
  return text;
}

} // namespace asio_chat::tls
