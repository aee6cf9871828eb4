#include "net/tls_peer.hpp"

#include "tls/verified_client.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/peer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

std::optional<tls_peer::entry> tls_peer::enter(wall_time now) const {
  SSL* ssl = stream_.native_tls();
  if (ssl == nullptr && stream_.is_insecure_plaintext()) {
    context_.log(
        severity::warning,
        fmt::format("Insecure connection with {}: no TLS, whatever is said there can be read "
                    "and changed on its way",
                    address_));
    return entry{};
  }
  if (ssl == nullptr) return entry{native_alpn};
  // Nothing of the application has been sent yet.
  const auto until = context_.tls->admit(ssl, now);
  if (!until) {
    context_.refusals.add(refusal::certificate, address_, until.error().message);
    return std::nullopt;
  }
  const tls_info agreed = tls::describe_session(ssl);
  context_.log(severity::info, fmt::format("Secure connection established with {}", address_),
               {{"version", agreed.version},
                {"cipher", agreed.cipher_suite},
                {"certificate", agreed.peer_subject.empty() ? "none" : agreed.peer_subject}});
  return entry{agreed.alpn, *until};
}

offence tls_peer::handshake_failed(const error_code& e) const {
  SSL* ssl = stream_.native_tls();
  if (!tls::has_received(ssl)) {
    // A health check, or a look at which ports are open.
    context_.log(severity::info, fmt::format("Connection closed with {}", address_),
                 {{"reason", "closed by the peer before its first byte"}});
    return offence::left;
  }
  context_.refusals.add(refusal::handshake, address_, tls::handshake_failure_reason(e, ssl));
  return offence::tls;
}

result<std::optional<std::chrono::sys_seconds>> tls_peer::judge(wall_time now) const {
  SSL* ssl = stream_.native_tls();
  if (ssl == nullptr) return std::optional<std::chrono::sys_seconds>();
  const auto until = context_.tls->admit(ssl, now);
  if (!until) return until.error();
  return std::optional(*until);
}

close_reason tls_peer::lost(const error_code& e, bool expected) const {
  if (e == asio::error::eof) return {close_code::connection_lost, "closed by the peer"};
  if (e.category() != asio::error::get_ssl_category())
    return {close_code::connection_lost, e.message()};
  std::string reason = tls::connection_failure_reason(e, stream_.native_tls());
  if (!expected) context_.refusals.add(refusal::connection, address_, reason);
  return {close_code::connection_lost, std::move(reason)};
}

std::string tls_peer::certificate() const {
  SSL* ssl = stream_.native_tls();
  return ssl == nullptr ? std::string() : tls::describe_session(ssl).peer_subject;
}

std::optional<shown_certificate> tls_peer::verified_certificate() const {
  SSL* ssl = stream_.native_tls();
  auto client = ssl == nullptr ? std::nullopt : tls::verified_client_of(ssl);
  if (!client) return {};
  return shown_certificate{client->key, std::move(client->common_names)};
}

answers::protection tls_peer::protection() const {
  SSL* ssl = stream_.native_tls();
  if (ssl == nullptr) return {};
  const tls_info agreed = tls::describe_session(ssl);
  const tls::certificate_info shown = tls::describe(SSL_get_certificate(ssl));
  return {true,          agreed.version,    agreed.cipher_suite, agreed.group,
          shown.subject, shown.fingerprint, agreed.peer_subject};
}

} // namespace asio_chat::net
