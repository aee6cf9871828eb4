// Certificates as they are printed.
#pragma once

#include <openssl/x509.h>

#include <string>

namespace asio_chat::certs {

std::string pem_of(X509* certificate);

/// Every field and extension, without anything that a terminal would obey.
std::string structure_of(X509* certificate);
std::string structure_of(X509_CRL* list);

} // namespace asio_chat::certs
