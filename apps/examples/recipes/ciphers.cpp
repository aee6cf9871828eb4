// Narrows the cipher suites of a server: recipe_ciphers CERTIFICATE.pem KEY.pem SUITES
#include <asio_chat/tls.hpp>

#include <openssl/ssl.h>

#include <iomanip>
#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 4) throw std::runtime_error("CERTIFICATE.pem KEY.pem SUITES");
  asio_chat::tls_server_config config;
  config.certificate_file = argv[1];
  config.private_key_file = argv[2];
  // The suites of TLS 1.2, as OpenSSL writes them; a weak one is an error.
  config.posture.ciphers = argv[3];
  const auto context = asio_chat::tls::make_server_context(config).value();

  SSL_CTX* ssl = context->native_handle();
  const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(ssl);
  const int count = sk_SSL_CIPHER_num(suites);
  std::cout << "{\"ciphers\": [";
  for (int i = 0; i < count; ++i)
    std::cout << (i != 0 ? ", " : "")
              << std::quoted(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, i)));
  const bool only_1_3 = SSL_CTX_get_min_proto_version(ssl) == TLS1_3_VERSION;
  std::cout << "], \"count\": " << count
            << ", \"minimum\": " << std::quoted(only_1_3 ? "TLSv1.3" : "TLSv1.2") << "}\n";
} catch (const std::exception& e) {
  std::cerr << "recipe_ciphers: " << e.what() << '\n';
  return 1;
}
