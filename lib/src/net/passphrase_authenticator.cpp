#include "net/passphrase_authenticator.hpp"

#include "base/ascii.hpp"
#include "tls/sha256.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <span>

namespace asio_chat::net {

namespace {

constexpr std::size_t token_digits = 64;

void fill_randomly(std::span<unsigned char> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw error(fail(errc::not_available, "the system has no random numbers"));
}

std::string digits_of(std::span<const unsigned char> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

/// The second half of a token whose first half is this.
std::string proof_of_half(const passphrase_authenticator::marker& mark, std::string_view drawn) {
  std::string proof;
  for (const char part : {'0', '1'}) {
    // No identity of a member is made of such a text.
    const auto digest =
        tls::sha256(std::string("resume token\0", 13).append(1, part).append(drawn));
    if (!digest) throw error(fail(errc::not_available, "this server cannot compute SHA-256"));
    identity half;
    std::copy_n(digest->begin(), half.size(), half.begin());
    proof += fmt::format("{:016x}", mark(half));
  }
  return proof;
}

} // namespace

std::string passphrase_authenticator::make_token() const {
  std::array<unsigned char, token_digits / 2> bits;
  fill_randomly(bits);
  if (!mark_) return digits_of(bits);
  const std::string drawn = digits_of(std::span(bits).first(bits.size() / 2));
  return drawn + proof_of_half(mark_, drawn);
}

bool passphrase_authenticator::has_drawn(std::string_view token) const {
  if (!mark_) return true;
  const std::string proof = proof_of_half(mark_, token.substr(0, token_digits / 2));
  return CRYPTO_memcmp(proof.data(), token.data() + token_digits / 2, proof.size()) == 0;
}

bool same_passphrase(std::string_view given, std::string_view expected) noexcept {
  // Digests are equally long, so that not even the length of the secret shows in the time.
  const auto a = tls::sha256(given);
  const auto b = tls::sha256(expected);
  return a && b && CRYPTO_memcmp(a->data(), b->data(), a->size()) == 0;
}

result<identity> identity_of(std::string_view token) {
  const auto is_digit = [](char c) { return ascii::hex_value(c) >= 0 && ascii::lower(c) == c; };
  if (token.size() != token_digits || !std::all_of(token.begin(), token.end(), is_digit)) {
    return fail(
        errc::protocol_error,
        fmt::format("a resume token is what a welcome gave: {} hexadecimal digits", token_digits));
  }
  const auto digest = tls::sha256(token);
  if (!digest) return fail(errc::not_available, "this server cannot compute SHA-256");
  identity who;
  std::copy_n(digest->begin(), who.size(), who.begin());
  return who;
}

authenticator::answer passphrase_authenticator::judge(const credentials& c) const {
  if (passphrase_ && !same_passphrase(c.passphrase.value_or(""), *passphrase_)) {
    return denial{fail(errc::login_required,
                       c.passphrase ? "wrong passphrase" : "this server wants a passphrase"),
                  close_code::wrong_passphrase};
  }
  if (!c.keeps_token) {
    admission a;
    fill_randomly(a.who);
    return a;
  }
  const std::string token = c.token ? *c.token : make_token();
  const result<identity> who = identity_of(token);
  if (!who) return denial{who.error()};
  admission a{*who, token};
  a.token_chosen = c.token && !has_drawn(token);
  return a;
}

} // namespace asio_chat::net
