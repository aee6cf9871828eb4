// asio-chatd: the chat server as a daemon.
#include "development_certificate.hpp"
#include "history_commands.hpp"
#include "oidc_users.hpp"
#include "rehearsal.hpp"

#include "accounts/policy.hpp"
#include "base/logger.hpp"
#include "base/sanitize.hpp"
#include "base/standard_streams.hpp"
#include "ops/command_line.hpp"
#include "ops/confinement.hpp"
#include "ops/control_socket.hpp"
#include "ops/master_key_file.hpp"
#include "ops/print_config.hpp"
#include "ops/print_tls.hpp"
#include "ops/privileges.hpp"
#include "ops/process.hpp"
#include "ops/reload_trigger.hpp"
#include "ops/settings.hpp"
#include "ops/socket_authenticator.hpp"
#include "ops/stop_signals.hpp"
#include "ops/unix_socket.hpp"
#include "transport/loop_time.hpp"

#include <asio_chat/second_factor.hpp>
#include <asio_chat/server.hpp>
#include <asio_chat/server_hooks.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

using namespace asio_chat;
using boost::asio::ip::tcp;

constexpr const char* name = "asio-chatd";
constexpr int failed = 1;
constexpr int wrong_settings = 2;

int refuse(const failure& why) {
  complain(name, sanitize_for_terminal(why.message).c_str());
  return wrong_settings;
}

/// A build without it has none.
void provide_second_factor([[maybe_unused]] ops::settings& s) {
#if ASIO_CHAT_TOTP
  s.server.people.factor = make_totp();
#endif
}

int check(ops::settings& s) {
  provide_second_factor(s);
  if (!s.user.empty()) ops::become_user(s.user).value();
  s.server.log = ops::make_log(s.log); // it warns of what would be refused
  rehearse_start(s, port_in_use::no_harm);
  oidc_users::make(s);
  for (const auto& part : ops::confine_for(s))
    fmt::print("{}\n", text_of(part));
  fmt::print("configuration OK\n");
  return 0;
}

struct listening_on {
  std::vector<tcp::endpoint> ports;
  std::vector<std::string> names; ///< of Unix sockets as well
};

/// A parent process that waits for the first of these lines may rely on all of them: everything is
/// bound before. It is the only thing that goes to standard output.
/// @param files whose sockets are taken
/// @returns where it listens with TLS
listening_on listen_everywhere(server& chat, const ops::settings& s,
                               std::vector<ops::unix_socket_file>& files) {
  for (const auto& wanted : s.listen)
    chat.listen(wanted.host, wanted.port);
  listening_on with_tls{chat.listening_on(), {}};
  for (const tcp::endpoint& at : with_tls.ports)
    with_tls.names.push_back(fmt::format("{}", fmt::streamed(at)));
  for (ops::unix_socket_file& file : files) {
    chat.listen_on(file.take_socket());
    with_tls.names.push_back("unix:" + file.path());
  }
  if (const auto& wanted = s.insecure_plaintext_listen)
    chat.listen_insecure_plaintext(wanted->host, wanted->port);
  for (const std::string& at : with_tls.names)
    fmt::print("listening on {}\n", at);
  const auto all = chat.listening_on();
  for (std::size_t i = with_tls.ports.size(); i < all.size(); ++i)
    fmt::print("listening without TLS on {}\n", fmt::streamed(all[i]));
  std::fflush(stdout);
  return with_tls;
}

/// Before the process is confined: it may make no Unix sockets then.
std::vector<ops::unix_socket_file> open_unix_sockets(const ops::settings& s) {
  std::vector<ops::unix_socket_file> all;
  for (const std::string& path : s.listen_unix)
    all.push_back(ops::unix_socket_file::open(path, s.socket_mode, s.server.backlog).value());
  return all;
}

/// Where `asio-chatd account` and `asio-chatd announce` reach this process: none where it keeps no
/// accounts on a disk.
std::optional<ops::unix_socket_file> open_control(const ops::settings& s, const logger& log) {
  constexpr mode_t own = 0600;
  constexpr int backlog = 16;
  if (s.ephemeral || !s.authenticator.empty() || !s.oidc.keys_file.empty()) return std::nullopt;
  auto opened = ops::unix_socket_file::open(ops::control_path(s.data_directory), own, backlog);
  if (opened) return std::move(*opened);
  log(severity::warning,
      "asio-chatd account and announce cannot reach this process; it can be stopped, to change "
      "accounts",
      {{"reason", opened.error().message}});
  return std::nullopt;
}

/// Null: there is nothing that listens.
std::shared_ptr<ops::control_socket> make_control(boost::asio::io_context& context, server& chat,
                                                  std::optional<ops::unix_socket_file>& file,
                                                  const ops::settings& s) {
  if (!file) return nullptr;
  return std::make_shared<ops::control_socket>(
      context.get_executor(), transport::time_of(context), file->take_socket(),
      [&chat](account_change change, ops::control_socket::answer done) {
        const auto receipt = std::make_shared<std::string>();
        change.receipt = receipt;
        chat.async_change_account(
            std::move(change), [done = std::move(done), receipt](const result<void>& r) {
              done(r ? result<std::string>(*receipt) : result<std::string>(r.error()));
            });
      },
      [&chat](std::string text) -> result<void> {
        try {
          chat.announce(std::move(text));
        } catch (const error& e) {
          return failure{e.code(), e.what()};
        }
        return {};
      },
      s.server.log);
}

/// Before the process is confined.
std::vector<uid_t> authenticator_users(const ops::settings& s) {
  std::vector<uid_t> users{0, ::geteuid()};
  if (!s.authenticator_user.empty()) users.push_back(ops::find_user(s.authenticator_user).value());
  return users;
}

/// Null: the daemon keeps accounts itself.
std::shared_ptr<ops::socket_authenticator> make_authenticator(boost::asio::io_context& context,
                                                              const ops::settings& s,
                                                              const std::vector<uid_t>& users) {
  if (s.authenticator.empty()) return nullptr;
  return std::make_shared<ops::socket_authenticator>(
      context.get_executor(), transport::time_of(context),
      ops::socket_authenticator::options{s.authenticator, users, s.authenticator_time},
      s.server.log);
}

server_hooks hooks_for(const ops::settings& s,
                       const std::shared_ptr<ops::socket_authenticator>& authenticator,
                       const std::shared_ptr<oidc_users>& tokens, const time_source& time) {
  server_hooks hooks;
  if (tokens) {
    hooks.authenticate = [tokens, &time](const login_request& who, login_answer_handler answer) {
      answer(tokens->check(who, time.wall_now()));
    };
    hooks.passwords_in_text = true;
  }
  if (!authenticator) return hooks;
  hooks.authenticate = [authenticator](const login_request& who, login_answer_handler answer) {
    authenticator->ask(who, std::move(answer));
  };
  hooks.answer_time = s.authenticator_time + std::chrono::seconds(1); // it keeps its own time
  return hooks;
}

using complaint = std::function<void(const std::string& reason)>;

void read_tls_again(server& chat, ops::settings& s, const complaint& complain) {
  ops::load_secrets(s, tls::prompting::never).value();
  chat.async_reload_tls(s.server.tls, [complain](const result<void>& done) {
    if (!done) complain(done.error().message);
  });
}

void read_master_keys_again(server& chat, ops::settings& s, const complaint& complain) {
  if (s.ephemeral) return;
  ops::find_storage(s).value();
  chat.async_reload_storage(s.server.storage, [complain](const result<void>& done) {
    if (!done) complain(done.error().message);
  });
}

/// The files of TLS are taken as a whole or not at all, and so are the master keys and those of an
/// issuer.
void read_again(server& chat, oidc_users* tokens, ops::settings s, std::string_view why,
                const logger& log) {
  const complaint complain = [&log, cause = std::string(why)](const std::string& reason) {
    log(severity::error, "Reload failed; keeping the previous configuration",
        {{"cause", cause}, {"reason", reason}});
  };
  const std::function<void()> parts[] = {[&] { read_tls_again(chat, s, complain); },
                                         [&] { read_master_keys_again(chat, s, complain); },
                                         [&] {
                                           if (tokens) tokens->read_keys_again();
                                         }};
  for (const auto& part : parts) {
    try {
      part();
    } catch (const error& e) {
      complain(e.what());
    }
  }
}

std::vector<std::string> files_to_watch(const ops::settings& s) {
  auto files = ops::tls_files(s);
  if (!s.ephemeral) files.push_back(ops::master_key_path(s));
  files.push_back(s.oidc.keys_file);
  return files;
}

int serve(boost::asio::io_context& context, std::optional<server>& chat, const logger& log) {
  try {
    context.run();
  } catch (const std::exception& e) {
    log(severity::error, "Server failed", {{"reason", e.what()}});
    return failed;
  }
  chat.reset(); // what is being written gets to the disk
  log(severity::info, "Server stopped");
  return 0;
}

int run(ops::settings& s, bool fewer_connections) {
  provide_second_factor(s);
  if (!s.user.empty()) ops::become_user(s.user).value();
  rehearse_start(s, port_in_use::wrong);
  s.server.log = ops::make_log(s.log);
  const logger log(s.server.log);
  if (fewer_connections) {
    log(severity::info,
        "max-connections is lowered: this process may not open that many files and sockets; raise "
        "the limit with LimitNOFILE= of systemd, or ulimit -n",
        {{"connections", std::to_string(s.server.limits.connections)}});
  }
  ops::prepare_storage(s, log).value();
  std::string development_ca;
  if (s.server.tls.certificate_file.empty()) development_ca = use_development_certificate(s, log);
  if (ops::is_open_to_strangers(s)) {
    log(severity::warning, "Anyone who can reach a port can join: no passphrase is set, and no "
                           "client certificate is required");
  }
  auto unix_sockets = open_unix_sockets(s);
  auto control_file = open_control(s, log);
  const auto users = authenticator_users(s);
  const auto confined = ops::confine_for(s); // before there is a second thread

  boost::asio::io_context context(1);
  ops::reload_trigger reload(context, transport::time_of(context), files_to_watch(s));
  const auto authenticator = make_authenticator(context, s, users);
  const auto tokens = oidc_users::make(s);
  std::optional<server> chat(std::in_place, context, s.server,
                             hooks_for(s, authenticator, tokens, transport::time_of(context)));
  for (const auto& part : confined)
    log(part.why_not.empty() ? severity::info : severity::warning, text_of(part));
  const auto control = make_control(context, *chat, control_file, s);
  std::optional<ops::stop_signals> signals;
  const auto stop = [&](std::string_view signal) {
    log(severity::info, "Server shutting down...", {{"signal", std::string(signal)}});
    signals->release();
    reload.stop();
    unix_sockets.clear();
    control_file.reset();
    if (control) control->close();
    chat->async_stop([&](error_code) {
      if (authenticator) authenticator->close();
    });
  };
  reload.start([&, in_terminal = ops::is_in_terminal()](auto why) {
    // The end of a terminal sends SIGHUP as well.
    if (in_terminal && !ops::is_in_terminal()) return stop(why);
    read_again(*chat, tokens.get(), s, why, log);
  });
  signals.emplace(context, stop);
  if (authenticator) authenticator->start();
  if (control) control->start();
  const auto listening = listen_everywhere(*chat, s, unix_sockets);
  if (!development_ca.empty()) tell_how_to_connect(development_ca, listening.ports, log);
  const std::string addresses = fmt::format("{}", fmt::join(listening.names, ", "));
  log(severity::info, fmt::format("encrypted chat on {} (TLS)", addresses));
  log(severity::info, "Server initialized and listening on " + addresses);
  log(severity::info, "Server started. Waiting for connections");
  return serve(context, chat, log);
}

int start(ops::invocation& call, bool fewer_connections) {
  switch (call.action) {
  case ops::action::print_help:
    fmt::print("{}", call.help);
    return 0;
  case ops::action::print_version:
    fmt::print("{}", ops::version_text());
    return 0;
  case ops::action::print_policy:
    for (const std::string& line : policy_lines())
      fmt::print("{}\n", line);
    return 0;
  case ops::action::print_config:
    fmt::print("{}", ops::print_config(call));
    return 0;
  case ops::action::check_config:
    return check(call.settings);
  case ops::action::print_tls:
    fmt::print("{}", ops::print_tls(call.settings, call.json));
    return 0;
  case ops::action::run:
    return run(call.settings, fewer_connections);
  default:
    return run_history_command(call);
  }
}

} // namespace

int main(int argc, char** argv) {
  ops::harden_process();
  ops::keep_freed_memory();
  auto call = ops::read_settings(ops::process_sources(argc, argv));
  ops::forget_secrets_in_environment();
  if (!call) return refuse(call.error());
  const bool starts = call->action == ops::action::run || call->action == ops::action::check_config;
  const auto fewer =
      starts ? ops::fit_connections(*call, ops::descriptor_limit()) : result<bool>(false);
  if (!fewer) return refuse(fewer.error());
  const bool about_server = starts || call->action == ops::action::print_tls;
  const char* doing = about_server ? "Error setting up server: " : "";
  const auto end = [doing](const std::exception& e, int exit_code) {
    return end_of_output(name, e, (doing + sanitize_for_terminal(e.what())).c_str(), exit_code);
  };
  try {
    const int done = start(*call, *fewer);
    // What is printed is the work of whatever does not serve.
    return call->action == ops::action::run ? done : end_of_output(name, done);
  } catch (const error& e) {
    // What only trying can tell, as of a list of ciphers, is a wrong setting like any other.
    const bool setting = e.code() == errc::bad_setting && !ops::is_about_history(call->action);
    return end(e, setting ? wrong_settings : failed);
  } catch (const std::exception& e) {
    return end(e, failed);
  }
}
