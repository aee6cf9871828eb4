#include "development_certificate.hpp"

#include "base/host_port.hpp"
#include "base/sanitize.hpp"
#include "ops/data_directory.hpp"
#include "tls/x509/development.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <set>

using namespace asio_chat;

std::string use_development_certificate(ops::settings& s, const logger& log) {
  ops::prepare_data_directory(s.data_directory).value();
  const auto files = tls::x509::ensure_development_files(s.data_directory).value();
  const auto certificate = tls::describe_file(files.server_certificate).value();
  s.server.tls.certificate_file = files.server_certificate;
  s.server.tls.private_key_file = files.server_key;
  log(severity::warning, "No certificate given: using a certificate for development only",
      {{"file", files.server_certificate}, {"sha256", certificate.fingerprint}});
  return files.ca_certificate;
}

namespace {

std::string make_temporary_directory() {
  const char* given = std::getenv("TMPDIR");
  std::string name = fmt::format("{}/asio-chatd-check-XXXXXX",
                                 given != nullptr && *given != '\0' ? given : "/tmp");
  if (::mkdtemp(name.data()) != nullptr) return name;
  const int why = errno;
  throw error(failure{error_code(why, boost::system::system_category()),
                      fmt::format("cannot make the directory '{}' for a certificate to check with: "
                                  "{}; name another place with TMPDIR in the environment, or give "
                                  "cert and key",
                                  name, std::strerror(why))});
}

} // namespace

certificate_for_a_check::certificate_for_a_check(ops::settings& s) {
  if (!s.server.tls.certificate_file.empty()) return;
  auto files = tls::x509::check_development_files(s.data_directory).value();
  if (!files) {
    directory_ = make_temporary_directory();
    files = tls::x509::ensure_development_files(directory_).value();
  }
  s.server.tls.certificate_file = files->server_certificate;
  s.server.tls.private_key_file = files->server_key;
}

certificate_for_a_check::~certificate_for_a_check() {
  std::error_code ignored; // it is in /tmp and of no worth
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

void tell_how_to_connect(const std::string& ca_file,
                         const std::vector<boost::asio::ip::tcp::endpoint>& at, const logger& log) {
  std::set<std::string> told; // all addresses of both families are one command
  for (const auto& endpoint : at) {
    const std::string host =
        endpoint.address().is_unspecified() ? "localhost" : endpoint.address().to_string();
    const std::string server = host_port(host, endpoint.port());
    if (told.insert(server).second)
      log(severity::warning,
          fmt::format("Connect with: asio-chat --ca {} {}", shell_word(ca_file), server));
  }
}
