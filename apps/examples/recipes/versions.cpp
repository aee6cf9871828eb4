// A server that speaks TLS 1.3 only, and its settings: recipe_versions CERTIFICATE.pem KEY.pem
#include <asio_chat/tls.hpp>

#include <openssl/ssl.h>

#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("CERTIFICATE.pem KEY.pem");
  asio_chat::tls_server_config config;
  config.certificate_file = argv[1];
  config.private_key_file = argv[2];
  config.posture.minimum = asio_chat::tls_version::tls_1_3; // the default is 1.2, the least
  const auto context = asio_chat::tls::make_server_context(config).value();
  SSL_CTX* ssl = context->native_handle();

  const std::unique_ptr<SSL, void (*)(SSL*)> connection(SSL_new(ssl), SSL_free);
  STACK_OF(SSL_CIPHER)* suites = SSL_get1_supported_ciphers(connection.get());
  const int count = sk_SSL_CIPHER_num(suites);
  sk_SSL_CIPHER_free(suites);

  const auto is = [options = SSL_CTX_get_options(ssl)](auto bit) {
    return (options & bit) != 0 ? "yes" : "no";
  };
  const bool only_1_3 = SSL_CTX_get_min_proto_version(ssl) == TLS1_3_VERSION;
  std::cout << "minimum version           " << (only_1_3 ? "TLSv1.3" : "TLSv1.2") << '\n'
            << "cipher suites             " << count << '\n'
            << "no compression            " << is(SSL_OP_NO_COMPRESSION) << '\n'
            << "no renegotiation          " << is(SSL_OP_NO_RENEGOTIATION) << '\n'
            << "server's choice of suite  " << is(SSL_OP_CIPHER_SERVER_PREFERENCE) << '\n'
            << "tickets                   " << SSL_CTX_get_num_tickets(ssl) << '\n'
            << "early data                " << SSL_CTX_get_max_early_data(ssl) << " bytes\n"
            << "security level            " << SSL_CTX_get_security_level(ssl) << '\n';
} catch (const std::exception& e) {
  std::cerr << "recipe_versions: " << e.what() << '\n';
  return 1;
}
