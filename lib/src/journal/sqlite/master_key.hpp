// What a master key does: it wraps the keys of a ring.
#pragma once

#include "journal/sqlite/secret_key.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::sqlite {

class master_key {
 public:
  explicit master_key(const secret_key& key);

  /// Tells which master key wrapped something, and nothing else about it.
  const std::string& id() const noexcept { return id_; }

  /// @param place where the wrapped key is kept: it is authenticated
  std::string wrap(const secret_key& key, std::string_view place) const;
  std::optional<secret_key> unwrap(std::string_view wrapped, std::string_view place) const;

 private:
  secret_key wrapping_;
  std::string id_;
};

} // namespace asio_chat::sqlite
