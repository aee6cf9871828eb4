#include <asio_chat/tls/context.hpp>

#include "tls/context_setup.hpp"
#include "tls/server_setup.hpp"

#include <asio_chat/tls/server_verifier.hpp>

#include <openssl/ssl.h>

namespace asio_chat::tls {

namespace {

result<void> trust_servers(SSL_CTX* context, const tls_client_config& config) {
  if (!config.ca_file.empty() || !config.ca_pem.empty()) {
    auto anchors = read_anchors(config.ca_file, "the CA file", config.ca_pem, "ca_pem");
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
  if (config.context)
    return fail(errc::bad_setting, "there is a context already: leave tls.context out");
  auto made = new_server_context(config);
  if (!made) return made;
  const auto files = read_server_files(config);
  if (!files) return files.error();
  if (auto used = use_files((*made)->native_handle(), config, *files); !used) return used.error();
  return made;
}

result<context_ptr> make_client_context(const tls_client_config& config) {
  const error_queue_scope queue;
  const own_certificate_source from = own_source(config);
  if (auto good = check_source(from); !good) return good.error();
  if (!config.ca_file.empty() && !config.ca_pem.empty())
    return fail(errc::bad_setting, "give ca_file or ca_pem, not both");
  const bool has_certificate = !config.certificate_file.empty() || !config.certificate_pem.empty();
  if (has_certificate == (config.private_key_file.empty() && config.private_key_pem.empty()))
    return fail(errc::bad_setting,
                "a client's certificate and its private key are given together or not at all");
  auto made = new_context(boost::asio::ssl::context::tls_client, {});
  if (!made) return made;
  SSL_CTX* context = (*made)->native_handle();

  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  server_verifier::judge_staples(context);
  auto alpn = offer_alpn(context, config.alpn);
  if (!alpn) return alpn.error();
  auto trust = trust_servers(context, config);
  if (!trust) return trust.error();
  if (!has_certificate) return made;

  const auto own = read_own_certificate(from);
  if (!own) return own.error();
  if (auto shown = show(context, *own); !shown) return shown.error();
  return made;
}

} // namespace asio_chat::tls
