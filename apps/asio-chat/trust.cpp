#include "trust.hpp"

#include "base/sanitize.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <span>

namespace asio_chat::app {

bool may_be_asked(const error_code& why, const server_certificate& server) {
  if (server.pin.empty()) return false;
  return why == errc::untrusted_certificate ||
         (why == errc::host_name_mismatch && server.self_issued);
}

std::string introduction(const std::string& address, const server_certificate& server) {
  constexpr std::size_t enough = 10;
  const std::size_t shown = std::min(server.names.size(), enough);
  std::string names = fmt::format("{}", fmt::join(std::span(server.names).first(shown), ", "));
  if (names.empty()) names = "none";
  if (shown < server.names.size())
    names += fmt::format(", and {} more", server.names.size() - shown);
  return fmt::format("The server {} is not known here, and no trusted CA vouches for it.\n"
                     "  subject:     {}\n"
                     "  issuer:      {}\n"
                     "  names:       {}\n"
                     "  valid:       {} to {}\n"
                     "  fingerprint: SHA-256 {}\n"
                     "  pin:         {}\n"
                     "Compare the fingerprint with what the server's owner says.\n",
                     address, sanitize_for_terminal(server.subject),
                     server.self_issued ? "itself" : sanitize_for_terminal(server.issuer),
                     sanitize_for_terminal(names), tls::time_text(server.valid_from),
                     tls::time_text(server.valid_until), server.fingerprint, server.pin);
}

std::string advice_without_terminal(const std::string& address, const server_certificate& server) {
  if (server.self_issued)
    return fmt::format("the certificate of {} is signed by itself: no CA vouches for it. If the "
                       "server's owner confirms its fingerprint (SHA-256 {}), give --pin {}",
                       address, server.fingerprint, server.pin);
  return fmt::format("the certificate of {} is not trusted (SHA-256 fingerprint {}). Give the CA "
                     "that issued it with --ca FILE, or, after comparing the fingerprint with what "
                     "the server's owner says, give --pin {}",
                     address, server.fingerprint, server.pin);
}

std::string changed_key(const std::string& address, const server_certificate& server,
                        const known_hosts::host& remembered, const std::string& file) {
  return fmt::format(
      "WARNING: THE KEY OF {} HAS CHANGED!\n"
      "An attacker may stand between you and the server, or its owner has renewed the key.\n"
      "  remembered: {}\n"
      "  shown now:  {}\n"
      "  fingerprint: SHA-256 {}\n"
      "If the owner confirms the new one, remove line {} of {} and connect again.",
      address, remembered.pin, server.pin, server.fingerprint, remembered.line, file);
}

} // namespace asio_chat::app
