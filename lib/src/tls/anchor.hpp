// A certificate that is trusted itself needs nobody behind it.
#pragma once

#include <openssl/types.h>

namespace asio_chat::tls {

/// For a context whose store trusts single certificates (X509_V_FLAG_PARTIAL_CHAIN): if the peer's
/// own certificate is one of them, whatever else the peer has sent is left out of account, so that
/// neither an intermediate that has expired nor a CA of the same name with another key is in the
/// way. Name, time, purpose and strength of the certificate are verified in any case.
void trust_anchors_alone(SSL_CTX* context) noexcept;

} // namespace asio_chat::tls
