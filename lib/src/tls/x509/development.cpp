#include "tls/x509/development.hpp"

#include "base/clock.hpp"
#include "base/file.hpp"
#include "tls/file.hpp"
#include "tls/pem.hpp"
#include "tls/x509/issue.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include <unistd.h>

namespace asio_chat::tls::x509 {

namespace {

namespace fs = std::filesystem;

constexpr int ca_days = 3650;
constexpr int server_days = 365;

struct places {
  development_files files;
  std::string ca_key;

  explicit places(const fs::path& directory)
      : files{(directory / "ca-cert.pem").string(), (directory / "server-cert.pem").string(),
              (directory / "server-key.pem").string(), false}
      , ca_key((directory / "ca-key.pem").string()) {}
};

/// Held while looking or writing, so that two daemons starting at once do not both write.
result<file_descriptor> make_and_lock(const std::string& directory) {
  std::error_code ec;
  const bool made = fs::create_directories(directory, ec);
  if (made) fs::permissions(directory, fs::perms::owner_all, ec);
  return lock_directory(directory, "the directory for the development certificates");
}

/// `localhost` and what this machine calls itself.
std::vector<std::string> own_names() {
  std::vector<std::string> names{"localhost"};
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0' &&
      names[0] != host.data())
    names.emplace_back(host.data());
  return names;
}

result<identity> issue_server(const identity& ca) {
  request what;
  what.common_name = "localhost";
  what.dns_names = own_names();
  what.ip_names = {"127.0.0.1", "::1"};
  what.days = server_days;
  auto made = issue(what, &ca);
  if (made || what.dns_names.size() == 1) return made;
  what.dns_names.resize(1); // a machine may bear a name that DNS could not
  return issue(what, &ca);
}

/// A key is written before its certificate. One that is alone is what a start that was killed has
/// left: a new pair takes its place, and it is kept as FILE.old, should somebody want it after all.
bool is_left_alone(const std::string& certificate, const std::string& key) {
  return is_there(key) && !is_there(certificate);
}

save_options replacing(bool there, bool left_alone) {
  save_options options;
  options.force = there || left_alone;
  options.keep_old = left_alone;
  return options;
}

result<identity> make_ca(const places& at) {
  request what;
  what.common_name = "asio-chat development CA";
  what.for_role = role::ca;
  what.days = ca_days;
  auto made = issue(what);
  if (!made) return made;
  const bool left = is_left_alone(at.files.ca_certificate, at.ca_key);
  auto saved = save(*made, at.files.ca_certificate, at.ca_key, replacing(false, left));
  if (!saved) return saved.error();
  return made;
}

result<void> put_server(const places& at, const identity& ca, bool renew) {
  auto made = issue_server(ca);
  if (!made) return made.error();
  const bool left = is_left_alone(at.files.server_certificate, at.files.server_key);
  return save(*made, at.files.server_certificate, at.files.server_key, replacing(renew, left));
}

failure without(const std::string& present, const std::string& missing) {
  return fail(errc::bad_certificate_file,
              fmt::format("'{}' is there, but '{}' is missing: put it back, or move the former "
                          "away to have both made again",
                          present, missing));
}

enum class server_state { good, expiring };

/// The set that is there belongs together: the key to the certificate, and that to the CA.
result<server_state> inspect(const places& at) {
  auto ca = read_certificates(at.files.ca_certificate, "the CA file");
  if (!ca) return ca.error();
  auto server = load(at.files.server_certificate, at.files.server_key);
  if (!server) return server.error();
  const error_queue_scope queue;
  if (X509_verify(server->certificate.get(), X509_get0_pubkey(ca->front().get())) != 1)
    return fail(errc::bad_certificate_file,
                fmt::format("'{}' was not issued by '{}': move the development certificates away "
                            "to have them made again",
                            at.files.server_certificate, at.files.ca_certificate));
  const auto tomorrow = system_wall_now() + std::chrono::days(1);
  const certificate_info info = describe(server->certificate.get());
  return info.not_after > tomorrow ? server_state::good : server_state::expiring;
}

result<identity> load_ca(const places& at) {
  auto ca = load(at.files.ca_certificate, at.ca_key);
  if (!ca) return ca;
  const certificate_info info = describe(ca->certificate.get());
  if (info.not_after > system_wall_now()) return ca;
  return fail(errc::certificate_expired,
              fmt::format("the development CA '{}' expired on {}: move it and what it issued away "
                          "to have all made again",
                          at.files.ca_certificate, time_text(info.not_after)));
}

/// What is to be made of the set, and from what.
struct plan {
  bool complete = false; ///< nothing is
  bool renew = false;    ///< a server certificate is there
  std::optional<identity> ca;
};

result<plan> look_at(const places& at) {
  plan p;
  // Whoever reads it can pass for any server that trusts this CA, also while nothing is to be made.
  if (is_there(at.ca_key)) {
    auto key = read_secret_file(at.ca_key, "the development CA's key");
    if (!key) return key.error();
    wipe(*key);
  }
  const bool server_there = is_there(at.files.server_certificate);
  if (server_there && !is_there(at.files.server_key))
    return without(at.files.server_certificate, at.files.server_key);
  if (server_there && is_there(at.files.ca_certificate)) {
    auto state = inspect(at);
    if (!state) return state.error();
    p.complete = *state == server_state::good;
    if (p.complete) return p; // for this, the CA's key may be elsewhere
  }
  const bool ca_there = is_there(at.files.ca_certificate);
  if (ca_there && !is_there(at.ca_key)) return without(at.files.ca_certificate, at.ca_key);
  if (server_there && !ca_there)
    return fail(errc::bad_certificate_file,
                fmt::format("'{}' is there without the CA that issued it: put '{}' back, or move "
                            "the server's files away to have all made again",
                            at.files.server_certificate, at.files.ca_certificate));
  p.renew = server_there;
  if (!ca_there) return p;
  auto ca = load_ca(at);
  if (!ca) return ca.error();
  p.ca = *std::move(ca);
  return p;
}

} // namespace

result<development_files> ensure_development_files(const std::string& directory) {
  auto lock = make_and_lock(directory);
  if (!lock) return lock.error();
  places at{fs::path(directory)};
  auto wanted = look_at(at);
  if (!wanted) return wanted.error();
  if (wanted->complete) return at.files;
  if (!wanted->ca) {
    auto ca = make_ca(at);
    if (!ca) return ca.error();
    wanted->ca = *std::move(ca);
  }
  auto put = put_server(at, *wanted->ca, wanted->renew);
  if (!put) return put.error();
  at.files.made_now = !wanted->renew;
  return at.files;
}

result<std::optional<development_files>> check_development_files(const std::string& directory) {
  places at{fs::path(directory)};
  const auto wanted = look_at(at);
  if (!wanted) return wanted.error();
  return wanted->complete ? std::optional(at.files) : std::nullopt;
}

} // namespace asio_chat::tls::x509
