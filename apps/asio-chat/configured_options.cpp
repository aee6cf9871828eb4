#include "configured_options.hpp"

#include "near_command.hpp"
#include "secret_questions.hpp"

#include "base/sanitize.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace asio_chat::app {

namespace {

constexpr std::string_view theme_section = "theme ";

// What only one run can mean, and what must be seen in the command line of each.
const std::set<std::string> only_typed{"config", "help",       "insecure-skip-host-name-check",
                                       "json",   "json-input", "print-config",
                                       "text",   "version"};

/// Without a secret in a line that a name or a key stands for.
std::string value_to_show(const config_entry& e) {
  if (e.key != "alias" && e.key != "bind") return e.value;
  const std::size_t blank = std::min(e.value.find(' '), e.value.size());
  const std::size_t secret = well_known_secret_from(std::string_view(e.value).substr(blank));
  return secret == std::string::npos ? e.value : e.value.substr(0, blank + secret) + "***";
}

failure wrong_line(const config_entry& e, const std::string& path, const std::string& what) {
  return fail(errc::bad_setting,
              fmt::format("'{}', line {}: {} = {}: {}", path, e.line, sanitize_for_terminal(e.key),
                          sanitize_for_terminal(value_to_show(e)), what));
}

} // namespace

void apply(CLI::App& cli, const std::vector<config_entry>& entries, const std::string& path) {
  std::map<std::string, std::vector<const config_entry*>> by_key;
  for (const config_entry& e : entries)
    if (e.key != "server") by_key[e.key].push_back(&e);
  for (const auto& found : by_key) {
    const std::string& key = found.first;
    const std::vector<const config_entry*>& all = found.second;
    const auto complain_of = [&](const std::string& what) {
      throw error(wrong_line(*all.back(), path, what));
    };
    CLI::Option* option = cli.get_option_no_throw("--" + key);
    if (!option || only_typed.contains(key))
      complain_of(option ? "this is for the command line alone" : "there is no such setting");
    if (option->count() > 0) continue;
    const bool list = option->get_items_expected_max() > 1;
    for (const config_entry* e : all) {
      if (!list && e != all.back()) continue;
      option->add_result(e->value);
      try {
        option->run_callback(); // after each, to know which line is wrong
      } catch (const CLI::ParseError& wrong) {
        throw error(wrong_line(*e, path, sanitize_for_terminal(wrong.what())));
      }
    }
  }
}

std::string find_server(std::string& where, const std::vector<config_entry>& all) {
  const auto at = where.rfind('@');
  const std::string name = at == std::string::npos ? where : where.substr(at + 1);
  const auto is_its = [&](const config_entry& e) { return e.server == name; };
  if (name.empty() || std::ranges::none_of(all, is_its)) return {};
  const auto address = std::find_if(all.rbegin(), all.rend(), [&](const config_entry& e) {
    return is_its(e) && e.key == "server";
  });
  if (address != all.rend()) {
    const std::string& is = address->value;
    const auto host = is.rfind('@') == std::string::npos ? 0 : is.rfind('@') + 1;
    where = at == std::string::npos ? is : where.substr(0, at + 1) + is.substr(host);
  }
  return name;
}

std::string tell_near_servers(std::string_view where, const std::vector<config_entry>& all,
                              const std::string& path) {
  std::vector<std::string> names;
  for (const config_entry& e : all) {
    const bool is_server = !e.server.empty() && !e.server.starts_with(theme_section);
    if (is_server && std::ranges::count(names, e.server) == 0) names.push_back(e.server);
  }
  const auto at = where.rfind('@');
  const std::string_view name = at == std::string_view::npos ? where : where.substr(at + 1);
  const std::vector<std::string> near = names_near(name, names);
  if (near.empty()) return {};
  return sanitize_for_terminal(
      fmt::format("'{}' is none of the servers in '{}', and is taken for a host; did you mean {}?",
                  name, path, fmt::join(near, " or ")));
}

void define_themes(theme_choice& all, const std::vector<config_entry>& entries,
                   const std::string& path) {
  for (const config_entry& e : entries) {
    if (!e.server.starts_with(theme_section)) continue;
    const std::string wrong = all.define(e.server.substr(theme_section.size()), e.key, e.value);
    if (!wrong.empty()) throw error(wrong_line(e, path, wrong));
  }
}

std::string show_theme(const std::string& name, const std::vector<config_entry>& entries) {
  std::string all;
  for (const config_entry& e : entries) {
    if (e.server != std::string(theme_section) + name) continue;
    if (all.empty()) all = fmt::format("\n[{}]\n", e.server);
    all += fmt::format("{} = {}  # configuration\n", e.key, e.value);
  }
  return all;
}

std::string show_config(const CLI::App& cli, const std::set<std::string>& typed) {
  std::string all;
  for (const CLI::Option* option : cli.get_options()) {
    if (option->get_lnames().empty() || only_typed.contains(option->get_lnames().front())) continue;
    const std::string& key = option->get_lnames().front();
    const char* source = typed.contains(key)   ? "command line"
                         : option->count() > 0 ? "configuration"
                                               : nullptr;
    if (!source) all += fmt::format("# {} = {}\n", key, option->get_default_str());
    for (const std::string& value : option->results())
      if (source) all += fmt::format("{} = {}  # {}\n", key, value, source);
  }
  return all;
}

} // namespace asio_chat::app
