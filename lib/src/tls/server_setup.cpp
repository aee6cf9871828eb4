#include "tls/server_setup.hpp"

#include "tls/context_setup.hpp"
#include "tls/ocsp_staple.hpp"
#include "tls/revocation.hpp"

#include <fmt/format.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string_view>
#include <utility>

namespace asio_chat::tls {

namespace {

result<void> check_settings(const tls_server_config& config) {
  const own_certificate_source own = own_source(config);
  if (auto good = check_source(own); !good) return good;
  if (!has_certificate(config) ||
      (config.private_key_file.empty() && config.private_key_pem.empty()))
    return fail(errc::bad_setting, "a TLS server needs a certificate file and a private key file");
  if (!config.client_ca_file.empty() && !config.client_ca_pem.empty())
    return fail(errc::bad_setting, "give client_ca_file or client_ca_pem, not both");
  if (!config.client_crl_file.empty() && !config.client_crl_pem.empty())
    return fail(errc::bad_setting, "give client_crl_file or client_crl_pem, not both");
  if (config.posture.tickets && config.clients != client_certificates::none)
    return fail(errc::bad_setting,
                "session tickets cannot be combined with client certificates: a ticket would admit "
                "a client whose certificate has been revoked");
  if (config.clients != client_certificates::required && !config.client_certificate_allow.empty())
    return fail(
        errc::bad_setting,
        "client names are restricted, but client certificates are optional: make them required");
  if (!config.ocsp_response_file.empty() && !config.ocsp_responder.empty())
    return fail(errc::bad_setting, "give an OCSP response file or a responder, not both");
  if (config.clients != client_certificates::none) {
    if (!config.client_ca_file.empty() || !config.client_ca_pem.empty()) return {};
    return fail(errc::bad_setting,
                "clients are asked for certificates, but no client CA file is given");
  }
  for (const std::string& useless :
       {config.client_ca_file, config.client_crl_file, config.blocked_certificates_file})
    if (!useless.empty())
      return fail(errc::bad_setting,
                  fmt::format("the file '{}' is given, but clients are not asked for certificates: "
                              "make them optional or required, or leave the file out",
                              useless));
  if (!config.client_ca_pem.empty() || !config.client_crl_pem.empty())
    return fail(errc::bad_setting,
                "client_ca_pem or client_crl_pem is given, but clients are not asked for "
                "certificates: make them optional or required, or leave it out");
  return {};
}

/// Tells the clients which certificates are worth showing.
void announce_trust(SSL_CTX* context, const std::vector<shared_certificate>& anchors) {
  for (const shared_certificate& anchor : anchors)
    SSL_CTX_add_client_CA(context, anchor.get());
}

result<void> ask_clients(SSL_CTX* context, const tls_server_config& config,
                         const server_files& files) {
  if (config.clients == client_certificates::none) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    return {};
  }
  auto trusted = trust_only(context, files.anchors);
  if (!trusted) return trusted;
  announce_trust(context, files.anchors);
  if (checks_revocation(config)) {
    auto checked = check_revocation(
        SSL_CTX_get_cert_store(context), files.lists, files.anchors,
        config.client_crl_pem.empty() ? list_file(config.client_crl_file) : "client_crl_pem");
    if (!checked) return checked;
  }
  const bool required = config.clients == client_certificates::required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return {};
}

result<void> staple(SSL_CTX* context, const tls_server_config& config, const server_files& files) {
  if (config.ocsp_response_file.empty() && config.ocsp_responder.empty()) return {};
  auto stapler = ocsp_stapler::install(context);
  if (!stapler) return stapler.error();
  if (config.ocsp_response_file.empty()) return {};
  return (*stapler)->use(files.ocsp_response, config.ocsp_response_file);
}

} // namespace

bool has_certificate(const tls_server_config& config) {
  return !config.certificate_file.empty() || !config.certificate_pem.empty() || config.context;
}

result<void> check_context_alone(const tls_server_config& c) {
  const tls_server_config nothing;
  const std::pair<const char*, bool> others[] = {
      {"certificate_file", !c.certificate_file.empty()},
      {"private_key_file", !c.private_key_file.empty()},
      {"private_key_passphrase", !c.private_key_passphrase.empty()},
      {"certificate_pem", !c.certificate_pem.empty()},
      {"private_key_pem", !c.private_key_pem.empty()},
      {"ocsp_response_file", !c.ocsp_response_file.empty()},
      {"ocsp_responder", !c.ocsp_responder.empty()},
      {"client_ca_file", !c.client_ca_file.empty()},
      {"client_ca_pem", !c.client_ca_pem.empty()},
      {"clients", c.clients != nothing.clients},
      {"alpn", c.alpn != nothing.alpn},
      {"client_crl_file", !c.client_crl_file.empty()},
      {"client_crl_pem", !c.client_crl_pem.empty()},
      {"blocked_certificates_file", !c.blocked_certificates_file.empty()},
      {"client_certificate_allow", !c.client_certificate_allow.empty()},
      {"posture", c.posture != nothing.posture}};
  for (const auto& [name, is_set] : others)
    if (is_set)
      return fail(errc::bad_setting,
                  fmt::format("tls.context is used as it is: leave tls.{} out", name));
  return {};
}

result<context_ptr> new_server_context(const tls_server_config& config) {
  const error_queue_scope queue;
  if (auto good = check_settings(config); !good) return good.error();
  auto made = new_context(boost::asio::ssl::context::tls_server, config.posture);
  if (!made) return made;
  SSL_CTX* context = (*made)->native_handle();
  SSL_CTX_set_dh_auto(context, 1);
  // Without it a client that does try to resume is refused once certificates are asked for.
  constexpr std::string_view session_id_context = "asio-chat";
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(session_id_context.data()),
                                 static_cast<unsigned int>(session_id_context.size()));
  if (auto alpn = choose_alpn(context, config.alpn); !alpn) return alpn.error();
  return made;
}

result<void> use_files(SSL_CTX* context, const tls_server_config& config,
                       const server_files& files) {
  const error_queue_scope queue;
  auto shown = show(context, files.own);
  if (!shown) return shown;
  if (X509_check_purpose(SSL_CTX_get0_certificate(context), X509_PURPOSE_SSL_SERVER, 0) != 1)
    return fail(errc::bad_certificate_file,
                fmt::format("{} holds a certificate that was not issued for a server (extended key "
                            "usage): every client would refuse it",
                            files.own.where));
  auto asked = ask_clients(context, config, files);
  if (!asked) return asked;
  return staple(context, config, files);
}

} // namespace asio_chat::tls
