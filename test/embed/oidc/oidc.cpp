// A server whose users have tokens of an issuer: somebody without one is told to get one. Keys that
// cannot be used are told by what they came from.
#include <asio_chat/error.hpp>
#include <asio_chat/oidc.hpp>
#include <asio_chat/server.hpp>
#include <asio_chat/server_hooks.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <variant>

int main() {
  asio_chat::oidc_config config;
  config.issuer = "https://id.example.org";
  config.audience = "chat";
  // RFC 7517, appendix A.1
  const std::string keys = R"({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "kid": "1",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})";
  asio_chat::oidc_tokens tokens(config, keys, "RFC 7517");
  try {
    tokens.replace_keys("{}", "nothing");
    return 1;
  } catch (const asio_chat::error& e) {
    std::printf("%s\n", e.what());
  }
  boost::asio::io_context context(1);
  asio_chat::server_hooks hooks;
  hooks.passwords_in_text = true;
  hooks.authenticate = [&](const asio_chat::login_request& who,
                           const asio_chat::login_answer_handler& done) {
    using namespace std::chrono;
    done(tokens.check(who, time_point_cast<milliseconds>(system_clock::now())));
  };
  asio_chat::server chat(context, {}, hooks);
  asio_chat::login_answer said;
  hooks.authenticate({}, [&](asio_chat::login_answer a) { said = std::move(a); });
  return std::holds_alternative<asio_chat::login_refused>(said) ? 0 : 2;
}
