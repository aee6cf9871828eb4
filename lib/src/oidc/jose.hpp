// The headers of libjose, which do not say that they are C.
#pragma once

// What they include comes first, as C++.
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
