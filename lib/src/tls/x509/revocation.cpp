#include "tls/x509/revocation.hpp"

#include "base/ascii.hpp"
#include "tls/x509/signing.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace asio_chat::tls::x509 {

namespace {

using integer_ptr = openssl_ptr<ASN1_INTEGER, ASN1_INTEGER_free>;
using enumerated_ptr = openssl_ptr<ASN1_ENUMERATED, ASN1_ENUMERATED_free>;
using number_ptr = openssl_ptr<BIGNUM, BN_free>;
using time_ptr = openssl_ptr<ASN1_TIME, ASN1_TIME_free>;

constexpr std::size_t max_serial_digits = 40; // 20 bytes, RFC 5280, 4.1.2.2

struct reason_name {
  long code;
  std::string_view name;
  bool offered;
};

constexpr std::array reasons{
    reason_name{CRL_REASON_UNSPECIFIED, "unspecified", false},
    reason_name{CRL_REASON_KEY_COMPROMISE, "keyCompromise", true},
    reason_name{CRL_REASON_CA_COMPROMISE, "cACompromise", true},
    reason_name{CRL_REASON_AFFILIATION_CHANGED, "affiliationChanged", true},
    reason_name{CRL_REASON_SUPERSEDED, "superseded", true},
    reason_name{CRL_REASON_CESSATION_OF_OPERATION, "cessationOfOperation", true},
    reason_name{CRL_REASON_CERTIFICATE_HOLD, "certificateHold", false},
    reason_name{CRL_REASON_PRIVILEGE_WITHDRAWN, "privilegeWithdrawn", true},
    reason_name{CRL_REASON_AA_COMPROMISE, "aACompromise", false},
};

integer_ptr serial_of(const std::string& hex) {
  BIGNUM* read = nullptr;
  BN_hex2bn(&read, hex.c_str());
  const number_ptr number(read);
  return integer_ptr(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
}

std::string reason_of(const X509_REVOKED* entry) {
  const enumerated_ptr code(static_cast<ASN1_ENUMERATED*>(
      X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
  if (!code) return {};
  const long value = ASN1_ENUMERATED_get(code.get());
  const auto* known = std::find_if(reasons.begin(), reasons.end(),
                                   [value](const reason_name& r) { return r.code == value; });
  return known == reasons.end() ? fmt::format("reason {}", value) : std::string(known->name);
}

bool set_reason(X509_REVOKED* entry, const std::string& name) {
  if (name.empty()) return true; // RFC 5280, 5.3.1: rather none than `unspecified`
  const auto* known = std::find_if(reasons.begin(), reasons.end(), [&name](const reason_name& r) {
    return r.offered && r.name == name;
  });
  const enumerated_ptr code(ASN1_ENUMERATED_new());
  return known != reasons.end() && code && ASN1_ENUMERATED_set(code.get(), known->code) == 1 &&
         X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code.get(), 0, 0) == 1;
}

} // namespace

std::vector<std::string> revocation_reasons() {
  std::vector<std::string> names;
  for (const reason_name& reason : reasons)
    if (reason.offered) names.emplace_back(reason.name);
  return names;
}

result<std::string> parse_serial(std::string_view text) {
  const auto refuse = [text] {
    return fail(errc::bad_setting,
                fmt::format("'{}' is not a serial number: up to {} hexadecimal digits, not all of "
                            "them zero",
                            text, max_serial_digits));
  };
  std::string_view rest = text;
  if (rest.starts_with("0x") || rest.starts_with("0X")) rest.remove_prefix(2);
  std::string digits;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    const bool digit = ascii::hex_value(c) >= 0;
    if (!digit && (c != ':' || i == 0 || i + 1 == rest.size() || rest[i - 1] == ':'))
      return refuse();
    if (digit && (c != '0' || !digits.empty())) digits += c;
  }
  if (digits.empty() || digits.size() > max_serial_digits) return refuse();
  const error_queue_scope queue;
  const integer_ptr serial = serial_of(digits);
  if (!serial) return openssl_refused("to read a serial number");
  return serial_text(serial.get());
}

revoked_ptr make_entry(const revocation& what) {
  revoked_ptr entry(X509_REVOKED_new());
  const integer_ptr serial = serial_of(what.serial);
  const time_ptr when(ASN1_TIME_set(nullptr, what.when.time_since_epoch().count()));
  const bool filled = entry && serial && when &&
                      X509_REVOKED_set_serialNumber(entry.get(), serial.get()) == 1 &&
                      X509_REVOKED_set_revocationDate(entry.get(), when.get()) == 1 &&
                      set_reason(entry.get(), what.reason);
  return filled ? std::move(entry) : nullptr;
}

revocation read_entry(const X509_REVOKED* entry) {
  return {serial_text(X509_REVOKED_get0_serialNumber(entry)),
          time_of(X509_REVOKED_get0_revocationDate(entry)), reason_of(entry)};
}

} // namespace asio_chat::tls::x509
