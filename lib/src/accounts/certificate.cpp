#include "accounts/certificate.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace asio_chat {

namespace {

/// Of hexadecimal digits alone, with or without colons: how many; 0: it is something else.
std::size_t hex_digits(std::string_view text) {
  const auto is_hex = [](char c) { return c == ':' || ascii::hex_value(c) >= 0; };
  if (!std::ranges::all_of(text, is_hex)) return 0;
  return text.size() - static_cast<std::size_t>(std::ranges::count(text, ':'));
}

std::string_view what_it_is(std::string_view text) {
  constexpr std::size_t of_sha1 = 40;
  constexpr std::size_t of_sha256 = 64;
  switch (hex_digits(text)) {
  case of_sha256:
    return "that is the fingerprint of a certificate, which ends when it is renewed: give the pin "
           "of its key";
  case of_sha1:
    return "that is a fingerprint by SHA-1, which proves nothing: give the pin of the key";
  default:
    return "that is no pin of a key";
  }
}

} // namespace

result<key_hash> read_pin(std::string_view typed) {
  const auto key = parse_pin(typed);
  if (key) return *key;
  return fail(errc::bad_arguments,
              std::string(what_it_is(typed))
                  .append(", sha256/ and 44 characters; asio-chat-certs show FILE prints it"));
}

identity identity_of(const key_hash& key) noexcept {
  identity who{};
  std::copy_n(key.begin(), who.size(), who.begin());
  return who;
}

} // namespace asio_chat
