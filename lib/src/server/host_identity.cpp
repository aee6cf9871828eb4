#include "server/host_identity.hpp"

#include "tls/sha256.hpp"

#include <algorithm>
#include <string_view>

namespace asio_chat {

namespace {

/// A token is made of digits alone: what is hashed here begins with words.
result<identity> hashed(std::string_view kind, const std::string& name) {
  const auto digest = tls::sha256(std::string(kind) + name);
  if (!digest) return fail(errc::not_available, "this server cannot compute SHA-256");
  identity who;
  std::copy_n(digest->begin(), who.size(), who.begin());
  return who;
}

} // namespace

result<identity> identity_of_user(const std::string& user) {
  return hashed("user of the host: ", user);
}

result<identity> identity_of_host(const std::string& name) {
  return hashed("name of the host: ", name);
}

result<identity> identity_of_certificate(const std::string& name) {
  return hashed("name of a certificate: ", name);
}

} // namespace asio_chat
