#include "account_login.hpp"

#include "base/sanitize.hpp"
#include "tls/key_passphrase.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr int max_questions = 3;

/// Runs the context until an operation has its answer.
/// @param begin is given a function that takes the error
template <class Begin>
failure wait_for(boost::asio::io_context& context, Begin begin) {
  bool done = false;
  error_code code;
  diagnostics sentence;
  begin(sentence, [&](error_code e) {
    done = true;
    code = e;
  });
  context.restart();
  while (!done && context.run_one() > 0) {
  }
  return {code, sentence.message()};
}

result<std::string> password_of(const options& o) {
  return tls::obtain_passphrase(
      {},
      fmt::format("Password of {} on {}: ", sanitize_for_terminal(o.client.name),
                  o.server.address()),
      tls::prompting::once);
}

} // namespace

result<resume_state> log_in_to_account(boost::asio::io_context& context, const options& o,
                                       bool interactive) {
  const std::string& name = o.client.name;
  if (!o.account_password && !interactive) {
    return fail(errc::login_required,
                fmt::format("the name {} is registered: give its password with --password-file "
                            "FILE, or in the environment variable CHAT_ACCOUNT_PASSWORD",
                            name));
  }
  client_config as_guest = o.client;
  as_guest.name.clear();
  as_guest.room.clear();
  as_guest.resume = {};
  as_guest.reconnect = false;
  client guest(context, as_guest);
  failure why = wait_for(context, [&](diagnostics& sentence, auto done) {
    guest.async_connect(sentence, [done](error_code e, const connected&) { done(e); });
  });
  if (why.code) return why;
  for (int asked = 0; asked < max_questions; ++asked) {
    if (asked > 0) fmt::print(stderr, "{}\n", sanitize_for_terminal(why.message));
    const auto password =
        o.account_password ? result<std::string>(*o.account_password) : password_of(o);
    if (!password) return password.error();
    why = wait_for(context, [&](diagnostics& sentence, auto done) {
      guest.async_command("", fmt::format("/login {} {}", name, *password), sentence,
                          [done](error_code e, const reply&) { done(e); });
    });
    if (why.code != errc::not_allowed || o.account_password) break;
  }
  resume_state device = guest.saved_state();
  wait_for(context, [&](diagnostics&, auto done) { guest.async_close(done); });
  if (why.code) return why;
  return device;
}

} // namespace asio_chat::app
