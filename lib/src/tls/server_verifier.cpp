#include <asio_chat/tls/server_verifier.hpp>

#include "base/ascii.hpp"
#include "base/host_port.hpp"
#include "tls/ocsp_staple.hpp"
#include "tls/openssl_ptr.hpp"
#include "tls/pin.hpp"
#include "tls/refusal.hpp"

#include <asio_chat/tls/peer.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/x509v3.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace asio_chat::tls {

namespace {

using address_ptr = openssl_ptr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;

/// Where an SSL object keeps the verifier attached to it.
int verifier_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

/// As it is verified: no brackets and no zone of an address, no final dot of a name.
std::string bare(std::string_view host) {
  host = without_brackets(host);
  if (host.find(':') != std::string_view::npos) host = host.substr(0, host.find('%'));
  if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
  return std::string(host);
}

bool is_address(const std::string& host) {
  const address_ptr address(a2i_IPADDRESS(host.c_str()));
  return address != nullptr;
}

/// What may be sent as SNI and compared with the names of a certificate.
bool is_host_name(const std::string& host) {
  return !host.empty() && host.size() <= TLSEXT_MAXLEN_host_name &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return ascii::is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
         });
}

/// SSL_set_tlsext_host_name, which is a macro with a C cast.
bool send_sni(SSL* ssl, std::string& host) {
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) == 1;
}

/// Completes a sentence about the certificate; empty if it may be trusted.
std::string staple_problem(SSL* ssl, const X509* certificate) {
  const ocsp_staple staple = read_staple(ssl);
  const std::string why = staple.given ? staple.answer.problem(system_wall_now()) : "";
  const bool holds = staple.given && why.empty();
  if (holds && staple.answer.is_revoked())
    return fmt::format(
        "was revoked: so says the OCSP response of its CA, as of {}, that the server "
        "itself hands out. Its owner must get a new one",
        time_text(staple.answer.this_update));
  if ((holds && staple.answer.status == "good") || !must_staple(certificate)) return {};
  const std::string which =
      !staple.given ? "and the server gave none"
      : holds       ? "and the one that came says 'unknown'"
      : !staple.answer.about_it
          ? fmt::format("and the one that came is no use: {}", staple.answer.status)
          : fmt::format("and the one that came is no use: {}", why);
  return fmt::format("is good only together with an OCSP response of its CA (must-staple), {}. Its "
                     "owner must see to it that the server staples",
                     which);
}

/// X509_V_OK, or what is wrong with the certificate's time.
int time_error(const X509* certificate) {
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) >= 0)
    return X509_V_ERR_CERT_NOT_YET_VALID;
  // Zero stands for a time that cannot be read.
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
    return X509_V_ERR_CERT_HAS_EXPIRED;
  return X509_V_OK;
}

/// The host of a connection, as the certificate should have it.
std::string option_for(const std::string& host) {
  return fmt::format("{} {}", is_address(host) ? "--ip" : "--dns", host);
}

std::string name_problem(const certificate_info& shown, const std::string& host) {
  std::vector<std::string> names = shown.dns_names;
  names.insert(names.end(), shown.ip_names.begin(), shown.ip_names.end());
  if (names.empty())
    return fmt::format("the certificate names no host, so that no CA can vouch for it as '{}': "
                       "only the SubjectAltName counts, and it has none. Trust its key, if its "
                       "owner confirms it (SHA-256 fingerprint {}), in tls.pins (asio-chat: --pin "
                       "{}). Or have it issued "
                       "with a SubjectAltName (asio-chat-certs: {})",
                       host, shown.fingerprint, shown.pin, option_for(host));
  const bool as_dns = is_address(host) && std::ranges::count(shown.dns_names, host) != 0;
  const std::string note =
      as_dns ? fmt::format(
                   " ({} stands there as a DNS name, which is not compared with an address)", host)
      : shown.common_name == host
          ? " (its common name is the right one, but only the SubjectAltName counts)"
          : "";
  return fmt::format("the certificate is of another host than '{}': it is for {}{}. Connect by one "
                     "of the certificate's names, or have it issued for this one (asio-chat-certs: "
                     "{})",
                     host, fmt::join(names, ", "), note, option_for(host));
}

} // namespace

server_verifier::server_verifier(const tls_client_config& config, std::string host)
    : config_(config)
    , host_(bare(config.server_name.empty() ? std::move(host) : config.server_name)) {}

result<void> server_verifier::attach(SSL* ssl) {
  const error_queue_scope queue;
  for (const std::string& pin : config_.pins)
    if (!is_pin(pin))
      return fail(errc::bad_setting,
                  fmt::format("'{}' is not a pin: a pin is `sha256/` and 44 characters of base64, "
                              "as `asio-chat-certs show` prints it",
                              pin));
  const bool address = is_address(host_);
  if (!address && !is_host_name(host_))
    return fail(errc::bad_setting,
                fmt::format("'{}' is neither an IP address nor a host name in ASCII (an "
                            "international name is written in its `xn--` form)",
                            host_));

  bool ready = SSL_set_ex_data(ssl, verifier_slot(), this) == 1;
  ready = ready && ask_for_staple(ssl);
  if (!address) ready = ready && send_sni(ssl, host_);
  if (config_.pins.empty() && !config_.insecure_skip_host_name_check) {
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    ready = ready && (address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host_.c_str())
                              : SSL_set1_host(ssl, host_.c_str())) == 1;
  }
  SSL_set_verify(ssl, SSL_VERIFY_PEER, &server_verifier::verify);
  if (ready) return {};
  return fail(errc::bad_setting,
              fmt::format("OpenSSL cannot be told to verify the host '{}'", host_));
}

// OpenSSL calls this for each problem and for each certificate of the chain that has none; what it
// returns decides whether the handshake goes on.
int server_verifier::verify(int preverified, X509_STORE_CTX* store) noexcept {
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* self = static_cast<server_verifier*>(SSL_get_ex_data(ssl, verifier_slot()));
  X509* leaf = X509_STORE_CTX_get0_cert(store);
  if (!self->seen_) self->seen_ = describe(leaf);

  if (self->config_.pins.empty()) {
    if (preverified == 1) return 1;
    self->verify_error_ = X509_STORE_CTX_get_error(store);
    self->problem_depth_ = X509_STORE_CTX_get_error_depth(store);
    return 0;
  }
  // A pin stands for chain and name, so their problems do not matter; the time still does.
  self->by_pin_ = self->pinned(leaf);
  // Of a rejected certificate the server is told so, in the alert `bad certificate`.
  self->verify_error_ = self->by_pin_ ? time_error(leaf) : X509_V_ERR_CERT_REJECTED;
  X509_STORE_CTX_set_error(store, self->verify_error_);
  return self->verify_error_ == X509_V_OK ? 1 : 0;
}

void server_verifier::judge_staples(SSL_CTX* context) noexcept {
  on_staple(context, &server_verifier::verify_staple);
}

// OpenSSL calls this once the certificate was verified, in TLS 1.2 and 1.3 before it shows ours.
int server_verifier::verify_staple(SSL* ssl, void*) noexcept {
  auto* self = static_cast<server_verifier*>(SSL_get_ex_data(ssl, verifier_slot()));
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (self == nullptr || certificate == nullptr || self->verify_error_ != X509_V_OK) return 1;
  self->staple_problem_ = staple_problem(ssl, certificate);
  if (self->staple_problem_.empty()) return 1;
  self->verify_error_ = X509_V_ERR_CERT_REVOKED;
  return 0;
}

bool server_verifier::pinned(X509* leaf) const {
  const std::string pin = pin_of(leaf);
  return std::find(config_.pins.begin(), config_.pins.end(), pin) != config_.pins.end();
}

result<std::string> server_verifier::outcome(SSL* ssl, const error_code& handshake_error) const {
  if (verify_error_ != X509_V_OK) return refusal();
  if (handshake_error)
    return failure{handshake_error, fmt::format("no TLS with '{}': {}", host_,
                                                handshake_failure_reason(handshake_error, ssl))};
  // A handshake in which no certificate was looked at proves nothing.
  if (!seen_ || (!config_.pins.empty() && !by_pin_))
    return fail(errc::no_certificate, fmt::format("'{}' showed no certificate", host_));
  if (by_pin_) return "pin";
  if (config_.ca_file.empty()) return "the system's store";
  return std::filesystem::path(config_.ca_file).filename().string();
}

failure server_verifier::refusal() const {
  const certificate_info& shown = *seen_;
  const std::string prints =
      fmt::format("its SHA-256 fingerprint is {}, its pin {}", shown.fingerprint, shown.pin);
  if (!config_.pins.empty() && !by_pin_)
    return fail(errc::certificate_changed,
                fmt::format("'{}' shows another key than the pinned one: {}. Take the new pin only "
                            "if the server's owner confirms the change; else an attacker may "
                            "stand in between",
                            host_, prints));

  if (!staple_problem_.empty())
    return fail(errc::certificate_revoked,
                fmt::format("the certificate of '{}' {}", host_, staple_problem_));

  const std::string whose = fmt::format(
      "{} of '{}'", problem_depth_ == 0 ? "the certificate" : "the CA's certificate", host_);
  const errc code = trust_code(verify_error_);
  if (code == errc::certificate_expired) {
    const std::string valid =
        problem_depth_ == 0 ? fmt::format(": it is valid from {} to {}",
                                          time_text(shown.not_before), time_text(shown.not_after))
                            : "";
    return fail(code, fmt::format("{} {}{}. Its owner must renew it, unless this machine's clock "
                                  "is wrong",
                                  whose, trust_phrase(verify_error_), valid));
  }
  if (code == errc::host_name_mismatch) return fail(code, name_problem(shown, host_));

  const std::string trusted =
      config_.ca_file.empty() ? "the system's store" : fmt::format("'{}'", config_.ca_file);
  if (verify_error_ == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
    return fail(code,
                fmt::format("{} {}, which are those of {}: no CA vouches for it. If its owner "
                            "confirms the fingerprint (SHA-256 {}), trust its key in tls.pins "
                            "(asio-chat: --pin {})",
                            whose, trust_phrase(verify_error_), trusted, shown.fingerprint,
                            shown.pin));
  return fail(code, fmt::format("{} {}: it was issued by '{}', and what is trusted is {}. If this "
                                "is the server you mean, get its CA's certificate in a way that "
                                "you trust and give it as CA file, or pin it: {}",
                                whose, trust_phrase(verify_error_), shown.issuer, trusted, prints));
}

} // namespace asio_chat::tls
