#include "key_exchange.hpp"

#include "tls/openssl_ptr.hpp"

#include <fmt/format.h>

#include <array>

namespace asio_chat::certs {

std::string key_exchange_of(SSL* ssl) {
  const tls::error_queue_scope queue;
  const auto group = static_cast<int>(SSL_get_negotiated_group(ssl));
  const char* name = group != 0 ? SSL_group_to_name(ssl, group) : nullptr;
  if (name != nullptr) return name;
  EVP_PKEY* shared = nullptr;
  if (SSL_get_peer_tmp_key(ssl, &shared) != 1) return {};
  const tls::key_ptr key(shared);
  std::array<char, 80> text{};
  if (EVP_PKEY_get_group_name(key.get(), text.data(), text.size(), nullptr) == 1)
    return text.data();
  const char* type = EVP_PKEY_get0_type_name(key.get());
  return fmt::format("{} {}", type != nullptr ? type : "?", EVP_PKEY_get_bits(key.get()));
}

} // namespace asio_chat::certs
