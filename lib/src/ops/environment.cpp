#include "ops/environment.hpp"

#include "base/sanitize.hpp"
#include "ops/nearest.hpp"
#include "ops/setting_table.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>

#include <vector>

namespace asio_chat::ops {

namespace {

constexpr std::string_view prefix = "ASIO_CHATD_";
constexpr std::string_view config_variable = "ASIO_CHATD_CONFIG";
constexpr std::string_view secret_variable = "CHAT_SECRET";
constexpr std::string_view key_passphrase_variable = "CHAT_KEY_PASSPHRASE";
constexpr std::string_view backup_passphrase_variable = "CHAT_BACKUP_PASSPHRASE";
constexpr std::string_view account_password_variable = "CHAT_ACCOUNT_PASSWORD";
constexpr std::string_view master_key_variable = "CHAT_MASTER_KEY";

const setting* find_by_variable(std::string_view variable) {
  for (const auto& s : setting_table())
    if (environment_name(s.name) == variable) return &s;
  return nullptr;
}

failure unknown(const std::string& variable) {
  std::vector<std::string> all{std::string(config_variable)};
  for (const auto& s : setting_table())
    all.push_back(environment_name(s.name));
  const std::vector<std::string_view> names(all.begin(), all.end());
  return fail(errc::bad_setting,
              fmt::format("environment: no setting is called {}{}", sanitize_for_log(variable, 64),
                          did_you_mean(variable, names)));
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  boost::algorithm::split(parts, text, boost::algorithm::is_any_of(","));
  for (auto& part : parts)
    boost::algorithm::trim(part);
  return parts;
}

std::string value_of(const environment_map& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string() : found->second;
}

} // namespace

result<environment_settings> read_environment(const environment_map& variables) {
  environment_settings settings;
  settings.credentials_directory = value_of(variables, "CREDENTIALS_DIRECTORY");
  for (const auto& [name, value] : variables) {
    if (name == secret_variable || name == key_passphrase_variable) {
      const bool of_users = name == secret_variable;
      const std::string line =
          boost::algorithm::trim_right_copy_if(value, boost::algorithm::is_any_of("\r\n"));
      if (line.empty())
        return fail(errc::bad_setting,
                    fmt::format("environment: {} is empty; put {} passphrase into it, or unset it",
                                name, of_users ? "the users'" : "the private key's"));
      (of_users ? settings.passphrase : settings.key_passphrase) = line;
      continue;
    }
    if (name == backup_passphrase_variable) settings.backup_passphrase = value;
    if (name == account_password_variable) settings.account_password = value;
    if (name == master_key_variable) settings.master_key = value;
    if (!name.starts_with(prefix)) continue;
    if (name == config_variable) {
      if (value.empty())
        return fail(errc::bad_setting, "environment: ASIO_CHATD_CONFIG is empty; name a file in "
                                       "it, or unset it");
      settings.config_file = value;
      continue;
    }
    const auto* s = find_by_variable(name);
    if (s == nullptr) return unknown(name);
    auto values = s->repeatable ? split_list(value) : std::vector<std::string>{value};
    settings.given[std::string(s->name)] = {std::move(values), "environment " + name,
                                            "environment: " + name};
  }
  return settings;
}

given_value default_data_directory(const environment_map& variables) {
  const auto from = [](std::string path, std::string_view source) {
    return given_value{{std::move(path)}, fmt::format("default, {}", source), "data"};
  };
  // systemd sets it to what StateDirectory= names, with colons between several.
  const std::string state = value_of(variables, "STATE_DIRECTORY");
  if (!state.empty()) return from(state.substr(0, state.find(':')), "$STATE_DIRECTORY");
  // The XDG Base Directory Specification has relative paths ignored.
  const std::string xdg = value_of(variables, "XDG_STATE_HOME");
  if (xdg.starts_with('/')) return from(xdg + "/asio-chat", "$XDG_STATE_HOME");
  const std::string home = value_of(variables, "HOME");
  if (home.starts_with('/')) return from(home + "/.local/state/asio-chat", "$HOME");
  return {};
}

} // namespace asio_chat::ops
