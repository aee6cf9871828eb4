// A certificate anew: the same in everything but its number, its time and, if wanted, its key.
#pragma once

#include "tls/x509/issue.hpp"

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::tls::x509 {

/// Whether it vouches for itself: signed with its own key.
bool is_self_signed(X509* certificate);

/// Whether this CA issued it: by its name, and by the signature.
/// @param path for the sentence of a refusal
result<void> check_issued_by(X509* ca, X509* certificate, const std::string& path);

/// Of the same kind and size.
result<key_ptr> make_key_like(const EVP_PKEY* key);

/// @param key that it certifies: the public half does, unless it signs itself
/// @param issuer null for one that signs itself
/// @param days from now
result<certificate_ptr> renew(X509* certificate, EVP_PKEY* key, const identity* issuer, int days);

/// Days from its beginning to its end, rounded up.
int days_of(X509* certificate);

} // namespace asio_chat::tls::x509
