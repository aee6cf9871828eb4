// How each peer is set, so that all do the same work: TLS 1.3 with one suite, nothing kept, no
// limit on clients, on what a client says or on what waits for it, no delay of small packets.
// docs/performance.md says so to its readers.
#include "peer_programs.hpp"

#include "files.hpp"
#include "socket.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <pwd.h>
#include <sstream>
#include <unistd.h>

namespace asio_chat::bench {

namespace {

/// Those who would become another user stay who they are: the files are ours alone.
std::string own_name() {
  const auto* entry = getpwuid(geteuid());
  return entry == nullptr ? std::to_string(geteuid()) : entry->pw_name;
}

// The suites of TLS 1.3 are not to be chosen in Go; the generator offers but one. What waits for
// a client may be 256 MiB, and be a minute old.
std::string nats(const site& at) {
  return fmt::format(R"(host: "127.0.0.1"
port: {port}
max_connections: 65536
max_pending: 268435456
write_deadline: "60s"
ping_interval: "1h"
tls {{
  cert_file: "{certificate}"
  key_file: "{key}"
  timeout: 30
}}
)",
                     fmt::arg("port", at.port), fmt::arg("certificate", at.certificate.string()),
                     fmt::arg("key", at.key.string()));
}

// Its TCP_NODELAY is on of itself.
std::string redis(const site& at) {
  return fmt::format(R"(bind 127.0.0.1
port 0
tls-port {port}
tls-cert-file {certificate}
tls-key-file {key}
tls-auth-clients no
tls-protocols TLSv1.3
tls-ciphersuites TLS_AES_128_GCM_SHA256
tcp-backlog 1024
maxclients 65000
client-output-buffer-limit pubsub 0 0 0
save ""
appendonly no
dir {directory}
)",
                     fmt::arg("port", at.port), fmt::arg("certificate", at.certificate.string()),
                     fmt::arg("key", at.key.string()),
                     fmt::arg("directory", at.directory.string()));
}

std::string mosquitto(const site& at) {
  return fmt::format(R"(listener {port} 127.0.0.1
certfile {certificate}
keyfile {key}
tls_version tlsv1.3
ciphers_tls1.3 TLS_AES_128_GCM_SHA256
allow_anonymous true
persistence false
max_connections -1
max_queued_messages 0
set_tcp_nodelay true
log_type error
user {user}
)",
                     fmt::arg("port", at.port), fmt::arg("certificate", at.certificate.string()),
                     fmt::arg("key", at.key.string()), fmt::arg("user", own_name()));
}

/// GnuTLS's way to say TLS 1.3 with TLS_AES_128_GCM_SHA256.
constexpr std::string_view gnutls_priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:"
                                             "+AES-128-GCM";

/// TLS 1.3 has no use for it, but ngIRCd makes one for seconds where it has none: ffdhe2048 of
/// RFC 7919.
constexpr std::string_view dh_parameters = R"(-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
)";

/// It takes 2 KiB at a time, and looks at the rest of a record only when the next one comes.
constexpr std::size_t ngircd_batch = 8;

// No penalties, no look-ups. What waits for a client is 64 KiB at most, which is compiled in: the
// window of the floods is as it is for that.
std::string ngircd(const site& at) {
  const auto parameters = at.directory / "dh.pem";
  write_file(parameters, dh_parameters);
  return fmt::format(R"([Global]
Name = irc.localhost
Info = benchmark
AdminEMail = nobody@localhost
Listen = 127.0.0.1
Ports = {plain_port}
MotdPhrase = "hello"
ServerUID = {user}
ServerGID = {group}
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxNickLength = 31
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
[SSL]
CertFile = {certificate}
KeyFile = {key}
DHFile = {parameters}
CipherList = {priority}
Ports = {port}
)",
                     fmt::arg("plain_port", free_port()), fmt::arg("port", at.port),
                     fmt::arg("certificate", at.certificate.string()),
                     fmt::arg("key", at.key.string()), fmt::arg("parameters", parameters.string()),
                     fmt::arg("user", own_name()), fmt::arg("group", getegid()),
                     fmt::arg("priority", gnutls_priority));
}

// No fake lag, no penalty that counts, no look-ups; queues of 1 GiB.
std::string inspircd(const site& at) {
  return fmt::format(
      R"(<server name="irc.localhost" description="benchmark" network="benchmark" id="1BE">
<admin name="nobody" nick="nobody" email="nobody@localhost">
<module name="ssl_gnutls">
<sslprofile name="benchmark" provider="gnutls" certfile="{certificate}" keyfile="{key}"
            priority="{priority}" requestclientcert="no">
<bind address="127.0.0.1" port="{port}" type="clients" sslprofile="benchmark">
<connect name="benchmark" allow="*" timeout="60" pingfreq="3600" resolvehostnames="no"
         hardsendq="1073741824" softsendq="1073741824" recvq="1048576"
         fakelag="no" threshold="1000000" commandrate="1000000000"
         localmax="1000000" globalmax="1000000" maxconnwarn="no"
         useconnectban="no" useconnflood="no">
<performance softlimit="65000" somaxconn="1024" netbuffersize="65534" clonesonconnect="no">
<options defaultmodes="n">
<limits maxnick="31">
<log method="file" type="*" level="default" target="{directory}/log">
<pid file="{directory}/pid">
)",
      fmt::arg("port", at.port), fmt::arg("certificate", at.certificate.string()),
      fmt::arg("key", at.key.string()), fmt::arg("priority", gnutls_priority),
      fmt::arg("directory", at.directory.string()));
}

std::vector<std::string> inspircd_arguments(const std::string& file) {
  std::vector<std::string> all{"--nofork", "--config", file};
  if (geteuid() == 0) all.push_back("--runasroot");
  return all;
}

bool may_run(const std::string& path) {
  return access(path.c_str(), X_OK) == 0;
}

} // namespace

std::optional<std::string> peer_program::installed() const {
  const char* const path = std::getenv("PATH");
  // Servers are in sbin, which is not in everybody's PATH.
  std::istringstream directories((path == nullptr ? "" : std::string(path)) +
                                 ":/usr/local/sbin:/usr/sbin:/usr/bin");
  for (std::string one; std::getline(directories, one, ':');)
    if (!one.empty() && may_run(one + "/" + program)) return one + "/" + program;
  return std::nullopt;
}

const std::vector<peer_program>& peer_programs() {
  static const std::vector<peer_program> all{
      {"NATS", "nats", "nats-server", "nats-server", speech::nats, false, 0, nats,
       [](auto& file) {
         return std::vector<std::string>{"-c", file};
       }},
      {"Redis", "redis", "redis-server", "redis-server", speech::redis, false, 0, redis,
       [](auto& file) { return std::vector<std::string>{file}; }},
      {"InspIRCd", "inspircd", "inspircd", "inspircd", speech::irc, false, 0, inspircd,
       inspircd_arguments},
      {"ngIRCd", "ngircd", "ngircd", "ngircd", speech::irc, true, ngircd_batch, ngircd,
       [](auto& file) {
         return std::vector<std::string>{"-n", "-f", file};
       }},
      {"Mosquitto", "mosquitto", "mosquitto", "mosquitto", speech::mqtt, true, 0, mosquitto,
       [](auto& file) {
         return std::vector<std::string>{"-c", file};
       }},
  };
  return all;
}

} // namespace asio_chat::bench
