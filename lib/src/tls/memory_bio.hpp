// What OpenSSL writes into memory, as a string.
#pragma once

#include "tls/openssl_ptr.hpp"

#include <string>

namespace asio_chat::tls {

inline bio_ptr memory_bio() {
  return bio_ptr(BIO_new(BIO_s_mem()));
}

/// Everything that was written.
inline std::string drain(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

} // namespace asio_chat::tls
