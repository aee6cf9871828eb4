#include "tls/refusal.hpp"

#include <utility>

namespace asio_chat::tls {

namespace {

void free_reason(void*, void* reason, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(reason);
}

int slot() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_reason);
  return index;
}

} // namespace

void note_refusal(SSL* ssl, std::string reason) {
  delete static_cast<std::string*>(SSL_get_ex_data(ssl, slot()));
  SSL_set_ex_data(ssl, slot(), new std::string(std::move(reason)));
}

const std::string* refusal_of(const SSL* ssl) noexcept {
  return ssl != nullptr ? static_cast<std::string*>(SSL_get_ex_data(ssl, slot())) : nullptr;
}

} // namespace asio_chat::tls
