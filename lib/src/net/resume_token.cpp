#include "net/resume_token.hpp"

#include "base/ascii.hpp"
#include "tls/sha256.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <span>

namespace asio_chat::net {

namespace {

constexpr std::size_t token_digits = 64;

void fill_randomly(std::span<unsigned char> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw error(fail(errc::not_available, "the system has no random numbers"));
  }
}

} // namespace

std::string make_resume_token() {
  std::array<unsigned char, token_digits / 2> bits;
  fill_randomly(bits);
  return fmt::format("{:02x}", fmt::join(bits, ""));
}

result<identity> identity_of(std::string_view token) {
  const auto is_digit = [](char c) { return ascii::hex_value(c) >= 0 && ascii::lower(c) == c; };
  if (token.size() != token_digits || !std::all_of(token.begin(), token.end(), is_digit)) {
    return fail(errc::protocol_error,
                fmt::format("the field resume must be what a welcome gave: {} hexadecimal digits",
                            token_digits));
  }
  const auto digest = tls::sha256(token);
  if (!digest) return fail(errc::not_available, "this server cannot compute SHA-256");
  identity who;
  std::copy_n(digest->begin(), who.size(), who.begin());
  return who;
}

identity make_identity() {
  identity who;
  fill_randomly(who);
  return who;
}

} // namespace asio_chat::net
