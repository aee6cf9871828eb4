#include "tls/alpn.hpp"

#include <fmt/format.h>

#include <memory>
#include <span>
#include <utility>

namespace asio_chat::tls {

namespace {

/// As in the ALPN extension: of each name its length, then itself.
result<std::string> list_of(std::span<const std::string> names) {
  std::string list;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) {
      return fail(errc::bad_setting,
                  fmt::format("an ALPN name has 1 to 255 bytes, not {}", name.size()));
    }
    list.push_back(static_cast<char>(name.size()));
    list.append(name);
  }
  return list;
}

const unsigned char* bytes(const std::string& list) {
  return reinterpret_cast<const unsigned char*>(list.data());
}

void free_list(void*, void* list, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(list);
}

/// Where a context keeps its list: connections outlive its maker.
int list_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_list);
  return slot;
}

int choose(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
           const unsigned char* offered, unsigned int offered_length, void* argument) {
  const auto& list = *static_cast<const std::string*>(argument);
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, chosen_length, bytes(list),
                            static_cast<unsigned int>(list.size()), offered, offered_length);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

} // namespace

result<void> offer_alpn(SSL_CTX* context, const std::string& name) {
  if (name.empty()) return {};
  const auto list = list_of({&name, 1});
  if (!list) return list.error();
  // Unlike its siblings this one gives 0 for success.
  if (SSL_CTX_set_alpn_protos(context, bytes(*list), static_cast<unsigned int>(list->size())) == 0)
    return {};
  return fail(errc::bad_setting, fmt::format("OpenSSL cannot offer the ALPN name '{}'", name));
}

result<void> choose_alpn(SSL_CTX* context, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  auto list = list_of(names);
  if (!list) return list.error();
  auto kept = std::make_unique<std::string>(std::move(*list));
  if (SSL_CTX_set_ex_data(context, list_slot(), kept.get()) != 1)
    return fail(errc::bad_setting, "OpenSSL cannot take the ALPN names");
  SSL_CTX_set_alpn_select_cb(context, &choose, kept.release());
  return {};
}

} // namespace asio_chat::tls
