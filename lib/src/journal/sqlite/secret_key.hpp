// Secret keys, and what is sealed with one.
#pragma once

#include <asio_chat/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace asio_chat::sqlite {

inline constexpr std::size_t key_size = 32;
using key_bytes = std::span<const std::uint8_t, key_size>;

/// 32 bytes in memory that is kept out of swap and core files where the system allows it, and is
/// wiped with the last copy: copies share it.
class secret_key {
 public:
  static secret_key random();
  /// @param fill is called once, with `std::span<std::uint8_t, key_size>`
  template <class Function>
  static secret_key filled(Function fill) {
    secret_key made;
    fill(std::span<std::uint8_t, key_size>(made.memory_.get(), key_size));
    return made;
  }

  /// @param text 64 hexadecimal digits, with or without the end of a line, or the 32 bytes
  static result<secret_key> parse(std::string_view text);

  key_bytes bytes() const noexcept { return key_bytes(memory_.get(), key_size); }

 private:
  secret_key();

  std::shared_ptr<std::uint8_t> memory_;
};

using seal_nonce = std::array<std::uint8_t, 24>;
seal_nonce draw_nonce() noexcept;

/// XChaCha20-Poly1305 (IETF) with a random nonce, which goes ahead of the sealed bytes. Random
/// nonces of 192 bits do not meet, so nobody has to count.
/// @param associated is authenticated and not kept: opening needs the same bytes
std::string seal_bytes(key_bytes key, std::string_view plain, std::string_view associated);
/// The same with a nonce that was drawn for it, and that something else was made with before.
std::string seal_bytes(key_bytes key, const seal_nonce& nonce, std::string_view plain,
                       std::string_view associated);

/// Nothing if a bit of key, sealed or associated bytes is another.
std::optional<std::string> open_bytes(key_bytes key, std::string_view sealed,
                                      std::string_view associated);

} // namespace asio_chat::sqlite
