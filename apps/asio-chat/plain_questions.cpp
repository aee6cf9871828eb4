#include "plain_questions.hpp"

#include "tls/key_passphrase.hpp"

#include <utility>

namespace asio_chat::app {

std::string with_secrets(std::string_view line, std::vector<missing_secret> missing) {
  std::string whole(line);
  if (missing.empty()) return whole;
  secret_questions asked(std::move(whole), std::move(missing));
  auto now = secret_questions::state::asks;
  while (now == secret_questions::state::asks) {
    const auto typed = tls::ask_without_echo(asked.prompt());
    if (!typed || (typed->empty() && !asked.takes_nothing())) return {};
    now = asked.answer(*typed);
  }
  return asked.line();
}

} // namespace asio_chat::app
