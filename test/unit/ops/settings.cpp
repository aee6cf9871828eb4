#include "ops/settings.hpp"

#include "ops/command_line.hpp"
#include "ops/process.hpp"
#include "ops/setting_table.hpp"
#include "support/catch.hpp"
#include "unit/ops/sources.hpp"

#include <fmt/format.h>

#include <sstream>

using namespace asio_chat;
using namespace asio_chat::ops;
using namespace std::chrono_literals;

TEST_CASE("with nothing given the settings are the library's own", "[ops]") {
  const auto call = test_sources().read();
  REQUIRE(call.has_value());
  CHECK(call->action == action::run);
  const settings& s = call->settings;
  CHECK(s.listen == std::vector<listen_address>{{"127.0.0.1", 8443}});
  CHECK(s.data_directory == "/home/ada/.local/state/asio-chat");
  CHECK_FALSE(s.server.passphrase);

  const server_config library;
  CHECK(s.server.backlog == library.backlog);
  CHECK(s.server.default_room == library.default_room);
  CHECK(s.server.log_messages == library.log_messages);
  CHECK(s.server.tls.clients == library.tls.clients);
  const auto &l = s.server.limits, &d = library.limits;
  CHECK(l.text_bytes == d.text_bytes);
  CHECK(l.name_characters == d.name_characters);
  CHECK(l.rooms_per_member == d.rooms_per_member);
  CHECK(l.member_connections == d.member_connections);
  CHECK(l.presence_members == d.presence_members);
  CHECK(l.room_entries == d.room_entries);
  CHECK(l.room_bytes == d.room_bytes);
  CHECK(l.outbox_bytes == d.outbox_bytes);
  CHECK(l.room_age == d.room_age);
  CHECK(l.join_history == d.join_history);
  CHECK(l.outbox_pause_bytes == d.outbox_pause_bytes);
  CHECK(l.posts_under_way == d.posts_under_way);
  CHECK(l.stall_time == d.stall_time);
  CHECK(l.name_hold_time == d.name_hold_time);
  CHECK(l.edit_time == d.edit_time);
  CHECK(l.id_time == d.id_time);
  CHECK(l.sleep_time == d.sleep_time);
  CHECK(l.handshake_time == d.handshake_time);
  CHECK(l.login_time == d.login_time);
  CHECK(l.idle_time == d.idle_time);
  CHECK(l.close_time == d.close_time);
  CHECK(l.drain_time == d.drain_time);
}

TEST_CASE("the command line wins over the environment, that over the file", "[ops]") {
  test_sources from = from_file("idle-timeout = 1m\nlogin-timeout = 1m\nclose-timeout = 1m\n");
  from.environment = {{"ASIO_CHATD_IDLE_TIMEOUT", "2m"}, {"ASIO_CHATD_LOGIN_TIMEOUT", "2m"}};
  from.arguments.insert(from.arguments.end(), {"--idle-timeout", "3m"});
  const auto call = from.read();
  REQUIRE(call.has_value());
  CHECK(call->settings.server.limits.idle_time == 3min);
  CHECK(call->settings.server.limits.login_time == 2min);
  CHECK(call->settings.server.limits.close_time == 1min);
  CHECK(call->settings.server.limits.drain_time == 5s);
}

TEST_CASE("a list replaces the list below it", "[ops]") {
  CHECK(from_arguments({"--listen", "[::1]:1", "--listen=localhost:0"})
            .read()
            .value()
            .settings.listen == std::vector<listen_address>{{"::1", 1}, {"localhost", 0}});
  CHECK(from_environment({{"ASIO_CHATD_LISTEN", "127.0.0.1:1, [::1]:2"}})
            .read()
            .value()
            .settings.listen == std::vector<listen_address>{{"127.0.0.1", 1}, {"::1", 2}});
  CHECK(from_file("listen = [\"127.0.0.1:1\", \"[::1]:2\"]").read().value().settings.listen ==
        std::vector<listen_address>{{"127.0.0.1", 1}, {"::1", 2}});
}

TEST_CASE("the config file is named by flag or by variable", "[ops]") {
  test_sources from = from_environment({{"ASIO_CHATD_CONFIG", "x.toml"}});
  from.file = "backlog = 7";
  CHECK(from.read().value().settings.server.backlog == 7);
  CHECK(from_arguments({"--config", "y.toml"}).complaint() ==
        "file y.toml cannot be read: no such file");
  CHECK(from_arguments({"--config="}).complaint() ==
        "command line: --config has no value; give FILE");
  CHECK(from_environment({{"ASIO_CHATD_CONFIG", ""}}).complaint() ==
        "environment: ASIO_CHATD_CONFIG is empty; name a file in it, or unset it");
}

TEST_CASE("a Unix socket is listened on by its whole path, and has a mode", "[ops]") {
  const auto only = from_arguments({"--listen", "unix:/run/chat/socket"}).read().value().settings;
  CHECK(only.listen.empty());
  CHECK(only.listen_unix == std::vector<std::string>{"/run/chat/socket"});
  CHECK(only.socket_mode == 0660);
  const auto both = from_arguments({"--listen", "localhost:0", "--listen", "unix:/a", "--listen",
                                    "unix:/b", "--socket-mode", "0600"})
                        .read()
                        .value()
                        .settings;
  CHECK(both.listen.size() == 1);
  CHECK(both.listen_unix == std::vector<std::string>{"/a", "/b"});
  CHECK(both.socket_mode == 0600);
  CHECK_FALSE(from_arguments({"--listen", "unix:socket"}).read().has_value());
  CHECK_FALSE(from_arguments({"--listen", "unix:"}).read().has_value());
  for (const char* wrong : {"", "rw", "0o600", "1777", "9"})
    CHECK_FALSE(from_arguments({"--socket-mode", wrong}).read().has_value());
}

TEST_CASE("proxies are listed, and their header has a time", "[ops]") {
  const auto s = from_arguments({"--proxy-from", "10.0.0.0/8", "--proxy-from", "unix",
                                 "--proxy-timeout", "500ms"})
                     .read()
                     .value()
                     .settings;
  CHECK(s.server.proxy_from == std::vector<std::string>{"10.0.0.0/8", "unix"});
  CHECK(s.server.limits.proxy_time == std::chrono::milliseconds(500));
}

TEST_CASE("C4: the backlog of the listening sockets is a setting", "[ops]") {
  CHECK(from_arguments({"--backlog", "10"}).read().value().settings.server.backlog == 10);
  CHECK(from_arguments({"--backlog", "0"}).complaint().find("--backlog") != std::string::npos);
}

TEST_CASE("a switch alone is on", "[ops]") {
  CHECK(from_arguments({"--log-messages"}).read().value().settings.server.log_messages);
  CHECK_FALSE(
      from_arguments({"--log-messages", "off"}).read().value().settings.server.log_messages);
  CHECK(from_arguments({"--log-messages="}).complaint() ==
        "command line: --log-messages has an empty value; give on|off");
  CHECK_FALSE(from_arguments({"--log-messages=no"}).read().value().settings.server.log_messages);
  const auto call = from_arguments({"--log-messages", "--backlog", "3"}).read();
  REQUIRE(call.has_value());
  CHECK(call->settings.server.log_messages);
  CHECK(call->settings.server.backlog == 3);
}

TEST_CASE("a bad value is named with its source and with what would be right", "[ops]") {
  CHECK(from_arguments({"--idle-timeout", "5x"}).complaint() ==
        "command line: --idle-timeout \"5x\" is not a duration; give for example 300, 300s, 5m or "
        "250ms");
  CHECK(
      from_arguments({"--room-age", "30s"}).complaint() ==
      "command line: --room-age \"30s\" is out of range; give a duration from 60s to 36500d, or 0 "
      "for never");
  CHECK(from_environment({{"ASIO_CHATD_BACKLOG", "0"}}).complaint() ==
        "environment: ASIO_CHATD_BACKLOG \"0\" is out of range; give a whole number from 1 to "
        "65535");
  CHECK(from_file("\n log-level = loud").complaint() ==
        "file x.toml, line 2: log-level \"loud\" is not one of: debug, info, warning, error");
  CHECK(from_arguments({"--data="}).complaint() == "command line: --data has no value; give DIR");
  CHECK(from_environment({{"ASIO_CHATD_CERT", ""}}).complaint() ==
        "environment: ASIO_CHATD_CERT has an empty value; give FILE");
  CHECK(from_arguments({"--data", "/a\nb"}).complaint() ==
        "command line: --data \"/a\\nb\" has a control character");
}

TEST_CASE("durations are taken as they are given, to the millisecond", "[ops]") {
  const auto given = [](const char* flag, const char* value) {
    return from_arguments({flag, value}).read().value().settings.server.limits;
  };
  CHECK(given("--room-age", "90m").room_age == 90min);
  CHECK(given("--room-age", "60001ms").room_age == 60'001ms);
  CHECK(given("--edit-time", "15m").edit_time == 15min);
  CHECK(given("--name-hold", "1500ms").name_hold_time == 1500ms);
}

TEST_CASE("0, which may be written never, means the same in all settings that take it", "[ops]") {
  for (const char* zero : {"0", "never"}) {
    INFO(zero);
    const auto call =
        from_arguments({"--room-age", zero, "--name-hold", zero, "--sleep-after", zero,
                        "--room-entries", zero, "--room-bytes", zero, "--presence-limit", zero,
                        "--join-history", zero, "--join-history", std::string("den=") + zero})
            .read();
    REQUIRE(call.has_value());
    const limits& l = call->settings.server.limits;
    CHECK(l.room_age == 0ms);
    CHECK(l.name_hold_time == 0ms);
    CHECK(l.sleep_time == 0ms);
    CHECK(l.room_entries + l.room_bytes + l.presence_members + l.join_history == 0);
    CHECK(call->settings.server.join_history.at("den") == 0);
    // Settings that do not take it say so.
    for (const auto& s : setting_table()) {
      if (s.value != "TIME" && s.value != "N" && s.value != "BYTES") continue;
      INFO(s.name);
      const bool takes_it = s.help.find("0: never") != std::string_view::npos ||
                            s.help.find("0: no limit") != std::string_view::npos;
      const std::string flag = "--" + std::string(s.name);
      CHECK(from_arguments({flag, zero}).complaint().empty() == takes_it);
    }
  }
}

TEST_CASE("a path that begins with ~ is refused, wherever it comes from", "[ops]") {
  constexpr const char* why = "begins with ~, which only a shell makes a home directory of";
  for (const auto& s : setting_table()) {
    if (s.value != "FILE" && s.value != "DIR") continue;
    const std::string name(s.name);
    INFO(name);
    CHECK(from_arguments({"--" + name + "=~/x"}).complaint().find(why) != std::string::npos);
    CHECK(from_file(name + " = \"~ada/x\"").complaint().find(why) != std::string::npos);
    CHECK(from_environment({{environment_name(name), "~/x"}}).complaint().find(why) !=
          std::string::npos);
  }
  CHECK(from_arguments({"--data=./~x"}).read().value().settings.data_directory == "./~x");
}

TEST_CASE("max-connections fits the descriptors of the process", "[ops]") {
  const auto fit = [](std::vector<std::string> arguments, std::optional<std::uint64_t> limit) {
    auto call = from_arguments(std::move(arguments)).read().value();
    const auto lowered = fit_connections(call, limit);
    if (!lowered) return lowered.error().message;
    return fmt::format("{}{}", call.settings.server.limits.connections, *lowered ? " lowered" : "");
  };
  CHECK(fit({}, {}) == "20000");
  CHECK(fit({}, 20'049) == "20000");
  CHECK(fit({}, 20'048) == "19999 lowered");
  CHECK(fit({"--max-connections", "20000"}, 20'048) == "19999 lowered");
  CHECK(fit({"--max-connections", "100"}, 149) == "100");
  CHECK(fit({"--max-connections", "100"}, 148) ==
        "command line: --max-connections \"100\" is more than this process may have: it may open "
        "148 files and sockets, 49 of which it needs itself; give 99 at most, or allow more with "
        "LimitNOFILE= of systemd, or ulimit -n");
  // Each port takes a descriptor.
  CHECK(fit({"--listen", "localhost:1", "--listen", "localhost:2"}, 149) == "99 lowered");
  CHECK(fit({}, 49).starts_with("this process may open 49 files and sockets, and needs 49"));
}

TEST_CASE("unknown names are refused, and the nearest name is suggested", "[ops]") {
  CHECK(from_arguments({"--idle-timeuot", "5"}).complaint() ==
        "command line: there is no flag --idle-timeuot; did you mean --idle-timeout?");
  CHECK(from_arguments({"--passphrase=x"}).complaint().find("there is no flag --passphrase") !=
        std::string::npos);
  CHECK(from_arguments({"8443"}).complaint() ==
        "command line: nothing is known to do with \"8443\"; see asio-chatd --help");
  CHECK(from_environment({{"ASIO_CHATD_LISTENS", "x"}}).complaint() ==
        "environment: no setting is called ASIO_CHATD_LISTENS; did you mean ASIO_CHATD_LISTEN?");
  CHECK(from_file("idle_timeout = 5").complaint() ==
        "file x.toml, line 1: no setting is called idle_timeout; did you mean idle-timeout?");
  CHECK(from_environment({{"ASIO_CHAT_OTHER", "x"}}).read().has_value());
}

TEST_CASE("a value given twice, or not at all, is refused", "[ops]") {
  CHECK(from_arguments({"--backlog", "1", "--backlog", "2"}).complaint() ==
        "command line: --backlog is given more than once; give it once");
  CHECK(from_arguments({"--backlog", "--data", "/a"}).complaint() ==
        "command line: --backlog has no value; give N");
}

TEST_CASE("settings that need each other are checked", "[ops]") {
  CHECK(from_arguments({"--cert", "a"}).complaint().find("cert is given without key") == 0);
  CHECK(from_arguments({"--key", "a"}).complaint().find("key is given without cert") == 0);
  CHECK(from_arguments({"--key-passphrase-file", "a"}).complaint() ==
        "key-passphrase-file is given without cert and key");
  CHECK(from_arguments({"--client-cert", "required"}).complaint().find("client-ca") !=
        std::string::npos);
  CHECK(from_arguments({"--client-ca", "ca.pem"}).complaint().find("client-cert") !=
        std::string::npos);
  CHECK(from_arguments({"--require-passphrase"}).complaint().find("require-passphrase is on") == 0);
  CHECK(
      from_arguments({"--outbox-limit", "1M"}).complaint().find("outbox-pause is more than half") ==
      0);
  CHECK(from_arguments({"--outbox-limit", "1M", "--outbox-pause", "512k"}).read().has_value());
  CHECK(from_arguments({"--require-passphrase", "--passphrase-file", "f"}).read().has_value());
  CHECK(from_arguments({"--insecure-plaintext-listen", "localhost:0", "--client-ca", "ca",
                        "--client-cert", "required"})
            .complaint()
            .find("insecure-plaintext-listen would let in clients without a certificate") == 0);
  const auto mutual = from_arguments({"--cert", "c", "--key", "k", "--client-ca", "ca",
                                      "--client-cert", "required"})
                          .read();
  REQUIRE(mutual.has_value());
  CHECK(mutual->settings.server.tls.clients == client_certificates::required);
  CHECK(mutual->settings.server.tls.client_ca_file == "ca");
}

TEST_CASE("E4: listening without TLS is off, and possible on loopback addresses only", "[ops]") {
  CHECK_FALSE(from_arguments({}).read().value().settings.insecure_plaintext_listen);
  const auto given = [](const char* address) {
    return from_arguments({"--insecure-plaintext-listen", address});
  };
  CHECK(given("[::1]:9080").read().value().settings.insecure_plaintext_listen ==
        listen_address{"::1", 9080});
  for (const char* address : {"0.0.0.0:9080", "[::]:9080", "192.0.2.7:9080", "chat.example:9080",
                              "[::ffff:192.0.2.7]:9080", "128.0.0.1:9080"}) {
    INFO(address);
    CHECK(given(address).complaint() ==
          "command line: --insecure-plaintext-listen \"" + std::string(address) +
              "\" is no loopback address; give for example 127.0.0.1:9080, [::1]:9080 or "
              "localhost:0");
  }
}

TEST_CASE("CHAT_SECRET is the passphrase, at the rank of the environment", "[ops]") {
  const std::map<std::string, std::string> secret{{"CHAT_SECRET", "open sesame\n"}};
  CHECK(from_environment(secret).read().value().settings.server.passphrase == "open sesame");
  CHECK(from_environment({{"CHAT_SECRET", "\n"}}).complaint().find("CHAT_SECRET is empty") !=
        std::string::npos);

  test_sources over_file = from_file("passphrase-file = f");
  over_file.environment = secret;
  CHECK(over_file.read().value().settings.passphrase_file == "");
  CHECK(over_file.read().value().settings.server.passphrase == "open sesame");

  test_sources under_flag = from_arguments({"--passphrase-file", "f"});
  under_flag.environment = secret;
  CHECK(under_flag.read().value().settings.passphrase_file == "f");
  CHECK_FALSE(under_flag.read().value().settings.server.passphrase);

  test_sources both = from_environment(secret);
  both.environment.emplace("ASIO_CHATD_PASSPHRASE_FILE", "f");
  CHECK(both.complaint().find("are both set") != std::string::npos);
}

TEST_CASE("A12: CHAT_KEY_PASSPHRASE opens the key, at the rank of the environment", "[ops][A12]") {
  const std::map<std::string, std::string> secret{{"CHAT_KEY_PASSPHRASE", "of the key\n"}};
  const auto passphrase = [](const test_sources& from) {
    return from.read().value().settings.server.tls.private_key_passphrase;
  };
  CHECK(passphrase(from_environment(secret)) == "of the key");
  CHECK(from_environment({{"CHAT_KEY_PASSPHRASE", ""}})
            .complaint()
            .find("CHAT_KEY_PASSPHRASE is empty") != std::string::npos);

  test_sources over_file = from_file("cert = c\nkey = k\nkey-passphrase-file = f");
  over_file.environment = secret;
  CHECK(over_file.read().value().settings.key_passphrase_file == "");
  CHECK(passphrase(over_file) == "of the key");

  test_sources under_flag =
      from_arguments({"--cert", "c", "--key", "k", "--key-passphrase-file", "f"});
  under_flag.environment = secret;
  CHECK(under_flag.read().value().settings.key_passphrase_file == "f");
  CHECK(passphrase(under_flag) == "");

  test_sources both = from_environment(secret);
  both.environment.emplace("ASIO_CHATD_KEY_PASSPHRASE_FILE", "f");
  CHECK(both.complaint().find("are both set") != std::string::npos);
}

TEST_CASE("the data directory follows systemd, then XDG, then home", "[ops]") {
  const auto data = [](std::map<std::string, std::string> environment) {
    return from_environment(std::move(environment)).read().value().settings.data_directory;
  };
  CHECK(data({{"STATE_DIRECTORY", "/var/lib/a:/var/lib/b"}, {"XDG_STATE_HOME", "/x"}}) ==
        "/var/lib/a");
  CHECK(data({{"XDG_STATE_HOME", "/x"}}) == "/x/asio-chat");
  CHECK(data({{"XDG_STATE_HOME", "relative"}}) == "/home/ada/.local/state/asio-chat");
  CHECK(from_environment({{"HOME", ""}}).complaint().find("give cert and key, or data") !=
        std::string::npos);
}

TEST_CASE("help and version work even if settings are wrong", "[ops]") {
  test_sources from = from_arguments({"--help"});
  from.environment = {{"ASIO_CHATD_NONSENSE", "1"}};
  CHECK(from.read().value().action == action::print_help);
  CHECK(from_arguments({"-h"}).read().value().action == action::print_help);
  CHECK(from_arguments({"--version"}).read().value().action == action::print_version);
  CHECK(from_arguments({"--check-config"}).read().value().action == action::check_config);
  CHECK(version_text().find("asio-chatd 0.") == 0);
}

TEST_CASE("help names every setting and fits a terminal", "[ops]") {
  const std::string help = help_text();
  for (const auto& s : setting_table())
    CHECK(help.find("--" + std::string(s.name) + " ") != std::string::npos);
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(line.size() <= 100);
  }
}

TEST_CASE("join-history is a number for all rooms, and others for some", "[ops]") {
  const auto call = from_arguments({"--join-history", "10", "--join-history", "#Den=200",
                                    "--join-history=nook=0"})
                        .read();
  REQUIRE(call.has_value());
  CHECK(call->settings.server.limits.join_history == 10);
  CHECK(call->settings.server.join_history ==
        std::map<std::string, std::size_t>{{"den", 200}, {"nook", 0}});
  CHECK(from_arguments({"--join-history", "den=many"}).complaint().find("den=many") !=
        std::string::npos);
  CHECK(from_arguments({"--join-history", "=5"}).complaint().find("no name for a room") !=
        std::string::npos);
}

namespace {

bool open_to_strangers(std::vector<std::string> arguments) {
  const auto call = from_arguments(std::move(arguments)).read();
  REQUIRE(call.has_value());
  return is_open_to_strangers(call->settings);
}

} // namespace

TEST_CASE("a server is open to strangers if it listens beyond this machine and asks nothing",
          "[ops]") {
  CHECK_FALSE(open_to_strangers({}));
  CHECK_FALSE(open_to_strangers(
      {"--listen", "localhost:0", "--listen", "[::1]:0", "--listen", "127.0.0.9:1"}));
  CHECK(open_to_strangers({"--listen", "0.0.0.0:0"}));
  CHECK(open_to_strangers({"--listen", "127.0.0.1:0", "--proxy-from", "127.0.0.1"}));
  CHECK_FALSE(open_to_strangers({"--listen", "unix:/run/chat/socket"}));
  CHECK(open_to_strangers({"--listen", "127.0.0.1:0", "--listen", "[::]:0"}));
  CHECK(open_to_strangers({"--listen", "chat.example.org:0"}));
  CHECK_FALSE(open_to_strangers({"--listen", "0.0.0.0:0", "--passphrase-file", "f"}));
  CHECK_FALSE(open_to_strangers(
      {"--listen", "0.0.0.0:0", "--client-ca", "f", "--client-cert", "required"}));
  CHECK(open_to_strangers(
      {"--listen", "0.0.0.0:0", "--client-ca", "f", "--client-cert", "optional"}));
}
