#include "sign_in.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "trust.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace asio_chat::app {

namespace {

void complain(const std::string& sentence) {
  fmt::print(stderr, "Error connecting to server: {}\n", sentence);
}

} // namespace

sign_in::sign_in(boost::asio::io_context& context, options& o, bool interactive)
    : context_(context)
    , options_(o)
    , interactive_(interactive) {
  tls_client_config& tls = options_.client.tls;
  if (!tls.ca_file.empty() || !tls.pins.empty()) return;
  known_ = known_hosts::load(default_known_hosts()).value();
  if (const auto host = known_->find(options_.server.address())) tls.pins = {host->pin};
}

std::unique_ptr<client> sign_in::run() {
  if (interactive_ && options_.client.name.empty() && !ask_name()) return nullptr;
  while (true) {
    auto attempt = std::make_unique<client>(context_, options_.client);
    bool done = false;
    error_code code;
    attempt->async_connect([&](error_code e, connected c) {
      done = true;
      code = e;
      news_ = std::move(c);
    });
    context_.restart();
    while (!done && context_.run_one() > 0) {
    }
    if (!code) return attempt;
    const failure why = attempt->last_failure();
    const server_certificate server = attempt->server();
    attempt.reset();
    if (!after(why, server)) return nullptr;
  }
}

bool sign_in::ask_name() {
  name_was_asked_ = true;
  while (true) {
    const auto answer = ask("Enter your username: ");
    if (!answer) {
      exit_code_ = exit_left;
      return false;
    }
    options_.client.name = trim(*answer);
    if (!options_.client.name.empty()) return true;
    fmt::print("Username cannot be empty\n");
  }
}

bool sign_in::after(const failure& why, const server_certificate& server) {
  exit_code_ = exit_code_of(why.code);
  if (exit_code_ == exit_not_trusted) return decide_on_trust(why, server);
  if (exit_code_ == exit_usage) throw error(why);
  complain(sanitize_for_terminal(why.message));
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
