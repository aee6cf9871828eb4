// Secrets by OpenSSL's random numbers, and SHA-256 of them.
#pragma once

#include "accounts/drawn_secrets.hpp"
#include "accounts/people_store.hpp"

#include <array>

namespace asio_chat {

class random_secrets final : public secret_source {
 public:
  /// @param store may be null, or have no key that lasts: then marks end with the process
  explicit random_secrets(const people_store* store);

  void fill(std::span<std::uint8_t> bytes) override;
  identity hash_of(std::string_view secret) const override;
  /// A number that nobody else can compute, and always the same of an identity.
  std::uint64_t mark(const identity& who) const;

 private:
  const people_store* store_;
  std::array<std::uint8_t, 32> key_{};
};

} // namespace asio_chat
