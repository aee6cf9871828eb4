#include "ops/settings.hpp"

#include "base/sanitize.hpp"
#include "ops/command_line.hpp"
#include "ops/config_file.hpp"
#include "ops/environment.hpp"
#include "ops/setting_table.hpp"
#include "tls/file.hpp"

#include <asio_chat/second_factor.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <unistd.h>

namespace asio_chat::ops {

namespace {

constexpr std::size_t max_config_file = std::size_t{1} << 20;

failure wrong(std::string sentence) {
  return fail(errc::bad_setting, std::move(sentence));
}

given_values defaults(const environment_map& environment) {
  given_values given;
  for (const auto& s : setting_table())
    if (!s.default_value.empty())
      given[std::string(s.name)] = {{std::string(s.default_value)}, "default", std::string(s.name)};
  if (auto data = default_data_directory(environment); !data.values.empty())
    given["data"] = std::move(data);
  return given;
}

void overlay(given_values& below, given_values above) {
  for (auto& [name, given] : above)
    below[name] = std::move(given);
}

/// Only a shell makes a path of it.
bool begins_with_tilde(const setting& s, std::string_view value) {
  return (s.value == "FILE" || s.value == "DIR") && value.starts_with('~');
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

result<void> apply(settings& into, const setting& s, const given_value& given) {
  for (const auto& value : given.values) {
    const std::string shown = sanitize_for_log(value, 128, quotes::escape);
    if (value.empty())
      return wrong(fmt::format("{} has an empty value; give {}", given.where, s.value));
    if (has_control_character(value))
      return wrong(fmt::format("{} \"{}\" has a control character", given.where, shown));
    if (begins_with_tilde(s, value))
      return wrong(fmt::format("{} \"{}\" begins with ~, which only a shell makes a home directory "
                               "of; write the whole path, or ./~ for a file of that name",
                               given.where, shown));
    const auto done = s.apply(into, value);
    if (!done) return wrong(fmt::format("{} \"{}\" {}", given.where, shown, done.error().message));
  }
  return {};
}

/// What one setting alone cannot know, of those that say where the history is.
result<void> check_history(const settings& s) {
  if (s.ephemeral || !s.data_directory.empty()) return {};
  return wrong("there is no directory to keep the history in; give data, or ephemeral");
}

/// Likewise, of the tokens of an issuer.
result<void> check_oidc(const settings& s, bool passphrase_is_set) {
  const oidc_settings& oidc = s.oidc;
  if (oidc.keys_file.empty()) {
    if (oidc.issuer.empty() && oidc.audience.empty() && oidc.role_claim.empty()) return {};
    return wrong(
        "oidc-issuer, oidc-audience or oidc-role-claim is given without oidc-keys, the file "
        "of the issuer's keys");
  }
  if (oidc.issuer.empty() || oidc.audience.empty() || oidc.name_claim.empty())
    return wrong("oidc-keys needs oidc-issuer, oidc-audience and oidc-name-claim: without them a "
                 "token for another service would open this one");
  if (!s.authenticator.empty())
    return wrong("oidc-keys and authenticator both say who is who; leave one of them out");
  if (passphrase_is_set || !s.passphrase_file.empty())
    return wrong(
        "with oidc-keys users give their token where they would give the passphrase; leave "
        "passphrase-file and CHAT_SECRET out");
  if (s.server.people.second_factor != factor_need::nobody ||
      s.server.people.names != certificate_names::off)
    return wrong("second-factor and cert-name are about accounts of the daemon's own, and with "
                 "oidc-keys there are none; leave one of them out");
  return {};
}

/// Likewise, of all of them.
result<void> check(const settings& s, bool passphrase_is_set) {
  const auto& tls = s.server.tls;
  if (tls.certificate_file.empty() != tls.private_key_file.empty())
    return wrong(fmt::format("{} is given without {}; give both, or neither for a certificate for "
                             "development",
                             tls.certificate_file.empty() ? "key" : "cert",
                             tls.certificate_file.empty() ? "cert" : "key"));
  if (tls.private_key_file.empty() && !s.key_passphrase_file.empty())
    return wrong("key-passphrase-file is given without cert and key");
  if (tls.private_key_file.empty() &&
      (!tls.ocsp_response_file.empty() || !tls.ocsp_responder.empty()))
    return wrong("ocsp-response or ocsp-responder is given without cert and key; a development "
                 "certificate has no responder");
  if (!tls.ocsp_response_file.empty() && !tls.ocsp_responder.empty())
    return wrong(
        "ocsp-response and ocsp-responder are both given; what is stapled comes from a file "
        "or from the responder, so leave one of them out");
  if (tls.clients != client_certificates::none && tls.client_ca_file.empty())
    return wrong("client-cert needs client-ca, the file of the CAs that are trusted");
  if (tls.clients == client_certificates::none && !tls.client_ca_file.empty())
    return wrong("client-ca has no effect while client-cert is none; set client-cert to required "
                 "or optional");
  if (tls.clients == client_certificates::none &&
      (!tls.client_crl_file.empty() || !tls.client_certificate_allow.empty() ||
       !tls.blocked_certificates_file.empty()))
    return wrong("client-crl, client-cert-allow and client-cert-block have no effect while "
                 "client-cert is none; set client-cert to required or optional");
  if (tls.clients == client_certificates::optional && !tls.client_certificate_allow.empty())
    return wrong("client-cert-allow needs client-cert required: with optional, clients without a "
                 "certificate can connect too");
  if (tls.clients != client_certificates::none && tls.posture.tickets)
    return wrong("tls-tickets cannot be combined with client certificates: a ticket would admit a "
                 "client whose certificate has been revoked; switch one of them off");
  if (tls.certificate_file.empty() && s.data_directory.empty())
    return wrong("there is no directory to make a certificate for development in; give cert and "
                 "key, or data");
  if (auto good = check_history(s); !good) return good;
  if (s.server.limits.outbox_pause_bytes > s.server.limits.outbox_bytes / 2)
    return wrong(
        "outbox-pause is more than half of outbox-limit, so that there would be too little "
        "room for what comes meanwhile; lower the first, or raise the second");
  if (s.insecure_plaintext_listen && tls.clients != client_certificates::none)
    return wrong("insecure-plaintext-listen would let in clients without a certificate, or with a "
                 "revoked one, and client-cert asks for them; leave one of them out");
  if (s.require_passphrase && !passphrase_is_set && s.passphrase_file.empty())
    return wrong("require-passphrase is on and there is no passphrase; name its file with "
                 "passphrase-file, or set CHAT_SECRET in the environment");
  if (s.authenticator.empty() && !s.authenticator_user.empty())
    return wrong("authenticator-user is given without authenticator");
  if (!s.authenticator.empty() && (s.server.people.second_factor != factor_need::nobody ||
                                   s.server.people.names != certificate_names::off))
    return wrong("second-factor and cert-name are about accounts of the daemon's own, and with an "
                 "authenticator there are none; leave one of them out");
  return check_oidc(s, passphrase_is_set);
}

/// A secret in a variable ranks with the environment: above the config file, below the command
/// line.
/// @returns whether it counts instead of the setting that names a file
result<bool> outranks(std::string_view variable, std::string_view setting, invocation& call,
                      const command_line& line, const environment_settings& environment) {
  if (line.given.contains(setting)) return false;
  if (environment.given.contains(setting))
    return wrong(fmt::format("environment: {} and {} are both set; unset one", variable,
                             environment_name(setting)));
  call.effective.erase(std::string(setting));
  return true;
}

result<void> take_passphrases(invocation& call, const command_line& line,
                              const environment_settings& environment) {
  if (environment.passphrase) {
    const auto counts = outranks("CHAT_SECRET", "passphrase-file", call, line, environment);
    if (!counts) return counts.error();
    call.passphrase_is_set = *counts;
    if (*counts) call.settings.server.passphrase = environment.passphrase;
  }
  if (environment.key_passphrase) {
    const auto counts =
        outranks("CHAT_KEY_PASSPHRASE", "key-passphrase-file", call, line, environment);
    if (!counts) return counts.error();
    call.key_passphrase_is_set = *counts;
    if (*counts) call.settings.server.tls.private_key_passphrase = *environment.key_passphrase;
  }
  return {};
}

result<std::string> read_whole_file(const std::string& path) {
  const std::string shown = sanitize_for_log(path, 512);
  auto text = tls::read_file(path, "the config file");
  if (!text) return wrong(sanitize_for_log(text.error().message, 1024));
  if (text->size() > max_config_file)
    return wrong(
        fmt::format("file {} cannot be read: it is no file of settings, it is too large", shown));
  return text;
}

} // namespace

bool is_about_history(action a) noexcept {
  return a == action::back_up || a == action::restore || a == action::verify ||
         a == action::print_head || a == action::compact || a == action::export_room ||
         a == action::rekey || a == action::erase || a == action::account || a == action::announce;
}

result<invocation> read_settings(const setting_sources& from) {
  invocation call;
  const auto line = read_command_line(from.arguments);
  if (!line) return line.error();
  call.action = line->action;
  call.json = line->json;
  call.settings.begin_anew = line->begin_anew;
  call.help = line->help;
  call.history = line->history;
  if (call.action == action::print_help || call.action == action::print_version ||
      call.action == action::print_policy)
    return call;

  const auto environment = read_environment(from.environment);
  if (!environment) return environment.error();
  const auto& path = line->config_file.empty() ? environment->config_file : line->config_file;

  call.effective = defaults(from.environment);
  if (!path.empty()) {
    const auto text = from.read_file(path);
    if (!text) return text.error();
    auto file = read_config_file(path, *text);
    if (!file) return file.error();
    overlay(call.effective, *std::move(file));
  }
  overlay(call.effective, environment->given);
  call.history.backup_passphrase = environment->backup_passphrase;
  call.history.account_password = environment->account_password;
  overlay(call.effective, line->given);
  call.settings.credentials_directory = environment->credentials_directory;
  if (environment->master_key) {
    if (call.effective.contains("master-key-file"))
      return wrong("CHAT_MASTER_KEY is set in the environment, and master-key-file is given; give "
                   "one of them");
    call.settings.master_key = environment->master_key;
  }
  if (auto taken = take_passphrases(call, *line, *environment); !taken) return taken.error();

  for (const auto& s : setting_table()) {
    const auto given = call.effective.find(s.name);
    if (given == call.effective.end()) continue;
    if (auto applied = apply(call.settings, s, given->second); !applied) return applied.error();
  }
  const auto good = is_about_history(call.action) ? check_history(call.settings)
                                                  : check(call.settings, call.passphrase_is_set);
  if (!good) return good.error();
  return call;
}

bool is_open_to_strangers(const settings& s) {
  const bool asks = !s.authenticator.empty() || !s.oidc.keys_file.empty() ||
                    s.server.passphrase.has_value() || !s.passphrase_file.empty() ||
                    s.server.tls.clients == client_certificates::required;
  const bool only_here = s.server.proxy_from.empty() && std::ranges::all_of(s.listen, is_loopback);
  return !asks && !only_here;
}

std::vector<std::string> tls_files(const settings& s) {
  const tls_server_config& tls = s.server.tls;
  return {tls.certificate_file,         tls.private_key_file, s.key_passphrase_file,
          tls.ocsp_response_file,       tls.client_ca_file,   tls.client_crl_file,
          tls.blocked_certificates_file};
}

result<void> load_secrets(settings& s, tls::prompting for_key) {
  tls_server_config& tls = s.server.tls;
  if (!tls.private_key_file.empty()) {
    auto secret = tls::passphrase_of_key(tls.private_key_file,
                                         {s.key_passphrase_file, "key-passphrase-file",
                                          "CHAT_KEY_PASSPHRASE", tls.private_key_passphrase},
                                         for_key);
    if (!secret) return secret.error();
    // A plain key may be followed by an encrypted one.
    if (!secret->empty()) tls.private_key_passphrase = *std::move(secret);
  }
  if (!s.passphrase_file.empty() && !s.server.passphrase) {
    auto secret = tls::read_passphrase_file(s.passphrase_file);
    if (!secret) return secret.error();
    s.server.passphrase = *std::move(secret);
  }
  return {};
}

setting_sources process_sources(int argc, const char* const* argv) {
  setting_sources sources;
  if (argc > 1) sources.arguments.assign(argv + 1, argv + argc);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  sources.read_file = read_whole_file;
  return sources;
}

} // namespace asio_chat::ops
