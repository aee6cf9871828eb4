#include "totp/qr_lines.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/second_factor.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <liboath/oath.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace asio_chat {

namespace {

constexpr unsigned digits = 6;
constexpr std::size_t secret_bytes = 20; // RFC 4226, section 4: as long as the hash
constexpr std::size_t recovery_codes = 10;
constexpr std::size_t recovery_bytes = 10; // 80 bits, 16 letters

std::string random_bytes(std::size_t n) {
  std::string bytes(n, '\0');
  if (::RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(n)) != 1)
    throw error(fail(errc::not_available, "the system has no random numbers"));
  return bytes;
}

/// RFC 4648, without `=`.
std::string base32(std::string_view bytes) {
  char* made = nullptr;
  std::size_t size = 0;
  if (::oath_base32_encode(bytes.data(), bytes.size(), &made, &size) != OATH_OK)
    throw error(fail(errc::not_available, "there is no memory for a second factor"));
  std::string text(made, size);
  ::OPENSSL_cleanse(made, size);
  std::free(made);
  text.erase(std::min(text.find('='), text.size()));
  return text;
}

class oath_totp final : public second_factor {
 public:
  oath_totp() {
    if (::oath_init() != OATH_OK) throw error(fail(errc::not_available, "liboath cannot be used"));
  }

  std::string new_secret() override { return random_bytes(secret_bytes); }

  std::vector<std::string> setup_of(std::string_view secret, std::string_view account) override {
    const std::string letters = base32(secret);
    std::vector<std::string> lines = totp::qr_lines(fmt::format(
        "otpauth://totp/asio-chat:{}?secret={}&issuer=asio-chat", escaped(account), letters));
    lines.push_back(fmt::format("secret: {} (TOTP, 6 digits, 30 s)", letters));
    return lines;
  }

  std::optional<std::uint64_t> step_of(std::string_view secret, std::string_view code,
                                       wall_time at) override {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
    if (code.size() != digits || seconds < 0) return {};
    const auto now = static_cast<std::uint64_t>(seconds) / OATH_TOTP_DEFAULT_TIME_STEP_SIZE;
    std::optional<std::uint64_t> found;
    for (std::uint64_t step = now - std::min<std::uint64_t>(now, 1); step <= now + 1; ++step) {
      std::array<char, digits + 1> right{};
      const auto begin = static_cast<std::time_t>(step * OATH_TOTP_DEFAULT_TIME_STEP_SIZE);
      if (::oath_totp_generate(secret.data(), secret.size(), begin,
                               OATH_TOTP_DEFAULT_TIME_STEP_SIZE, OATH_TOTP_DEFAULT_START_TIME,
                               digits, right.data()) != OATH_OK)
        return {};
      if (::CRYPTO_memcmp(right.data(), code.data(), digits) == 0) found = step;
    }
    return found;
  }

  std::vector<std::string> new_recovery_codes() override {
    std::vector<std::string> codes;
    for (std::size_t i = 0; i < recovery_codes; ++i) {
      std::string code = base32(random_bytes(recovery_bytes));
      std::ranges::transform(code, code.begin(), lower);
      for (const std::size_t at : {12u, 8u, 4u})
        code.insert(at, 1, '-');
      codes.push_back(std::move(code));
    }
    return codes;
  }

  std::string hash_of_recovery_code(std::string_view code) override {
    std::string letters;
    for (const char c : code)
      if (c != '-') letters.push_back(lower(c));
    std::array<unsigned char, 32> digest{};
    if (::EVP_Digest(letters.data(), letters.size(), digest.data(), nullptr, ::EVP_sha256(),
                     nullptr) != 1)
      throw error(fail(errc::not_available, "this server cannot compute SHA-256"));
    return {digest.begin(), digest.end()};
  }

 private:
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

  /// RFC 3986, section 2.1.
  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
      const bool plain = (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
      out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
  }
};

} // namespace

std::shared_ptr<second_factor> make_totp() {
  return std::make_shared<oath_totp>();
}

} // namespace asio_chat
