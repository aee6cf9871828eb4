#include "development_certificate.hpp"

#include "ops/data_directory.hpp"
#include "tls/x509/development.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>
#include <fmt/ostream.h>

using namespace asio_chat;

std::string use_development_certificate(ops::settings& s, const logger& log) {
  ops::prepare_data_directory(s.data_directory).value();
  const auto files = tls::x509::ensure_development_files(s.data_directory).value();
  const auto certificate = tls::describe_file(files.server_certificate).value();
  s.server.tls.certificate_file = files.server_certificate;
  s.server.tls.private_key_file = files.server_key;
  log(severity::warning, "No certificate given: using one that is for development only",
      {{"file", files.server_certificate}, {"sha256", certificate.fingerprint}});
  return files.ca_certificate;
}

void tell_how_to_connect(const std::string& ca_file, const boost::asio::ip::tcp::endpoint& at,
                         const logger& log) {
  const std::string address = at.address().is_unspecified() ? fmt::format("localhost:{}", at.port())
                                                            : fmt::format("{}", fmt::streamed(at));
  log(severity::warning, fmt::format("Connect with: asio-chat --ca {} {}", ca_file, address));
}
