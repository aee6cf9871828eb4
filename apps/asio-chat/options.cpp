#include "options.hpp"

#include "config_file.hpp"
#include "configured_options.hpp"
#include "exit_code.hpp"
#include "fullscreen/key_bindings.hpp"
#include "secret_questions.hpp"

#include "base/key_pin.hpp"
#include "base/sanitize.hpp"
#include "base/standard_streams.hpp"
#include "tls/file.hpp"
#include "tls/key_passphrase.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

namespace asio_chat::app {

namespace {

constexpr const char* footer = R"(Examples:
  asio-chat chat.example.org                      a server with a public certificate
  asio-chat alice@localhost --ca ca-cert.pem      a server of a private CA
  asio-chat [::1]:9443 --room den --time HH:MM:SS
  asio-chat bot@localhost --ca ca-cert.pem --cert client-cert.pem --key client-key.pem
  printf 'backup done\n' | asio-chat backup@localhost --pin sha256/...
  tail -f log | asio-chat --text watch@localhost --ca ca-cert.pem

In a terminal each line is a message; /help lists the commands, /join ROOM changes the room,
//text says /text; quit, /quit, Ctrl-D and Ctrl-C leave. Tab completes commands and names. In the
full screen Alt-1 to Alt-9 show a room, Alt-A the next unread one, PageUp and PageDown scroll.

Exit codes:
  0    the client left as it was asked to, also at the end of an acknowledged input
  1    the client could not connect, or lost the connection for good
  2    an option is wrong, or a file cannot be used
  3    the server's certificate is not trusted
  4    the server refused the passphrase, the name, the room or the client certificate
  5    the client left, but a line of the input was refused or not acknowledged
  6    standard output could not be written (a reader that has enough is no failure)
  129, 130, 143   the client left after SIGHUP, Ctrl-C, SIGTERM)";

const std::map<std::string, time_format> time_forms{
    {"off", time_format::off}, {"HH:MM:SS", time_format::clock}, {"full", time_format::full}};

const std::map<std::string, call_by> calls{{"nothing", call_by::nothing},
                                           {"bell", call_by::bell},
                                           {"osc9", call_by::osc9},
                                           {"osc777", call_by::osc777}};

/// CLI11's own check would name the range of a double in its error.
std::string check_messages(const std::string& text) {
  constexpr std::size_t max_digits = 6;
  const bool good = !text.empty() && text.size() <= max_digits &&
                    text.find_first_not_of("0123456789") == std::string::npos;
  return good ? std::string()
              : fmt::format("{} is no number of messages: give one from 0 to 999999", text);
}

/// The value is not quoted: it has a secret in it.
std::string check_no_secret(std::string_view line) {
  return well_known_secret_from(line) == line.npos
             ? std::string()
             : "a secret is not kept in a line for later; without it, it is asked for";
}

std::string check_alias(const std::string& text) {
  const auto blank = text.find(' ');
  if (blank == std::string::npos || text.find_first_not_of(' ', blank) == std::string::npos)
    return "an alias is a name and the line that it stands for, such as 'j /join'";
  return check_no_secret(std::string_view(text).substr(blank));
}

std::string check_name(const std::string& text) {
  return text.empty() || text.find(' ') != std::string::npos ? "it is not the name of a member"
                                                             : std::string();
}

/// An empty value would mean the default, such as the system's store for `--ca "$UNSET"`.
std::string check_not_empty(const std::string& text) {
  return text.empty() ? "it is empty; leave the option out for its default" : std::string();
}

} // namespace

std::variant<options, int> read_options(int argc, char** argv) {
  CLI::App cli("A chat client for terminals and pipes. Everything goes over verified TLS.",
               "asio-chat");
  cli.footer(footer);
  cli.get_formatter()->column_width(36);
  options o;
  std::string where;
  std::string nick;
  std::string passphrase_file;
  std::string key_passphrase_file;
  std::string password_file;
  std::string time = "off";
  std::string shown;
  std::string colours = "dark";
  bool themes_read = false;
  std::string call = "nothing";
  std::vector<std::string> parts;
  std::string config = (config_directory() / "config").string();
  bool print_config = false;
  std::string protocol;
  bool no_reconnect = false;
  bool text = false;
  bool json_input = false;
  tls_client_config& trust = o.client.tls;

  cli.add_option("server", where,
                 "[NICK@]HOST[:PORT]; the port is 8443 if none is given. Or the name of a server "
                 "in the configuration")
      ->type_name("");
  cli.add_option("--nick", nick, "your name in the chat, instead of NICK@")->type_name("NICK");
  cli.add_option("--room", o.client.room, "the room to join first")
      ->type_name("ROOM")
      ->capture_default_str();
  cli.add_option("--history", o.client.history,
                 "the number of last messages to show on joining a room, 0 for none; the default "
                 "is what the server gives in a terminal, else 0")
      ->check(check_messages)
      ->type_name("N");
  cli.add_option("--ca", trust.ca_file,
                 "trust only the CAs or certificates in this PEM file or directory")
      ->type_name("FILE")
      ->check(check_not_empty);
  cli.add_option("--pin", trust.pins, "trust the server with this key, whichever CA signed it")
      ->type_name("sha256/...")
      ->allow_extra_args(false);
  cli.add_option("--cert", trust.certificate_file, "this client's certificate (PEM), with --key")
      ->type_name("FILE")
      ->check(check_not_empty);
  cli.add_option("--key", trust.private_key_file, "the private key of --cert (PEM)")
      ->type_name("FILE")
      ->check(check_not_empty);
  cli.add_option("--key-passphrase-file", key_passphrase_file,
                 "holds the passphrase of --key; else CHAT_KEY_PASSPHRASE, or the terminal")
      ->type_name("FILE")
      ->check(check_not_empty);
  cli.add_option("--server-name", trust.server_name,
                 "the name to verify and to send as SNI, instead of HOST")
      ->type_name("NAME")
      ->check(check_not_empty);
  cli.add_option("--passphrase-file", passphrase_file,
                 "holds the server's passphrase; else CHAT_SECRET in the environment")
      ->type_name("FILE")
      ->check(check_not_empty);
  cli.add_option(
         "--password-file", password_file,
         "holds the password of your account; else CHAT_ACCOUNT_PASSWORD in the environment")
      ->type_name("FILE")
      ->check(check_not_empty);
  cli.add_option("--time", time, "the time before each message: off, HH:MM:SS or full")
      ->type_name("FORM")
      ->capture_default_str()
      ->check(CLI::IsMember(time_forms));
  cli.add_option("--show", shown, "the address before each message, if the server tells it")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"address"}));
  cli.add_flag("--line", o.line_mode,
               "in a terminal: only the line that is typed is drawn, messages scroll above it");
  cli.add_option("--theme", colours,
                 "the colours of the full screen: dark, light, 16 (the terminal's own), mono, or a "
                 "theme of the configuration")
      ->type_name("NAME")
      ->capture_default_str()
      ->check([&](const std::string& value) {
        // The command line is read before the configuration, which may have others.
        return themes_read ? o.full_screen.themes.choose(value) : std::string();
      });
  cli.add_option("--highlight", o.full_screen.highlights,
                 "a word that counts as your name: messages with it are mentions")
      ->type_name("WORD")
      ->allow_extra_args(false)
      ->check(check_not_empty);
  cli.add_option("--call", call,
                 "what the full screen does when you are mentioned or told something alone: "
                 "nothing, bell, or a notification by osc9 or osc777")
      ->type_name("HOW")
      ->capture_default_str()
      ->check(CLI::IsMember(calls));
  cli.add_option("--alias", o.full_screen.aliases,
                 "'NAME LINE': /NAME stands for that line in the full screen")
      ->type_name("TEXT")
      ->allow_extra_args(false)
      ->check(check_alias);
  cli.add_option("--ignore", o.full_screen.ignored, "a member whose messages are hidden")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(check_name);
  cli.add_option(
         "--bind", o.full_screen.bindings,
         "'KEY ACTION' or 'KEY /LINE': what a key of the full screen does; /keys lists them")
      ->type_name("TEXT")
      ->allow_extra_args(false)
      ->check([](const std::string& value) {
        const std::string secret = check_no_secret(
            std::string_view(value).substr(std::min(value.find(' '), value.size())));
        return secret.empty() ? key_bindings().bind(value) : secret;
      });
  cli.add_option("--colour", parts,
                 "'PART [INK] [on PAPER] [bold] ...': how a part of the full screen looks")
      ->type_name("TEXT")
      ->allow_extra_args(false)
      ->check([](const std::string& value) {
        appearances tried;
        return add_appearance(tried, value);
      });
  cli.add_flag("--keep-input", o.full_screen.keeps_entered,
               "keep the lines that you enter, so that Ctrl-R finds them in later clients");
  cli.add_flag("--json", o.json, "print one JSON object per line on stdout, for programs");
  auto* objects = cli.add_flag("--json-input", json_input,
                               "read one JSON object per line, and nothing else; with --json");
  cli.add_flag("--text", text, "send every line as it is, also one that begins with /")
      ->excludes(objects);
  cli.add_option("--protocol", protocol,
                 "insist on this version of the protocol; else the server chooses")
      ->type_name("1|2")
      ->check(CLI::IsMember({"1", "2"}));
  cli.add_flag("--no-reconnect", no_reconnect,
               "end when the connection is lost, instead of reconnecting");
  cli.add_flag("--insecure-skip-host-name-check", trust.insecure_skip_host_name_check,
               "do not verify the name: accept any certificate of a trusted CA");
  cli.add_flag("-v,--verbose", o.verbose, "print on stderr what the client does");
  cli.add_option("--config", config, "the file of settings")
      ->type_name("FILE")
      ->capture_default_str()
      ->check(check_not_empty);
  cli.add_flag("--print-config", print_config, "print every setting and where it comes from");
  cli.set_version_flag("--version", "asio-chat " ASIO_CHAT_VERSION);

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) { // --help, --version
      std::ostringstream asked;
      cli.exit(e, asked);
      fmt::print("{}", asked.str());
      return end_of_output("asio-chat", exit_left);
    }
    complain("asio-chat",
             fmt::format("{} (see asio-chat --help)", sanitize_for_terminal(e.what())).c_str());
    return static_cast<int>(exit_usage);
  }

  if (where.empty() && !print_config) {
    complain("asio-chat", "server is required (see asio-chat --help)");
    return static_cast<int>(exit_usage);
  }

  std::set<std::string> typed;
  for (const CLI::Option* option : cli.get_options())
    if (option->count() > 0 && !option->get_lnames().empty())
      typed.insert(option->get_lnames().front());
  if (typed.contains("config") && !std::filesystem::exists(config))
    throw error(fail(errc::bad_setting, fmt::format("--config '{}' does not exist", config)));
  const std::vector<config_entry> configured = read_config(config).value();
  define_themes(o.full_screen.themes, configured, config);
  themes_read = true;
  const std::string name = find_server(where, configured);
  const std::string near = name.empty() ? tell_near_servers(where, configured, config) : "";
  if (!near.empty()) fmt::print(stderr, "{}\n", near);
  apply(cli, entries_for(configured, name), config);
  if (print_config) {
    fmt::print("# asio-chat{}{}, {}\n{}", where.empty() ? "" : " ", where, config,
               show_config(cli, typed) + show_theme(colours, configured));
    return end_of_output("asio-chat", exit_left);
  }

  o.server = parse_target(where).value();
  o.time = time_forms.at(time);
  // https://no-color.org
  const char* no_colours = std::getenv("NO_COLOR");
  const bool in_colours = !no_colours || !*no_colours;
  const std::string no_theme = o.full_screen.themes.choose(in_colours ? colours : "mono");
  if (!no_theme.empty()) throw error(fail(errc::bad_setting, "--theme: " + no_theme));
  o.full_screen.call = calls.at(call);
  appearances looks;
  for (const std::string& part : parts)
    add_appearance(looks, part);
  o.full_screen.themes.always(std::move(looks));
  o.show_address = !shown.empty();
  if (text) o.input = input_form::text;
  if (json_input) o.input = input_form::json;
  o.json = o.json || json_input;
  // A configured name is for those who give none with the server.
  if (!nick.empty() && (typed.contains("nick") || o.server.nick.empty())) o.server.nick = nick;
  if (o.client.room.empty())
    throw error(fail(errc::bad_setting, "--room is empty: give the name of a room, e.g. lobby"));
  if (trust.certificate_file.empty() != trust.private_key_file.empty()) {
    throw error(fail(errc::bad_setting, "--cert and --key belong together: give both or neither"));
  }
  for (const std::string& pin : trust.pins) {
    if (!is_pin(pin)) {
      throw error(fail(errc::bad_setting, "--pin '" + pin +
                                              "' is not sha256/ and 44 characters of "
                                              "base64, as `asio-chat-certs show` prints it"));
    }
  }
  o.client.host = o.server.host;
  o.client.port = o.server.port;
  o.client.name = o.server.nick;
  o.client.reconnect = !no_reconnect;
  if (!protocol.empty()) trust.alpn = {protocol == "1" ? native_alpn : compact_alpn};
  if (!passphrase_file.empty()) {
    o.client.passphrase = tls::read_passphrase_file(passphrase_file).value();
  } else if (const char* secret = std::getenv("CHAT_SECRET"); secret && *secret) {
    o.client.passphrase = secret;
  }
  if (!password_file.empty()) {
    o.account_password = tls::read_passphrase_file(password_file, "password").value();
  } else if (const char* password = std::getenv("CHAT_ACCOUNT_PASSWORD"); password && *password) {
    o.account_password = password;
  }
  if (const char* code = std::getenv("CHAT_ACCOUNT_CODE"); code && *code) o.account_code = code;
  if (!trust.private_key_file.empty()) {
    trust.private_key_passphrase =
        tls::passphrase_of_key(
            trust.private_key_file,
            {key_passphrase_file, "--key-passphrase-file", "CHAT_KEY_PASSPHRASE"},
            tls::prompting::once)
            .value();
  }
  return o;
}

} // namespace asio_chat::app
