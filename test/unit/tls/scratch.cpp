#include "scratch.hpp"

#include <fstream>
#include <sstream>

namespace asio_chat::tls::test {

namespace fs = std::filesystem;

void scratch::put(const std::string& name, const x509::identity& what,
                  const std::string& passphrase) const {
  x509::save_options options;
  options.force = true;
  options.passphrase = passphrase;
  x509::save(what, certificate(name), key(name), options).value();
}

std::string scratch::write(const std::string& name, const std::string& content,
                           fs::perms mode) const {
  std::ofstream(path(name)) << content;
  fs::permissions(path(name), mode);
  return path(name);
}

std::string scratch::read(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(path(name)).rdbuf();
  return text.str();
}

tls_server_config scratch::server(const std::string& name) const {
  tls_server_config config;
  config.certificate_file = certificate(name);
  config.private_key_file = key(name);
  return config;
}

x509::identity make_ca(const std::string& name) {
  x509::request what;
  what.common_name = name;
  what.for_role = x509::role::ca;
  return x509::issue(what).value();
}

x509::request server_request() {
  x509::request what;
  what.common_name = "localhost";
  what.dns_names = {"localhost"};
  what.ip_names = {"127.0.0.1", "::1"};
  return what;
}

x509::identity make_server(const x509::identity& ca) {
  return x509::issue(server_request(), &ca).value();
}

x509::identity make_client(const x509::identity& ca, const std::string& name) {
  x509::request what;
  what.common_name = name;
  what.for_role = x509::role::client;
  return x509::issue(what, &ca).value();
}

x509::identity make_self_signed(const std::string& name) {
  auto what = server_request();
  what.common_name = name;
  what.for_role = x509::role::self_signed;
  return x509::issue(what).value();
}

x509::request expired(x509::request what) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  what.not_before = now - std::chrono::days(10);
  what.days = 5;
  return what;
}

} // namespace asio_chat::tls::test
