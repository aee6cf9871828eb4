// What is kept of people: accounts, devices, roles, bans. Facts, of which the store knows no more
// than their kind and key.
#pragma once

#include "model/identity.hpp"

#include <asio_chat/error.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// The numbers are on the disk.
enum class fact_kind : std::uint8_t {
  account = 1,       ///< by its number
  device = 2,        ///< by the identity of its token
  room = 3,          ///< by the room's name: its modes and roles
  ban = 4,           ///< by its number
  factor = 5,        ///< by the number of its account
  invitation = 6,    ///< by its code
  certificate = 7,   ///< by its key
  direct_log = 8,    ///< by the name of the log
  wishes = 9,        ///< by the number of the account
  limit = 10,        ///< by the name of its setting
  ignored = 11,      ///< by the number of the account that ignores
  farewell = 12,     ///< by the number of an account that is gone
  displayed = 13,    ///< by the number of the account
  reads = 14,        ///< likewise
  app_password = 15, ///< by the hash of the secret
};

struct fact {
  fact_kind kind{};
  std::string key;
  std::string value; ///< empty: there is no such fact
  friend bool operator==(const fact&, const fact&) = default;
};

/// The room that it is said of, and without which it is worth nothing; empty: of none.
std::string room_of(const fact& f);

class people_store {
 public:
  using kept = std::function<void(result<void>)>;

  using hearer = std::function<void(const fact&)>;

  /// What was there at the start, in no order and one by one: they may be many. Comes before any
  /// `keep`.
  /// @throws error if one cannot be read
  virtual void facts_at_start(const hearer& hears) = 0;
  /// Keeps all of them or none: each takes the place of the fact with the same kind and key.
  /// Answers later, on the caller's thread, when they are on the disk; calls take effect in their
  /// order.
  virtual void keep(std::vector<fact> changes, kept done) = 0;
  /// A statement of this server that nobody else can make: a JWS in its compact form (RFC 7515), by
  /// Ed25519 (RFC 8037). Empty: it has no key that lasts.
  virtual std::string sign(const std::string& statement) const {
    static_cast<void>(statement);
    return {};
  }
  /// A number that tells that it is this identity again, and that nobody else can compute: by a key
  /// that lasts as long as the store. None: it has no such key.
  virtual std::optional<std::uint64_t> proof_of_identity(const identity& who) const {
    static_cast<void>(who);
    return {};
  }

 protected:
  ~people_store() = default;
};

} // namespace asio_chat
