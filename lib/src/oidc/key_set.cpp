#include "oidc/key_set.hpp"

#include "base/sanitize.hpp"
#include "oidc/jose.hpp"

#include <asio_chat/oidc.hpp>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace asio_chat::oidc {

namespace {

constexpr std::size_t max_keys = 64;
constexpr int min_rsa_bits = 2048; // RFC 7518, section 3.3
constexpr int max_rsa_bits = 4096; // more takes too long for the loop

/// Those of other curves take milliseconds.
constexpr std::array<std::string_view, 7> algorithms{"RS256", "RS384", "RS512", "PS256",
                                                     "PS384", "PS512", "ES256"};

/// Whether this is a key of a kind that is used here, for signatures.
bool is_wanted(const json_t* jwk) {
  const std::string_view type = text_in(jwk, "kty");
  const bool known = type == "RSA" || (type == "EC" && text_in(jwk, "crv") == "P-256");
  const bool signs = !has(jwk, "use") || text_in(jwk, "use") == "sig";
  const bool verifies =
      !has(jwk, "key_ops") || is_or_has(json_object_get(jwk, "key_ops"), "verify");
  const bool by_what_we_know = !has(jwk, "alg") || is_known_algorithm(text_in(jwk, "alg"));
  return known && signs && verifies && by_what_we_know;
}

/// By an exponent of 1 everybody signs; RFC 8017, section 3.1 wants an odd one from 3 on. A long
/// one takes too long.
bool has_good_exponent(const EVP_PKEY& rsa) {
  constexpr int max_exponent_bits = 64;
  BIGNUM* e = nullptr;
  if (::EVP_PKEY_get_bn_param(&rsa, OSSL_PKEY_PARAM_RSA_E, &e) != 1) return false;
  const std::unique_ptr<BIGNUM, decltype(&::BN_free)> kept(e, &::BN_free);
  return ::BN_is_odd(e) == 1 && ::BN_is_one(e) == 0 && ::BN_num_bits(e) <= max_exponent_bits;
}

/// What is wrong with a key that is wanted; empty: nothing.
std::string fault_of(const json_t* jwk) {
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(
      ::jose_openssl_jwk_to_EVP_PKEY(nullptr, jwk), &::EVP_PKEY_free);
  if (!key) return "is damaged: its numbers are no public key";
  const int bits = ::EVP_PKEY_get_bits(key.get());
  if (text_in(jwk, "kty") == "RSA" && (bits < min_rsa_bits || bits > max_rsa_bits))
    return fmt::format("has {} bits, and an RSA key has from {} to {}", bits, min_rsa_bits,
                       max_rsa_bits);
  if (text_in(jwk, "kty") == "RSA" && !has_good_exponent(*key))
    return "has an exponent («e») by which signatures can be forged, or that is none: it is odd, "
           "from 3 to 64 bits";
  return {};
}

/// A set that is published has no such thing in it.
std::string secret_in(const json_t* jwk) {
  if (text_in(jwk, "kty") == "oct" || has(jwk, "k"))
    return "is a shared secret, with which everybody who can read it makes tokens; leave it out";
  if (has(jwk, "d")) return "is a private key; give the public one, without «d»";
  return {};
}

} // namespace

bool is_known_algorithm(std::string_view name) {
  return std::ranges::find(algorithms, name) != algorithms.end();
}

bool signing_key::is_for(std::string_view algorithm) const {
  if (has(jwk_.get(), "alg") && text_in(jwk_.get(), "alg") != algorithm) return false;
  if (text_in(jwk_.get(), "kty") == "RSA")
    return algorithm.starts_with("RS") || algorithm.starts_with("PS");
  return algorithm == "ES256";
}

bool signing_key::may_be(std::string_view kid) const {
  return kid.empty() || !has(jwk_.get(), "kid") || text_in(jwk_.get(), "kid") == kid;
}

result<std::vector<signing_key>> read_key_set(std::string_view text, const std::string& source) {
  const auto wrong = [&source](const std::string& why) {
    return fail(errc::bad_setting, fmt::format("the keys of the issuer in '{}' cannot be used: {}",
                                               sanitize_for_log(source, 512), why));
  };
  if (text.size() > oidc_tokens::max_key_set_bytes) return wrong("the file is larger than 1 MiB");
  json_error_t where{};
  const json_ptr set = read_json(text, &where);
  if (!set)
    return wrong(fmt::format("line {} is no JSON: {}", where.line,
                             sanitize_for_log(static_cast<const char*>(where.text), 160)));
  json_t* list = json_object_get(set.get(), "keys");
  if (!json_is_array(list)) return wrong("it has no list «keys», as a JWKS has (RFC 7517)");
  const std::size_t count = json_array_size(list);
  if (count > max_keys)
    return wrong(fmt::format("it has {} keys, and {} are read at most", count, max_keys));
  std::vector<signing_key> keys;
  for (std::size_t i = 0; i < count; ++i) {
    json_t* jwk = json_array_get(list, i);
    std::string fault = json_is_object(jwk) ? secret_in(jwk) : "is no object";
    if (fault.empty() && is_wanted(jwk)) {
      fault = fault_of(jwk);
      if (fault.empty()) keys.emplace_back(json_ptr(json_incref(jwk)));
    }
    if (fault.empty()) continue;
    const std::string kid = sanitize_for_log(text_in(jwk, "kid"), 80);
    return wrong(fmt::format("key {}{} {}", i + 1,
                             kid.empty() ? "" : fmt::format(" (kid «{}»)", kid), fault));
  }
  if (keys.empty())
    return wrong(fmt::format(
        "none of its {} keys verifies signatures of RSA, or of ECDSA with P-256", count));
  return keys;
}

} // namespace asio_chat::oidc
