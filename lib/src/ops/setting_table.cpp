#include "ops/setting_table.hpp"

#include "base/ascii.hpp"
#include "ops/setting_store.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace asio_chat::ops {

namespace {

using namespace std::chrono_literals;

constexpr view unix_prefix = "unix:";

constexpr std::uint64_t KiB = 1u << 10;
constexpr std::uint64_t GiB = 1u << 30;

// clang-format off
constexpr setting table[] = {
  {"listen", "Network", "HOST:PORT|unix:PATH", "127.0.0.1:8443",
   "where to listen; may be repeated", true,
   [](settings& s, view v) {
     if (v.starts_with(unix_prefix)) {
       s.listen_unix.emplace_back(v.substr(unix_prefix.size()));
       return s.listen_unix.back().starts_with('/')
                  ? result<void>()
                  : fail(errc::bad_setting,
                         "needs a whole path, such as unix:/run/asio-chat/socket");
     }
     auto address = parse_address(v);
     if (!address) return result<void>(address.error());
     s.listen.push_back(*std::move(address));
     return result<void>();
   }},
  {"backlog", "Network", "N", "1024", "connections that may wait to be accepted", false,
   [](settings& s, view v) { return store(s.server.backlog, parse_count(v, 1, 65535)); }},
  {"socket-mode", "Network", "MODE", "0660", "of the file of a Unix socket: who may connect", false,
   [](settings& s, view v) { return store(s.socket_mode, parse_file_mode(v)); }},
  {"proxy-from", "Network", "NETWORK|unix", "",
   "proxies that send a PROXY header, version 2; may be repeated", true,
   [](settings& s, view v) {
     s.server.proxy_from.emplace_back(v); // the server reads it
     return result<void>();
   }},
  {"proxy-timeout", "Network", "TIME", "3s", "for that header, from the connection on", false,
   [](settings& s, view v) { return store_duration(s.server.limits.proxy_time, v); }},
  {"insecure-plaintext-listen", "Network", "HOST:PORT", "",
   "also without TLS, for demonstrations; loopback only", false,
   [](settings& s, view v) {
     return store(s.insecure_plaintext_listen, parse_loopback_address(v));
   }},

  {"cert", "Certificates", "FILE", "",
   "PEM: the server's certificate, then its intermediates", false,
   [](settings& s, view v) { return store_text(s.server.tls.certificate_file, v); }},
  {"key", "Certificates", "FILE", "", "PEM: its private key, readable by its owner only", false,
   [](settings& s, view v) { return store_text(s.server.tls.private_key_file, v); }},
  {"key-passphrase-file", "Certificates", "FILE", "",
   "opens an encrypted key; else CHAT_KEY_PASSPHRASE, or typed", false,
   [](settings& s, view v) { return store_text(s.key_passphrase_file, v); }},
  {"ocsp-response", "Certificates", "FILE", "",
   "DER: the CA's OCSP response about cert, to be stapled", false,
   [](settings& s, view v) { return store_text(s.server.tls.ocsp_response_file, v); }},
  {"ocsp-responder", "Certificates", "URL|auto", "",
   "or the responder to ask for it; auto: as cert says", false,
   [](settings& s, view v) { return store_responder(s.server.tls.ocsp_responder, v); }},
  {"client-cert", "Certificates", "none|optional|required", "none",
   "whether clients show a certificate", false,
   [](settings& s, view v) {
     return store_choice(s.server.tls.clients, v, client_certificate_choices);
   }},
  {"client-ca", "Certificates", "FILE", "",
   "PEM: the CAs that clients' certificates are trusted by", false,
   [](settings& s, view v) { return store_text(s.server.tls.client_ca_file, v); }},
  {"client-crl", "Certificates", "FILE", "",
   "PEM: revocation lists; then each of those CAs must have one", false,
   [](settings& s, view v) { return store_text(s.server.tls.client_crl_file, v); }},
  {"client-cert-allow", "Certificates", "PATTERN", "",
   "clients that may come in, e.g. cn:alice; may be repeated", true,
   [](settings& s, view v) {
     s.server.tls.client_certificate_allow.emplace_back(v);
     return result<void>();
   }},
  {"client-cert-block", "Certificates", "FILE", "",
   "SHA-256 fingerprints that may not, one on each line", false,
   [](settings& s, view v) { return store_text(s.server.tls.blocked_certificates_file, v); }},
  {"cert-name", "Certificates", "off|cn", "off",
   "cn: their common name is the user's name; needs required", false,
   [](settings& s, view v) { return store_choice(s.server.people.names, v, certificate_name_choices); }},

  {"tls-min", "TLS", "1.2|1.3", "1.2", "the oldest version that is spoken", false,
   [](settings& s, view v) {
     return store_choice(s.server.tls.posture.minimum, v, version_choices);
   }},
  {"tls-ciphers", "TLS", "LIST", "", "for TLS 1.2, as `openssl ciphers` takes it", false,
   [](settings& s, view v) { return store_text(s.server.tls.posture.ciphers, v); }},
  {"tls-ciphersuites", "TLS", "LIST", "", "for TLS 1.3, likewise", false,
   [](settings& s, view v) { return store_text(s.server.tls.posture.ciphersuites, v); }},
  {"tls-groups", "TLS", "LIST", "", "for the key agreement, e.g. X25519:P-256", false,
   [](settings& s, view v) { return store_text(s.server.tls.posture.groups, v); }},
  {"tls-tickets", "TLS", "on|off", "off", "clients may resume sessions", false,
   [](settings& s, view v) { return store(s.server.tls.posture.tickets, parse_switch(v)); }},

  {"passphrase-file", "Who may come in", "FILE", "",
   "holds the passphrase that all users share", false,
   [](settings& s, view v) { return store_text(s.passphrase_file, v); }},
  {"require-passphrase", "Who may come in", "on|off", "off",
   "do not start without a passphrase", false,
   [](settings& s, view v) { return store(s.require_passphrase, parse_switch(v)); }},

  {"authenticator", "Who may come in", "FILE", "",
   "the socket of a program that knows who is who", false,
   [](settings& s, view v) { return store_socket_path(s.authenticator, v); }},
  {"authenticator-user", "Who may come in", "NAME", "",
   "whose program it may be, besides root's and one's own", false,
   [](settings& s, view v) { return store_text(s.authenticator_user, v); }},
  {"authenticator-timeout", "Who may come in", "TIME", "10s", "for each of its answers", false,
   [](settings& s, view v) { return store_duration(s.authenticator_time, v); }},
  {"oidc-keys", "Who may come in", "FILE", "",
   "the keys of an issuer (JWKS), whose tokens say who is who", false,
   [](settings& s, view v) { return store_text(s.oidc.keys_file, v); }},
  {"oidc-issuer", "Who may come in", "URL", "", "the issuer, as its tokens name it (iss)", false,
   [](settings& s, view v) { return store_text(s.oidc.issuer, v); }},
  {"oidc-audience", "Who may come in", "TEXT", "", "for whom its tokens have to be (aud)", false,
   [](settings& s, view v) { return store_text(s.oidc.audience, v); }},
  {"oidc-name-claim", "Who may come in", "CLAIM", "preferred_username",
   "the claim that is the name of the user", false,
   [](settings& s, view v) { return store_text(s.oidc.name_claim, v); }},
  {"oidc-role-claim", "Who may come in", "CLAIM", "",
   "the claim that is, or has, owner, operator or voice", false,
   [](settings& s, view v) { return store_text(s.oidc.role_claim, v); }},
  {"registration", "Who may come in", "on|invited|off", "on",
   "users may make accounts by /register", false,
   [](settings& s, view v) { return store_choice(s.server.people.registration, v, registration_choices); }},
  {"guests", "Who may come in", "on|off", "on",
   "users without an account may do more than log in", false,
   [](settings& s, view v) { return store(s.server.people.guests, parse_switch(v)); }},
  {"password-memory", "Who may come in", "BYTES", "64M",
   "that hashing a password takes, and guessing one", false,
   [](settings& s, view v) {
     return store(s.server.people.password_memory, parse_bytes(v, 8 * 1024 * KiB, GiB));
   }},
  {"second-factor", "Who may come in", "nobody|operators|everybody", "nobody",
   "who with an account has to have a second factor", false,
   [](settings& s, view v) { return store_choice(s.server.people.second_factor, v, factor_choices); }},

  {"default-room", "Rooms", "NAME", "lobby", "the room of the text protocol's users", false,
   [](settings& s, view v) { return store_room_name(s.server.default_room, v); }},
  {"presence-limit", "Rooms", "N", "500",
   "rooms up to this size announce joins and leaves; 0: never", false,
   [](settings& s, view v) {
     return store(s.server.limits.presence_members, parse_count_or_never(v, 1'000'000));
   }},
  {"max-rooms", "Rooms", "N", "10000", "rooms that have members, at most", false,
   [](settings& s, view v) {
     return store(s.server.limits.rooms, parse_count(v, 1, 1'000'000));
   }},
  {"rooms-per-member", "Rooms", "N", "64", "rooms that a member may be in at the same time", false,
   [](settings& s, view v) {
     return store(s.server.limits.rooms_per_member, parse_count(v, 1, 10'000));
   }},
  {"member-connections", "Rooms", "N", "4",
   "connections of a member; one more replaces the oldest", false,
   [](settings& s, view v) {
     return store(s.server.limits.member_connections, parse_count(v, 1, 64));
   }},
  {"sender-addresses", "Rooms", "on|off", "off",
   "members see from which address a message comes", false,
   [](settings& s, view v) { return store(s.server.sender_addresses, parse_switch(v)); }},

  {"ephemeral", "History", "on|off", "off", "keep it in memory, where it ends with the daemon", false,
   [](settings& s, view v) { return store(s.ephemeral, parse_switch(v)); }},
  {"master-key-file", "History", "FILE", "",
   "the key that seals it (default: see the end)", false,
   [](settings& s, view v) { return store_text(s.master_key_file, v); }},
  {"join-history", "History", "N|ROOM=N", "50",
   "given on joining; 0: none; may be repeated, by room", true,
   [](settings& s, view v) { return store_join_history(s.server, v); }},
  {"room-entries", "History", "N", "1000000", "the oldest of more messages of a room go; 0: never", false,
   [](settings& s, view v) {
     return store(s.server.limits.room_entries, parse_count_or_never(v, 1'000'000'000'000));
   }},
  {"room-bytes", "History", "BYTES", "1G", "likewise, of more bytes; 0: never", false,
   [](settings& s, view v) {
     return store(s.server.limits.room_bytes, parse_bytes_or_never(v, 1'000'000 * GiB));
   }},
  {"room-age", "History", "TIME", "0", "messages that are older go, e.g. 90d; 0: never", false,
   [](settings& s, view v) {
     return store_duration_or_never(s.server.limits.room_age, v, 1min, 24h * 36'500);
   }},
  {"id-window", "History", "TIME", "24h", "a message sent again is recognised for so long", false,
   [](settings& s, view v) { return store_duration(s.server.limits.id_time, v, 1s, 24h * 30); }},
  {"edit-time", "History", "TIME", "24h", "members edit or delete what they said; 0: no limit", false,
   [](settings& s, view v) {
     return store_duration_or_never(s.server.limits.edit_time, v, 1s, 24h * 36'500);
   }},
  {"name-hold", "History", "TIME", "2m", "the name of a member who left is held; 0: never", false,
   [](settings& s, view v) {
     return store_duration_or_never(s.server.limits.name_hold_time, v, 1ms, 24h * 30);
   }},

  {"max-connections", "Limits", "N", "20000", "open at the same time; more are closed at once",
   false,
   [](settings& s, view v) {
     return store(s.server.limits.connections, parse_count(v, 1, 1'000'000));
   }},
  {"max-strangers", "Limits", "N", "512", "connections that have not logged in; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "max-strangers", v); }},
  {"max-handshakes", "Limits", "N", "256", "TLS handshakes of them that are under way; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "max-handshakes", v); }},
  {"strangers-per-address", "Limits", "N", "8", "of one address, or IPv6 /64; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "strangers-per-address", v); }},
  {"strangers-per-network", "Limits", "N", "32", "of one IPv4 /24, or IPv6 /56; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "strangers-per-network", v); }},
  {"strangers-memory", "Limits", "BYTES", "24M", "of all of them together", false,
   [](settings& s, view v) { return store_limit(s, "strangers-memory", v); }},
  {"max-penalty", "Limits", "TIME", "10m", "an address that misbehaves waits so long; 0: never", false,
   [](settings& s, view v) { return store_limit(s, "max-penalty", v); }},
  {"limit-loopback", "Limits", "on|off", "off", "those six, for loopback addresses as well", false,
   [](settings& s, view v) { return store(s.server.admission.loopback, parse_switch(v)); }},
  {"max-text", "Limits", "BYTES", "8k", "a message's text; longer ones are refused", false,
   [](settings& s, view v) {
     return store(s.server.limits.text_bytes, parse_bytes(v, 1, 30'000));
   }},
  {"max-name", "Limits", "N", "20", "characters of a user's name", false,
   [](settings& s, view v) {
     return store(s.server.limits.name_characters, parse_count(v, 10, 64));
   }},
  {"outbox-limit", "Limits", "BYTES", "4M", "what may wait to be sent to one connection", false,
   [](settings& s, view v) {
     return store(s.server.limits.outbox_bytes, parse_bytes(v, 128 * KiB, GiB));
   }},
  {"outbox-pause", "Limits", "BYTES", "1M", "from here on messages wait in the history", false,
   [](settings& s, view v) {
     return store(s.server.limits.outbox_pause_bytes, parse_bytes(v, 64 * KiB, GiB));
   }},
  {"outbox-total", "Limits", "BYTES", "64M",
   "for all connections; near it, each may have less", false,
   [](settings& s, view v) {
     return store(s.server.limits.outbox_total_bytes, parse_bytes(v, 1024 * KiB, 1024 * GiB));
   }},
  {"max-under-way", "Limits", "N", "1024", "messages of one user that are not stored yet", false,
   [](settings& s, view v) {
     return store(s.server.limits.posts_under_way, parse_count(v, 2, 1'000'000));
   }},
  {"handshake-timeout", "Limits", "TIME", "5s", "for TLS, from the connection on", false,
   [](settings& s, view v) { return store_duration(s.server.limits.handshake_time, v); }},
  {"login-timeout", "Limits", "TIME", "30s", "for the login, from the handshake on", false,
   [](settings& s, view v) { return store_duration(s.server.limits.login_time, v); }},
  {"idle-timeout", "Limits", "TIME", "300s", "without a byte from the client", false,
   [](settings& s, view v) { return store_duration(s.server.limits.idle_time, v); }},
  {"stall-timeout", "Limits", "TIME", "30s", "while much waits and the client takes none of it", false,
   [](settings& s, view v) { return store_duration(s.server.limits.stall_time, v); }},
  {"close-timeout", "Limits", "TIME", "2s", "to answer a client that leaves, and again to say goodbye", false,
   [](settings& s, view v) { return store_duration(s.server.limits.close_time, v); }},
  {"drain-timeout", "Limits", "TIME", "5s", "for all of them when the server stops", false,
   [](settings& s, view v) { return store_duration(s.server.limits.drain_time, v); }},
  {"sleep-after", "Limits", "TIME", "5s", "a quiet connection gives back memory; 0: never", false,
   [](settings& s, view v) {
     return store_duration_or_never(s.server.limits.sleep_time, v, 1ms, 24h);
   }},

  {"rates", "Rates", "auto|on|off", "auto", "auto: once it listens beyond loopback", false,
   [](settings& s, view v) { return store_limit(s, "rates", v); }},
  {"rate-messages", "Rates", "N/TIME", "20/4s", "messages, and all else that has no rate; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "rate-messages", v); }},
  {"rate-bytes", "Rates", "BYTES/TIME", "256k/4s", "of the texts of messages; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "rate-bytes", v); }},
  {"rate-searches", "Rates", "N/TIME", "10/10s", "searches; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "rate-searches", v); }},
  {"rate-history", "Rates", "N/TIME", "20/10s", "pages of history; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "rate-history", v); }},
  {"rate-joins", "Rates", "N/TIME", "100/20s", "rooms that a user joins; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "rate-joins", v); }},
  {"rate-renames", "Rates", "N/TIME", "5/60s", "new names of a user; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "rate-renames", v); }},
  {"rate-registrations", "Rates", "N/TIME", "5/1h", "accounts made from an address; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "rate-registrations", v); }},
  {"rate-address", "Rates", "N", "8", "times as much for all users of an address; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "rate-address", v); }},

  {"abuse", "Abuse", "auto|on|off", "auto", "auto: once it listens beyond loopback", false,
   [](settings& s, view v) { return store_limit(s, "abuse", v); }},
  {"abuse-repeats", "Abuse", "N/TIME", "5/1m", "the same text of a user again; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "abuse-repeats", v); }},
  {"abuse-mentions", "Abuse", "N", "10", "users that a message names; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "abuse-mentions", v); }},
  {"abuse-receivers", "Abuse", "N/TIME", "10/1m", "users that one writes to directly; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "abuse-receivers", v); }},
  {"abuse-names", "Abuse", "N/TIME", "60/10m", "names taken from an address; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "abuse-names", v); }},
  {"newcomer-time", "Abuse", "TIME", "5m", "how long a guest is a newcomer; 0: never", false,
   [](settings& s, view v) { return store_limit(s, "newcomer-time", v); }},
  {"newcomer-messages", "Abuse", "N/TIME", "20/1m", "what a newcomer says; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "newcomer-messages", v); }},
  {"guest-rooms", "Abuse", "N", "1000", "rooms that guests may leave behind; 0: no limit", false,
   [](settings& s, view v) { return store_limit(s, "guest-rooms", v); }},
  {"guest-room-age", "Abuse", "TIME", "90d", "after which a silent one of them is removed; 0: never", false,
   [](settings& s, view v) { return store_limit(s, "guest-room-age", v); }},

  {"log-level", "Log", "debug|info|warning|error", "info", "the least that is logged", false,
   [](settings& s, view v) { return store_choice(s.log.level, v, level_choices); }},
  {"log-format", "Log", "text|json", "text", "json: an object on each line", false,
   [](settings& s, view v) { return store_choice(s.log.format, v, format_choices); }},
  {"log-time", "Log", "full|short|none", "full", "date and time, HH:MM:SS, or nothing", false,
   [](settings& s, view v) { return store_choice(s.log.time, v, time_choices); }},
  {"log-messages", "Log", "on|off", "off", "what people write, in the log", false,
   [](settings& s, view v) { return store(s.server.log_messages, parse_switch(v)); }},

  {"user", "Process", "NAME", "", "the user to become when it is started as root", false,
   [](settings& s, view v) { return store_text(s.user, v); }},
  {"insecure-unconfined", "Process", "on|off", "off",
   "keep access to all files, ports and system calls", false,
   [](settings& s, view v) { return store(s.unconfined, parse_switch(v)); }},

  {"data", "Files", "DIR", "", "history, keys, development certificates (default: see the end)", false,
   [](settings& s, view v) { return store_text(s.data_directory, v); }},
};
// clang-format on

} // namespace

std::span<const setting> setting_table() noexcept {
  return table;
}

const setting* find_setting(std::string_view name) noexcept {
  const auto found = std::ranges::find(table, name, &setting::name);
  return found == std::end(table) ? nullptr : found;
}

std::string environment_name(std::string_view setting_name) {
  std::string name = "ASIO_CHATD_";
  for (const char c : setting_name)
    name += c == '-' ? '_' : ascii::upper(c);
  return name;
}

} // namespace asio_chat::ops
