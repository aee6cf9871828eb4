// A CA, a server certificate issued by it, and a client that trusts it.
#pragma once

#include "handshake.hpp"
#include "scratch.hpp"

#include <string>

namespace asio_chat::tls::test {

struct world {
  scratch files;
  x509::identity ca = make_ca();
  tls_client_config client;

  world() {
    files.put("ca", ca);
    files.put("server", make_server(ca));
    client.ca_file = files.certificate("ca");
  }

  /// Connects the client to a server with the certificate NAME.
  meeting met(const std::string& server, const std::string& host = "localhost") const {
    return meet(client, files.server(server), host);
  }

  /// A server that asks clients for certificates of the CA.
  tls_server_config asking(client_certificates clients) const {
    auto config = files.server("server");
    config.client_ca_file = files.certificate("ca");
    config.clients = clients;
    return config;
  }

  /// A client with the certificate NAME.
  tls_client_config as(const std::string& name) const {
    auto config = client;
    config.certificate_file = files.certificate(name);
    config.private_key_file = files.key(name);
    return config;
  }
};

} // namespace asio_chat::tls::test
