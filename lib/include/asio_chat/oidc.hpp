// Users of an OpenID Connect issuer: their tokens say who they are.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/server_hooks.hpp>
#include <asio_chat/time.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace asio_chat {

/// Which tokens count, and what they say.
struct oidc_config {
  std::string issuer;   ///< what the claim `iss` has to be, to the letter; not empty
  std::string audience; ///< what the claim `aud` has to be, or to have in it; not empty
  /// The claim that is the name of the member. It has to be there.
  std::string name_claim = "preferred_username";
  /// The claim that has the role on the server: `member`, `voice`, `operator` or `owner`, or a list
  /// in which the highest of them counts. Empty, or without any of them: `role::member`.
  std::string role_claim = {};
  /// How far the clocks of issuer and server may be apart.
  std::chrono::seconds leeway{30};
};

/// Judges tokens that a client gives in place of a password: signed JWTs (RFC 7519), by the keys of
/// their issuer. Algorithms are RS256, RS384, RS512, PS256, PS384, PS512 and ES256,
/// and no others. It calls nobody: who has it brings the keys, and brings them again when they
/// change.
///
/// In the library `asio_chat::oidc`, which needs libjose and libjansson. To be used from one
/// thread; a token takes less than a millisecond:
///
///     hooks.authenticate = [&](const login_request& who, login_answer_handler done) {
///       done(tokens.check(who, clock.wall_now()));
///     };
///     hooks.passwords_in_text = true;
class oidc_tokens {
 public:
  static constexpr std::size_t max_token_bytes = 8192;
  static constexpr std::size_t max_key_set_bytes = std::size_t{1024} * 1024;

  /// @param keys the JWKS (RFC 7517) of the issuer: its public keys, at most 64
  /// @param source what a message names it by, such as the path of its file
  /// @throws asio_chat::error with `errc::bad_setting`: the keys cannot be used, or a text of the
  ///   configuration is empty
  oidc_tokens(oidc_config config, std::string_view keys, const std::string& source);
  ~oidc_tokens();
  oidc_tokens(const oidc_tokens&) = delete;
  oidc_tokens& operator=(const oidc_tokens&) = delete;

  /// Tokens count by these keys from now on. Nothing changes if it throws.
  /// @throws as above
  void replace_keys(std::string_view keys, const std::string& source);
  /// A good token is one user, for ever the same: issuer and `sub`. Others are refused with what is
  /// wrong, so that their owner can get a better one; nothing of a token is in that sentence.
  login_answer check(const login_request& who, wall_time now) const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace asio_chat
