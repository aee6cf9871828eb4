// libjose: its headers, which do not say that they are C.
#pragma once

// What they include comes first, as C++.
#include <asio_chat/error.hpp>

#include <jansson.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern "C" {
#include <jose/b64.h>
#include <jose/cfg.h>
#include <jose/jwk.h>
#include <jose/jws.h>
#include <jose/openssl.h>
}

namespace asio_chat::oidc {

/// For libjose, which tells its errors to standard error if nobody takes them.
class quiet_jose {
 public:
  quiet_jose()
      : cfg_(::jose_cfg()) {
    if (!cfg_) throw error(fail(errc::not_available, "there is no memory for libjose"));
    ::jose_cfg_set_err_func(
        cfg_, [](void*, const char*, int, std::uint64_t, const char*, va_list) {}, nullptr);
  }
  ~quiet_jose() { ::jose_cfg_decref(cfg_); }
  quiet_jose(const quiet_jose&) = delete;
  quiet_jose& operator=(const quiet_jose&) = delete;
  jose_cfg_t* get() const noexcept { return cfg_; }

 private:
  jose_cfg_t* cfg_;
};

} // namespace asio_chat::oidc
