// What an operator does with accounts while the server runs.
#pragma once

#include <asio_chat/rights.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace asio_chat {

/// See `server::async_change_account`.
struct account_change {
  enum class kind : std::uint8_t {
    add,       ///< makes the account, with `password` and `as`
    disable,   ///< nobody logs in to it any more; its devices are logged out
    enable,    ///< takes that back
    reset,     ///< `password` opens it, and nothing else that did: no device, code or certificate
    remove,    ///< the account and all that opens it; the name is free
    forget,    ///< the same, and what it has said is destroyed
    certify,   ///< who shows a trusted certificate with the key `pin` is logged in to it
    uncertify, ///< takes that back; who came by it is logged out
    role,      ///< makes it `as` on the server; who is in it stays
  };
  kind what = kind::disable;
  std::string name;
  std::string password = {}; ///< 8 to 256 bytes of UTF-8 that can be typed; of `add` and `reset`
  role as = role::member;    ///< on the server; of `add` and `role`
  /// `sha256/...`, of a certificate's key: of `certify` and `uncertify`. `add` may have one, and
  /// then needs no password.
  std::string pin = {};
  /// Gets the receipt of `forget` before the operation completes, where accounts are kept on a
  /// disk: a JWS, see `asio-chatd verify --receipt`. Null: nobody wants it.
  std::shared_ptr<std::string> receipt = {};
};

} // namespace asio_chat
