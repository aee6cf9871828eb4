// The public keys of an issuer (JWKS, RFC 7517).
#pragma once

#include "oidc/json.hpp"

#include <asio_chat/error.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::oidc {

/// A key that can verify signatures.
class signing_key {
 public:
  /// @param jwk of which `read_key_set` knows that it is a key
  explicit signing_key(json_ptr jwk)
      : jwk_(std::move(jwk)) {}

  const json_t* jwk() const noexcept { return jwk_.get(); }
  /// Whether it is of the type that signs by it, and not for another one alone.
  bool is_for(std::string_view algorithm) const;
  /// Whether a token that names a key may mean this one; empty: it names none.
  bool may_be(std::string_view kid) const;

 private:
  json_ptr jwk_;
};

/// Whether a token may be signed by it. Neither `none` nor an HMAC is among them.
bool is_known_algorithm(std::string_view name);

/// Keys for other uses, and of types that are not known here, are passed over (RFC 7517, section
/// 5). A file with a secret in it, or with a key that is damaged or weak, is a mistake, and so is
/// one without any key that can be used.
result<std::vector<signing_key>> read_key_set(std::string_view text, const std::string& source);

} // namespace asio_chat::oidc
