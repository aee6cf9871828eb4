// What an operator does with accounts while the server runs.
#pragma once

#include <asio_chat/rights.hpp>

#include <cstdint>
#include <string>

namespace asio_chat {

/// See `server::async_change_account`.
struct account_change {
  enum class kind : std::uint8_t {
    add,     ///< makes the account, with `password` and `as`
    disable, ///< nobody logs in to it any more; its devices are logged out
    enable,  ///< takes that back
    reset,   ///< `password` opens it, and nothing else that did: no device, code or certificate
    remove,  ///< the account and all that opens it; the name is free
    role,    ///< makes it `as` on the server; who is in it stays
  };
  kind what = kind::disable;
  std::string name;
  std::string password = {}; ///< 8 to 256 bytes of UTF-8 that can be typed; of `add` and `reset`
  role as = role::member;    ///< on the server; of `add` and `role`
};

} // namespace asio_chat
