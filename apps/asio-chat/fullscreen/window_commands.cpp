#include "fullscreen/window_commands.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "model/command_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace asio_chat::app {

namespace {

command_argument argument(const char* name, argument_kind kind, bool optional) {
  command_argument a;
  a.name = name;
  a.kind = kind;
  a.optional = optional;
  return a;
}

const std::vector<command_info>& our_commands() {
  using kind = argument_kind;
  static const std::vector<command_info> all{
      {"alias",
       {argument("NAME", kind::word, true), argument("LINE", kind::text, true)},
       "let /NAME stand for a line, to which what follows is added"},
      {"bind",
       {argument("KEY", kind::word, true), argument("ACTION", kind::text, true)},
       "let a key do what another one does, enter a /line, or do nothing"},
      {"close", {}, "close this window; a room is left"},
      {"ignore",
       {argument("NAME", kind::member, true)},
       "hide what a member says; with an account the server keeps it, else it ends with the "
       "client"},
      {"keys", {}, "list the keys"},
      {"query",
       {argument("NAME", kind::member, false), argument("TEXT", kind::text, true)},
       "show a conversation with one member"},
      {"reconnect", {}, "connect again at once, in the place of this connection or of the pause"},
      {"theme", {argument("NAME", kind::word, true)}, "show the screen in another theme"},
      {"unalias", {argument("NAME", kind::word, false)}, "forget an alias"},
      {"unbind", {argument("KEY", kind::word, false)}, "let a key do what it did at first"},
      {"unignore", {argument("NAME", kind::member, false)}, "show again what a member says"},
      {"unsent",
       {argument("WHAT", kind::word, true), argument("N", kind::word, true)},
       "list what you have typed for rooms that you are no longer in; N takes one, drop N forgets"},
  };
  return all;
}

const command_info* find_ours(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  const auto& all = our_commands();
  const auto found = std::ranges::find_if(
      all, [&](const command_info& c) { return ascii::equal_ignoring_case(c.name, name); });
  return found == all.end() ? nullptr : &*found;
}

} // namespace

bool is_window_command(std::string_view name) {
  return find_ours(name) != nullptr;
}

std::string window_commands::expand(std::string_view line) const {
  std::string expanded(line);
  std::set<std::string> used; // an alias may bear the name of what it stands for
  while (expanded.starts_with('/')) {
    const parsed_line c = parse_command_line(expanded);
    const std::string name = ascii::lower(std::string(c.name));
    const auto found = aliases_.find(name);
    if (found == aliases_.end() || !used.insert(name).second) break;
    expanded =
        c.arguments.empty() ? found->second : fmt::format("{} {}", found->second, c.arguments);
  }
  return expanded;
}

std::string_view window_commands::line_in(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t\n"), line.size()));
  if (!line.starts_with('/')) return {};
  const parsed_line c = parse_command_line(line);
  const bool defines =
      ascii::equal_ignoring_case(c.name, "alias") || ascii::equal_ignoring_case(c.name, "bind");
  const std::string_view last = defines ? split_arguments(c.arguments, 2)[1] : std::string_view();
  return last.starts_with('/') ? last : std::string_view();
}

void window_commands::define(std::string_view definition) {
  const positions parts = split_arguments(definition, 2);
  std::string_view name = parts[0];
  if (name.starts_with('/')) name.remove_prefix(1);
  if (!name.empty() && !parts[1].empty()) aliases_[ascii::lower(std::string(name))] = parts[1];
}

window_commands::outcome window_commands::run(std::string_view line) {
  const parsed_line c = parse_command_line(line);
  const auto is = [&](const char* name) { return ascii::equal_ignoring_case(c.name, name); };
  const command_info* const ours = find_ours(c.name);
  if (ours && ours->arguments.empty() && !c.arguments.empty())
    return answer(fmt::format("/{0} takes no argument; usage: /{0}", ours->name));
  if (is("alias")) return alias(c.arguments);
  if (is("bind")) return bind(c.arguments);
  if (is("close")) return close();
  if (is("help")) return help(c.arguments);
  if (is("ignore")) return ignore(c.arguments);
  if (is("keys")) return keys();
  if (is("query")) return query(c.arguments);
  if (is("theme")) return theme(c.arguments);
  if (is("unalias")) return unalias(c.arguments);
  if (is("unbind")) {
    const bool was = bindings_.unbind(c.arguments);
    return answer(was ? "it does again what it did" : "no such key was bound; /keys lists them");
  }
  if (is("unignore")) return unignore(c.arguments);
  if (is("unsent")) return unsent(c.arguments);
  return {};
}

void window_commands::add_to(vocabulary& words) const {
  for (const command_info& c : our_commands()) {
    if (std::ranges::find(words.commands, c.name) != words.commands.end()) continue; // the server's
    words.commands.push_back(c.name);
    words.syntax.push_back(c);
  }
  for (const auto& [name, line] : aliases_) {
    words.commands.push_back(name);
    words.choices["unalias NAME"].push_back(name);
  }
  words.choices["theme NAME"] = state_.themes.names();
  words.choices["unbind KEY"] = bindings_.bound();
  words.choices["unsent WHAT"] = {"drop"};
  words.choices["unsent N"] = {"all"};
  for (const std::string& name : state_.all.ignored())
    words.choices["unignore NAME"].push_back(name);
  std::vector<std::string>& actions = words.choices["bind ACTION"];
  actions = key_bindings::names_of_actions();
  for (const std::string& command : words.commands) {
    actions.push_back("/" + command);
    words.choices["alias LINE"].push_back("/" + command);
  }
}

window_commands::outcome window_commands::answer(std::string text) {
  state_.all.remark(log_line::kind::notice, std::move(text), time_.wall_now());
  return {true};
}

window_commands::outcome window_commands::close() {
  windows& all = state_.all;
  const window& w = all.current();
  if (w.has_log() && w.in) return {true, "/leave " + w.room()};
  if (!all.close(all.shown())) return answer("the server's window stays; /quit leaves the chat");
  return {true};
}

window_commands::outcome window_commands::query(std::string_view arguments) {
  const positions parts = split_arguments(arguments, 2);
  if (parts[0].empty()) return answer("NAME is missing; usage: /query NAME [TEXT]");
  state_.all.show_direct(std::string(parts[0]));
  if (parts[1].empty()) return {true};
  return {true, fmt::format("/msg {} {}", parts[0], parts[1])};
}

window_commands::outcome window_commands::ignore(std::string_view name) {
  if (state_.all.kept_ignored().is_kept()) {
    if (name.empty() && !state_.all.ignored_here().empty())
      answer(fmt::format("ignoring here alone: {}", fmt::join(state_.all.ignored_here(), ", ")));
    return {}; // the account's are the server's
  }
  if (!name.empty() && ascii::equal_ignoring_case(name, state_.all.own_name()))
    return answer("this is your own name; what you say cannot be hidden");
  if (!name.empty()) {
    state_.all.ignore(name);
    return answer(fmt::format("ignoring {}; /unignore {} ends it", name, name));
  }
  std::string all;
  for (const std::string& ignored : state_.all.ignored())
    all += (all.empty() ? "ignoring " : ", ") + ignored;
  return answer(all.empty() ? "no member is ignored" : all);
}

window_commands::outcome window_commands::unignore(std::string_view name) {
  if (name.empty()) return answer("NAME is missing; usage: /unignore NAME");
  const bool was = state_.all.unignore(name);
  const hidden_members& kept = state_.all.kept_ignored();
  if (kept.is_kept() && (!was || kept.hides(name))) return {};
  return answer(std::string(name) + (was ? " is not ignored any more" : " was not ignored"));
}

window_commands::outcome window_commands::alias(std::string_view arguments) {
  const positions parts = split_arguments(arguments, 2);
  std::string_view name = parts[0];
  if (name.starts_with('/')) name.remove_prefix(1);
  if (name.empty()) {
    std::string all;
    for (const auto& [one, line] : aliases_)
      all += fmt::format("{}/{} is {}", all.empty() ? "" : "\n", one, line);
    return answer(all.empty() ? "no aliases" : all);
  }
  const std::string key = ascii::lower(std::string(name));
  if (!parts[1].empty()) {
    define(arguments);
    return answer(fmt::format("/{} is {}", key, parts[1]));
  }
  const auto found = aliases_.find(key);
  return answer(found == aliases_.end() ? fmt::format("/{} is no alias", key)
                                        : fmt::format("/{} is {}", key, found->second));
}

window_commands::outcome window_commands::unalias(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  if (name.empty()) return answer("NAME is missing; usage: /unalias NAME");
  const std::string key = ascii::lower(std::string(name));
  const bool was = aliases_.erase(key) > 0;
  return answer("/" + key + (was ? " is no alias any more" : " was no alias"));
}

/// The server explains its own commands.
window_commands::outcome window_commands::help(std::string_view about) {
  const command_info* ours = find_ours(about);
  const bool kept = state_.all.kept_ignored().is_kept();
  if (ours && !(kept && (ours->name == "ignore" || ours->name == "unignore")))
    return answer(fmt::format("{}: {}", usage_of(*ours), ours->help));
  if (!about.empty()) return {};
  std::string all = "commands of this client:";
  for (const command_info& c : our_commands())
    all += fmt::format("\n{:<20} {}", usage_of(c), c.help);
  answer(all);
  return {}; // and the server's
}

window_commands::outcome window_commands::bind(std::string_view arguments) {
  if (arguments.empty()) {
    const std::string own = bindings_.list_own();
    return answer(own.empty() ? "no key is bound anew; usage: /bind KEY ACTION" : own);
  }
  const std::string wrong = bindings_.bind(arguments);
  return answer(wrong.empty() ? fmt::format("bound: {}", arguments) : wrong);
}

window_commands::outcome window_commands::keys() {
  return answer(bindings_.list());
}

window_commands::outcome window_commands::unsent(std::string_view arguments) {
  unsent_lines::outcome done = unsent_.run(arguments);
  outcome o{true};
  if (!done.told.empty()) o = answer(std::move(done.told));
  o.typed = std::move(done.taken);
  return o;
}

window_commands::outcome window_commands::theme(std::string_view name) {
  if (name.empty())
    return answer(fmt::format("the theme is {}; there are {}", state_.themes.name(),
                              fmt::join(state_.themes.names(), ", ")));
  const std::string wrong = state_.themes.choose(name);
  return wrong.empty() ? outcome{true} : answer(wrong);
}

} // namespace asio_chat::app
