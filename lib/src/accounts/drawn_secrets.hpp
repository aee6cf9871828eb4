// Secrets that the server draws: nobody has to remember them, and nobody guesses them.
#pragma once

#include "model/identity.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace asio_chat {

class secret_source {
 public:
  virtual ~secret_source() = default;
  /// With numbers that nobody can foretell.
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
  /// What is kept of a secret that was drawn: nobody finds it by this, nor another one for it.
  virtual identity hash_of(std::string_view secret) const = 0;
};

/// Six digits; each number is as likely as any other.
std::string draw_code(secret_source& from);

/// 140 bits in seven groups of letters and digits that nobody takes for others.
std::string draw_app_password(secret_source& from);

} // namespace asio_chat
