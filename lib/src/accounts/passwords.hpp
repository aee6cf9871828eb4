// What a password is kept as, and whether one fits. Both take long, and so they are done elsewhere.
#pragma once

#include <asio_chat/error.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace asio_chat {

/// Both answer once, later, on the caller's thread; with `errc::not_available` and a sentence that
/// says when to come back if too many wait already.
class password_hasher {
 public:
  virtual ~password_hasher() = default;

  virtual void hash(std::string password, std::function<void(result<std::string>)> done) = 0;
  /// @param hash empty: of nobody. Then it takes as long, and does not fit.
  virtual void verify(std::string hash, std::string password,
                      std::function<void(result<bool>)> done) = 0;
};

inline constexpr std::size_t shortest_password = 8;
inline constexpr std::size_t longest_password = 256; ///< in bytes, both

} // namespace asio_chat
