#include <asio_chat/tls/peer_policy.hpp>

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "tls/openssl_ptr.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <arpa/inet.h>

namespace asio_chat::tls {

namespace {

using general_names = openssl_ptr<GENERAL_NAMES, GENERAL_NAMES_free>;
using address_ptr = openssl_ptr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;

std::string bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

/// None if it is not text of its own declared kind.
std::optional<std::string> utf8_of(const ASN1_STRING* text) {
  unsigned char* data = nullptr;
  const int length = ASN1_STRING_to_UTF8(&data, text);
  if (length < 0) return std::nullopt;
  std::string utf8(reinterpret_cast<const char*>(data), static_cast<std::size_t>(length));
  OPENSSL_free(data);
  return utf8;
}

/// `*` is one character or more, and no dot.
bool glob_matches(std::string_view pattern, std::string_view text) {
  // The last star and the end of what it has taken: it takes more where what follows does not fit.
  // An earlier star needs no second try, since what stands after it was found as early as possible.
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*' && text[t] != '.') {
      star = p++;
      taken = ++t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos && text[taken] != '.') {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return p == pattern.size();
}

bool is_dns_pattern(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '*';
  };
  return std::all_of(text.begin(), text.end(), allowed) && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string_view::npos;
}

/// Nothing in it that a terminal or a log would obey.
bool is_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

failure not_a_pattern(std::string_view pattern, std::string_view why) {
  return fail(errc::bad_setting,
              fmt::format("'{}' is not a pattern for a certificate's name: {}",
                          is_text(pattern) ? std::string(pattern) : sanitize_to_ascii(pattern),
                          why));
}

constexpr std::array<std::string_view, 5> prefixes{"cn", "dns", "ip", "email", "uri"};

/// The names that a certificate may carry are many and long; a log line is not.
constexpr std::size_t shown_names = 8;
constexpr std::size_t shown_characters = 80;

std::string shortened(std::string text) {
  if (text.size() <= shown_characters) return text;
  return text.substr(0, shown_characters) + "...";
}

} // namespace

result<peer_policy> peer_policy::parse(const std::vector<std::string>& patterns) {
  peer_policy policy;
  for (const std::string& pattern : patterns) {
    auto parsed = parse_pattern(pattern);
    if (!parsed) return parsed.error();
    policy.allowed_.push_back(std::move(*parsed));
  }
  return policy;
}

result<peer_policy::name> peer_policy::parse_pattern(const std::string& pattern) {
  const error_queue_scope queue;
  const std::size_t colon = pattern.find(':');
  const auto prefix = std::find(prefixes.begin(), prefixes.end(), pattern.substr(0, colon));
  if (colon == std::string::npos || prefix == prefixes.end())
    return not_a_pattern(
        pattern, "write cn:NAME, dns:NAME, ip:ADDRESS, email:ADDRESS or uri:URI, e.g. cn:alice");
  name parsed{static_cast<kind>(prefix - prefixes.begin()), pattern.substr(colon + 1)};
  if (parsed.value.empty() || !is_text(parsed.value))
    return not_a_pattern(pattern, "after the colon stands a name, without control characters");
  if (parsed.of == kind::dns) {
    parsed.value = ascii::lower(parsed.value);
    if (is_dns_pattern(parsed.value)) return parsed;
    return not_a_pattern(pattern, "a DNS name is made of labels with a dot between them, in ASCII; "
                                  "`*` stands for a part of a label");
  }
  if (parsed.of == kind::ip) {
    const address_ptr address(a2i_IPADDRESS(parsed.value.c_str()));
    if (!address) return not_a_pattern(pattern, "that is no IPv4 or IPv6 address");
    parsed.value = bytes_of(address.get());
    return parsed;
  }
  if (parsed.value.find('*') != std::string::npos)
    return not_a_pattern(pattern, "`*` is known in dns: patterns only");
  return parsed;
}

std::vector<peer_policy::name> peer_policy::names_of(const X509* certificate) {
  std::vector<name> names;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
    last = at;
  if (last >= 0)
    if (auto text = utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last))))
      names.push_back({kind::cn, std::move(*text)});

  const general_names alternatives(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; alternatives && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* alternative = sk_GENERAL_NAME_value(alternatives.get(), i);
    switch (alternative->type) {
    case GEN_DNS:
      names.push_back({kind::dns, ascii::lower(bytes_of(alternative->d.dNSName))});
      break;
    case GEN_IPADD:
      names.push_back({kind::ip, bytes_of(alternative->d.iPAddress)});
      break;
    case GEN_EMAIL:
      names.push_back({kind::email, bytes_of(alternative->d.rfc822Name)});
      break;
    case GEN_URI:
      names.push_back({kind::uri, bytes_of(alternative->d.uniformResourceIdentifier)});
      break;
    default:
      break;
    }
  }
  return names;
}

bool peer_policy::matches(const name& pattern, const name& shown) {
  if (pattern.of != shown.of) return false;
  if (pattern.of == kind::dns) return glob_matches(pattern.value, shown.value);
  return pattern.value == shown.value;
}

std::string peer_policy::text_of(const name& n) {
  std::string value = n.value;
  if (n.of == kind::ip) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool v4 = value.size() == 4;
    const bool known = v4 || value.size() == 16;
    if (known) ::inet_ntop(v4 ? AF_INET : AF_INET6, value.data(), text.data(), text.size());
    value = known ? text.data() : "(not an address)";
  }
  return fmt::format("{}:{}", prefixes[static_cast<std::size_t>(n.of)], value);
}

result<void> peer_policy::check(X509* peer, std::chrono::system_clock::time_point now) const {
  const error_queue_scope queue;
  if (peer == nullptr) return fail(errc::no_certificate, "the peer showed no certificate");

  // Both ends of the time belong to it (RFC 5280, 4.1.2.5). -2: it cannot be read.
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(now));
  const int begun = ASN1_TIME_cmp_time_t(X509_get0_notBefore(peer), seconds);
  const int ended = ASN1_TIME_cmp_time_t(X509_get0_notAfter(peer), seconds);
  if (begun == -2 || ended == -2)
    return fail(errc::certificate_expired, "the certificate's validity time cannot be read");
  if (begun > 0 || ended < 0) {
    const certificate_info info = describe(peer);
    return fail(errc::certificate_expired,
                fmt::format("the certificate {}: it is valid from {} to {}",
                            begun > 0 ? "is not valid yet" : "has expired",
                            time_text(info.not_before), time_text(info.not_after)));
  }

  if (allowed_.empty()) return {};
  const std::vector<name> shown = names_of(peer);
  for (const name& pattern : allowed_)
    for (const name& one : shown)
      if (matches(pattern, one)) return {};
  return refusal(shown);
}

failure peer_policy::refusal(const std::vector<name>& shown) const {
  std::vector<std::string> has;
  for (std::size_t i = 0; i < std::min(shown.size(), shown_names); ++i)
    has.push_back(shortened(sanitize_to_ascii(text_of(shown[i]))));
  if (shown.size() > shown_names) has.push_back("...");
  std::vector<std::string> takes;
  for (const name& pattern : allowed_)
    takes.push_back(text_of(pattern));
  const std::string whose =
      has.empty() ? "the certificate names nobody; allowed is"
                  : fmt::format("none of the certificate's names ({}) is among those allowed:",
                                fmt::join(has, ", "));
  return fail(errc::untrusted_certificate, fmt::format("{} {}", whose, fmt::join(takes, ", ")));
}

} // namespace asio_chat::tls
