#include "account_login.hpp"

#include "account_visit.hpp"
#include "terminal.hpp"

#include "base/sanitize.hpp"
#include "model/command_text.hpp"
#include "tls/key_passphrase.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr int max_questions = 3;

result<std::string> ask_secret(const std::string& question, bool twice = false) {
  return tls::obtain_passphrase({}, question, twice ? tls::prompting::twice : tls::prompting::once);
}

std::string name_for_terminal(const options& o) {
  return sanitize_for_terminal(o.client.name);
}

/// Asks up to three times, and not again where an answer was given beforehand.
/// @param enter what to do with an answer
failure ask_until_right(const std::optional<std::string>& given, const std::string& question,
                        bool twice, const std::function<failure(const std::string&)>& enter) {
  failure why;
  for (int asked = 0; asked < max_questions; ++asked) {
    if (asked > 0) fmt::print(stderr, "{}\n", sanitize_for_terminal(why.message));
    const auto answer = given ? result<std::string>(*given) : ask_secret(question, twice);
    if (!answer) return answer.error();
    why = can_be_quoted(*answer)
              ? enter(asio_chat::quoted(*answer))
              : fail(errc::bad_arguments, "a password cannot have a \" before a blank");
    // What is not allowed with one new password is not with another.
    const bool wrong = why.code == errc::bad_arguments || (why.code == errc::not_allowed && !twice);
    if (!wrong || given) break;
  }
  return why;
}

/// Shorter than any password.
constexpr std::string_view by_device = "device";

/// A code is shown here, and typed where the person is logged in.
failure log_in_by_device(account_visit& guest, const options& o) {
  constexpr std::chrono::minutes longest{5}; // as long as a code holds
  reply answer;
  failure why = guest.say("/login " + o.client.name, &answer);
  if (why.code) return why;
  if (!answer.lines.empty())
    fmt::print("{}\nIt holds for 5 min. Waiting; Ctrl-C gives up\n",
               sanitize_for_terminal(answer.lines.front()));
  std::fflush(stdout);
  return guest.wait_until_let_in(longest);
}

failure log_in(account_visit& guest, const options& o, bool interactive) {
  std::string line;
  if (interactive && !o.account_password) {
    fmt::print("Or type {} instead, to be let in by a device that is logged in\n", by_device);
    std::fflush(stdout);
  }
  failure why = ask_until_right(
      o.account_password,
      fmt::format("Password of {} on {}: ", name_for_terminal(o), o.server.address()), false,
      [&](const std::string& password) {
        if (interactive && !o.account_password && password == by_device)
          return log_in_by_device(guest, o);
        line = fmt::format("/login {} {}", o.client.name, password);
        return guest.say(line);
      });
  if (why.code != errc::login_required) return why;
  if (!interactive && !o.account_code)
    return fail(errc::login_required,
                fmt::format("the account {} has a second factor: give its code, or a recovery "
                            "code, in the environment variable CHAT_ACCOUNT_CODE",
                            o.client.name));
  return ask_until_right(
      o.account_code,
      fmt::format("Code of {} (of your app, or a recovery code): ", name_for_terminal(o)), false,
      [&](const std::string& code) { return guest.say(line + " " + code); });
}

failure make_account(account_visit& self, const options& o) {
  fmt::print("{} is for those who have an account, and {} is none there yet.\n", o.server.address(),
             name_for_terminal(o));
  if (!ask_yes_or_no(fmt::format("Make the account {}? [yes/no] ", name_for_terminal(o))))
    return fail(errc::login_required, "this server is for those who have an account");
  std::string line;
  failure why =
      ask_until_right(o.account_password, fmt::format("New password of {}: ", name_for_terminal(o)),
                      true, [&](const std::string& password) {
                        line = "/register " + password;
                        return self.say(line);
                      });
  if (why.code != errc::login_required) return why;
  return ask_until_right({}, "Code of your invitation: ", false,
                         [&](const std::string& code) { return self.say(line + " " + code); });
}

void print_lines(const reply& answer) {
  for (const std::string& l : answer.lines)
    fmt::print("{}\n", sanitize_for_terminal(l));
  std::fflush(stdout);
}

failure make_factor(account_visit& self, const options& o) {
  fmt::print("{} wants a second factor of everybody, and {} has none yet.\n", o.server.address(),
             name_for_terminal(o));
  reply answer;
  failure why = ask_until_right(
      o.account_password,
      fmt::format("Password of {} on {}: ", name_for_terminal(o), o.server.address()), false,
      [&](const std::string& password) { return self.say("/totp on " + password, &answer); });
  if (why.code) return why;
  print_lines(answer);
  why = ask_until_right({}, "Code that your app shows: ", false, [&](const std::string& code) {
    return self.say("/totp confirm " + code, &answer);
  });
  if (!why.code) print_lines(answer);
  return why;
}

/// Why one who was let in, but into no room, cannot go on without a person.
failure sentence_for_programs(const options& o, bool has_account) {
  if (has_account)
    return fail(errc::login_required,
                fmt::format("this server wants a second factor of everybody, and {} has none: make "
                            "one with asio-chat in a terminal",
                            o.client.name));
  if (o.client.name.empty())
    return fail(errc::login_required,
                "this server is for those who have an account: name yours, NAME@HOST, and give its "
                "password with --password-file FILE, or in the environment variable "
                "CHAT_ACCOUNT_PASSWORD");
  return fail(errc::login_required,
              fmt::format("this server is for those who have an account, and {} is none yet: make "
                          "it with asio-chat in a terminal, or have the operator make it",
                          o.client.name));
}

} // namespace

result<resume_state> log_in_to_account(boost::asio::io_context& context, const options& o,
                                       bool interactive, const resume_state& reached) {
  if (!reached.token.empty()) {
    account_visit self(context, o, o.client.name, reached);
    const failure entered = self.enter();
    if (!entered.code) {
      const bool has_account = !self.say("/totp").code;
      failure why = !interactive  ? sentence_for_programs(o, has_account)
                    : has_account ? make_factor(self, o)
                                  : make_account(self, o);
      resume_state device = self.leave();
      if (why.code) return why;
      return device;
    }
    if (entered.code != errc::login_required) return entered;
  }
  if (!o.account_password && !interactive) {
    return fail(errc::login_required,
                fmt::format("the name {} is registered: give its password with --password-file "
                            "FILE, or in the environment variable CHAT_ACCOUNT_PASSWORD",
                            o.client.name));
  }
  account_visit guest(context, o, {}, {});
  failure why = guest.enter();
  if (why.code) return why;
  why = log_in(guest, o, interactive);
  resume_state device = guest.leave();
  if (why.code) return why;
  return device;
}

} // namespace asio_chat::app
