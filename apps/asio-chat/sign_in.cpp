#include "sign_in.hpp"

#include "account_login.hpp"
#include "exit_code.hpp"
#include "target.hpp"
#include "terminal.hpp"
#include "trust.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "tls/key_passphrase.hpp"
#include "tls/refusal.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string_view>

namespace asio_chat::app {

namespace {

void complain(const std::string& sentence) {
  fmt::print(stderr, "Error connecting to server: {}\n", sentence);
}

/// Where a passphrase stands, a server may want something else: of an account that another system
/// knows, or a token of an issuer. Its sentence alone says which.
enum class credential { passphrase, password, token };

credential wanted_by(const failure& why) {
  const auto names = [&](std::string_view word) {
    return why.message.find(word) != std::string::npos;
  };
  if (names("token")) return credential::token;
  return names("passphrase") ? credential::passphrase : credential::password;
}

std::string question_for(credential what, const std::string& name, const std::string& address) {
  if (what == credential::passphrase) return fmt::format("Passphrase of {}: ", address);
  const char* const word = what == credential::token ? "Token" : "Password";
  if (name.empty()) return fmt::format("{} for {}: ", word, address);
  return fmt::format("{} of {} on {}: ", word, sanitize_for_terminal(name), address);
}

std::string advice_for(credential what) {
  if (what == credential::password)
    return "give the password with --password-file FILE, or in the environment variable "
           "CHAT_ACCOUNT_PASSWORD";
  return "give it with --passphrase-file FILE, or in the environment variable CHAT_SECRET";
}

} // namespace

sign_in::sign_in(boost::asio::io_context& context, options& o, bool interactive, bool fetches)
    : context_(context)
    , options_(o)
    , interactive_(interactive)
    , fetches_(fetches) {
  tls_client_config& tls = options_.client.tls;
  if (!tls.ca_file.empty() || !tls.pins.empty()) return;
  known_ = known_hosts::load(default_known_hosts()).value();
  if (const auto host = known_->find(options_.server.address())) {
    tls.pins = {host->pin};
  } else if (is_this_machine(options_.server.host)) {
    tls.ca_file = ca_of_own_daemon();
  }
}

std::unique_ptr<client> sign_in::run() {
  if (interactive_ && options_.client.name.empty() && !ask_name()) return nullptr;
  while (true) {
    open_session();
    auto attempt = std::make_unique<client>(context_, options_.client);
    bool done = false;
    error_code code;
    diagnostics sentence;
    attempt->async_connect(sentence, [&](error_code e, connected c) {
      done = true;
      code = e;
      news_ = std::move(c);
    });
    context_.restart();
    while (!done && context_.run_one() > 0) {
    }
    if (!code) return attempt;
    const failure why{code, sentence.message()};
    const server_certificate server = attempt->server();
    // One who was let in and not into the room is held for two minutes: for the next start.
    if (session_) session_->save({attempt->saved_state(), earlier_.read});
    const resume_state reached = attempt->saved_state();
    attempt.reset();
    if (!after(why, server, reached)) return nullptr;
  }
}

bool sign_in::ask_name() {
  name_was_asked_ = true;
  while (true) {
    const auto answer = ask("Enter your username: ");
    if (!answer) {
      complain("no username was typed");
      exit_code_ = exit_no_connection;
      return false;
    }
    options_.client.name = trim(*answer);
    if (!options_.client.name.empty()) return true;
    fmt::print("Username cannot be empty\n");
  }
}

/// The identity of an earlier client with that name, unless that one is still running.
void sign_in::open_session() {
  client_config& c = options_.client;
  c.resume = {};
  if (device_) c.resume = *device_;
  earlier_ = {};
  session_.reset();
  why_no_session_.clear();
  // The token is for this server only, and it is not certain that this is it.
  if (c.name.empty() || c.tls.insecure_skip_host_name_check) return;
  auto opened = saved_session::open(default_state_directory(), options_.server.address(), c.name);
  if (opened) {
    session_.emplace(std::move(*opened));
    earlier_ = session_->load();
    if (!device_) c.resume = earlier_.resume;
    c.resume.positions = earlier_.resume.positions;
    if (fetches_) c.resume.positions.clear();
    return;
  }
  why_no_session_ = opened.error().message;
  if (opened.error().code == errc::name_taken) {
    fmt::print(stderr, "{}\n", why_no_session_);
  } else if (c.log) {
    c.log(severity::warning, why_no_session_, {});
  }
}

/// The name is an account's, and this client is none of its devices yet; or the server wants more
/// of those who come.
bool sign_in::log_in(const resume_state& reached) {
  auto made = log_in_to_account(context_, options_, interactive_, reached);
  if (!made) {
    exit_code_ = exit_code_of(made.error().code);
    // Of the options all was good; the question has no answer.
    const bool unanswered = made.error().code == errc::bad_setting;
    if (unanswered || made.error().code == errc::not_allowed) exit_code_ = exit_not_let_in;
    complain(sanitize_for_terminal(made.error().message));
    return false;
  }
  device_ = std::move(*made);
  return true;
}

/// What was given, and is wrong, is not asked for.
bool sign_in::ask_passphrase(const failure& why) {
  constexpr int max_questions = 3;
  const credential what = wanted_by(why);
  std::optional<std::string>& passphrase = options_.client.passphrase;
  if (!passphrase && what == credential::password && options_.account_password) {
    passphrase = options_.account_password;
    return true;
  }
  const bool given = passphrase && passphrases_asked_ == 0;
  if (given || passphrases_asked_ >= max_questions) {
    complain(sanitize_for_terminal(why.message));
    return false;
  }
  if (!interactive_) {
    complain(sanitize_for_terminal(why.message) + ": " + advice_for(what));
    return false;
  }
  if (passphrases_asked_++ > 0) complain(sanitize_for_terminal(why.message));
  auto typed = tls::obtain_passphrase(
      {}, question_for(what, options_.client.name, options_.server.address()),
      tls::prompting::once);
  if (!typed) {
    complain(typed.error().message);
    return false;
  }
  passphrase = std::move(*typed);
  return true;
}

bool sign_in::after(const failure& why, const server_certificate& server,
                    const resume_state& reached) {
  constexpr int max_logins = 2; // to the account, and for its second factor
  exit_code_ = exit_code_of(why.code);
  if (exit_code_ == exit_not_trusted) return decide_on_trust(why, server);
  if (exit_code_ == exit_usage) throw error(why);
  if (why.code == errc::wrong_passphrase) return ask_passphrase(why);
  const bool known = !options_.client.name.empty() || !reached.token.empty();
  if (why.code == errc::login_required && known && logins_++ < max_logins) return log_in(reached);
  const bool room = why.code == errc::room_invalid;
  const bool shows_none = tls::refuses_us(why.code) && options_.client.tls.certificate_file.empty();
  complain(sanitize_for_terminal(
      room ? fmt::format("--room {}: {}", options_.client.room, why.message)
           : why.message + (shows_none ? "; show yours with --cert FILE and --key FILE" : "")));
  const bool another_name = why.code == errc::name_taken || why.code == errc::name_invalid;
  return name_was_asked_ && another_name && ask_name();
}

bool sign_in::decide_on_trust(const failure& why, const server_certificate& server) {
  const std::string address = options_.server.address();
  const auto remembered = known_ ? known_->find(address) : std::nullopt;
  if (remembered && why.code == errc::certificate_changed) {
    fmt::print(stderr, "{}\n", changed_key(address, server, *remembered, known_->file().string()));
    complain(fmt::format("the key of {} is not the remembered one", address));
    return false;
  }
  if (!known_ || !may_be_asked(why.code, server)) {
    complain(sanitize_for_terminal(why.message));
    return false;
  }
  if (!interactive_) {
    complain(advice_without_terminal(address, server));
    return false;
  }
  const file_descriptor turn = known_->take_turn_to_ask([&] {
    fmt::print("Another asio-chat of yours asks about {}; waiting for the answer there\n", address);
    std::fflush(stdout);
  });
  // It may have been remembered while this one connected, or waited.
  known_ = known_hosts::load(known_->file()).value();
  if (const auto decided = known_->find(address)) {
    options_.client.tls.pins = {decided->pin};
    return true;
  }
  fmt::print("{}", introduction(address, server));
  if (!ask_yes_or_no("Trust this server from now on? [yes/no] ")) {
    complain("the server's certificate is not trusted");
    return false;
  }
  return remember(server);
}

bool sign_in::remember(const server_certificate& server) {
  options_.client.tls.pins = {server.pin};
  const auto kept = known_->remember(options_.server.address(), server.pin);
  if (kept) return true;
  // The user has decided, so a file that cannot be written does not prevent the connection.
  fmt::print(stderr, "{}\n", kept.error().message);
  return true;
}

} // namespace asio_chat::app
