#include <asio_chat/tls/context.hpp>

#include "tls/context_setup.hpp"
#include "tls/server_setup.hpp"

#include <asio_chat/tls/server_verifier.hpp>

#include <openssl/ssl.h>

namespace asio_chat::tls {

namespace {

result<void> trust_servers(SSL_CTX* context, const tls_client_config& config) {
  if (!config.ca_file.empty()) {
    auto anchors = read_anchors(config.ca_file, "the CA file");
    if (!anchors) return anchors.error();
    trust_anchors_alone(context);
    return trust_only(context, *anchors);
  }
  if (!config.pins.empty()) return trust_only(context, {});
  if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
  return fail(errc::bad_certificate_file, "the system's certificate store cannot be used");
}

} // namespace

result<context_ptr> make_server_context(const tls_server_config& config) {
  auto made = new_server_context(config);
  if (!made) return made;
  const auto files = read_server_files(config);
  if (!files) return files.error();
  if (auto used = use_files((*made)->native_handle(), config, *files); !used) return used.error();
  return made;
}

result<context_ptr> make_client_context(const tls_client_config& config) {
  const error_queue_scope queue;
  if (config.certificate_file.empty() != config.private_key_file.empty())
    return fail(errc::bad_setting,
                "a client's certificate file and its private key file are given together or not "
                "at all");
  auto made = new_context(boost::asio::ssl::context::tls_client, {});
  if (!made) return made;
  SSL_CTX* context = (*made)->native_handle();

  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  server_verifier::judge_staples(context);
  auto alpn = offer_alpn(context, config.alpn);
  if (!alpn) return alpn.error();
  auto trust = trust_servers(context, config);
  if (!trust) return trust.error();
  if (config.certificate_file.empty()) return made;

  const auto own = read_own_certificate(config.certificate_file, config.private_key_file,
                                        config.private_key_passphrase);
  if (!own) return own.error();
  if (auto shown = show(context, *own, config.certificate_file); !shown) return shown.error();
  return made;
}

} // namespace asio_chat::tls
