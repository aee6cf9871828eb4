#include "net/passphrase_authenticator.hpp"

#include "support/catch.hpp"

#include <string>

using namespace asio_chat;
using net::passphrase_authenticator;
using net::same_passphrase;

namespace {

authenticator::answer ask(passphrase_authenticator a, credentials c) {
  std::optional<authenticator::answer> answer;
  a.admit(std::move(c), [&](authenticator::answer given) { answer = std::move(given); });
  return answer.value();
}

admission admitted(credentials c, std::optional<std::string> passphrase = {}) {
  return std::get<admission>(ask(passphrase_authenticator(std::move(passphrase)), std::move(c)));
}

} // namespace

TEST_CASE("C42: only the very same passphrase passes") {
  CHECK(same_passphrase("open sesame", "open sesame"));
  CHECK(same_passphrase("", ""));
  for (const char* wrong : {"", "open", "open sesame ", " open sesame", "Open sesame",
                            "open sesamf", "xpen sesame", "open sesame\n"}) {
    INFO(wrong);
    CHECK_FALSE(same_passphrase(wrong, "open sesame"));
  }
}

TEST_CASE("C42: a passphrase is bytes: NUL does not end it, and long ones count to the end") {
  const std::string nul("a\0b", 3);
  CHECK(same_passphrase(nul, nul));
  CHECK_FALSE(same_passphrase(nul, "a"));
  CHECK_FALSE(same_passphrase(nul, std::string("a\0c", 3)));
  const std::string longest(10'000, 'x');
  CHECK(same_passphrase(longest, longest));
  CHECK_FALSE(same_passphrase(longest, longest.substr(1)));
  CHECK_FALSE(same_passphrase(longest, longest.substr(1) + "y"));
}

TEST_CASE("C42: without the passphrase nobody is let in, and the connection ends") {
  const passphrase_authenticator guarded("open sesame");
  CHECK(guarded.wants_passphrase());
  const auto wrong = std::get<denial>(ask(guarded, {.passphrase = "open"}));
  CHECK(wrong.close == close_code::wrong_passphrase);
  CHECK(wrong.why.message == "wrong passphrase");
  const auto none = std::get<denial>(ask(guarded, {.name = "alice"}));
  CHECK(none.close == close_code::wrong_passphrase);
  CHECK(none.why.message == "this server wants a passphrase");
  CHECK(std::holds_alternative<admission>(ask(guarded, {.passphrase = "open sesame"})));
  CHECK_FALSE(passphrase_authenticator(std::nullopt).wants_passphrase());
}

TEST_CASE(
    "a token gives the identity that it was made for, and a login without one is new each time") {
  const admission first = admitted({.keeps_token = true});
  CHECK(first.token.size() == 64);
  const admission again = admitted({.token = first.token, .keeps_token = true});
  CHECK(again.who == first.who);
  CHECK(again.token == first.token);
  CHECK(admitted({.keeps_token = true}).who != first.who);
  const admission keepless = admitted({});
  CHECK(keepless.token.empty());
  CHECK(keepless.who != admitted({}).who);
}

TEST_CASE("a token that was drawn is known again, and one that a client chose is told from it") {
  const auto mark = [](const identity& who) { return std::uint64_t{who[0]} << 8 | who[1]; };
  const passphrase_authenticator marking(std::nullopt, mark);
  const auto come = [&](const std::string& token) {
    return std::get<admission>(ask(marking, {.token = token, .keeps_token = true}));
  };
  const auto first = std::get<admission>(ask(marking, {.keeps_token = true}));
  CHECK(first.token.size() == 64);
  CHECK_FALSE(first.token_chosen);
  CHECK_FALSE(come(first.token).token_chosen);
  CHECK(come(first.token).who == first.who);
  CHECK(come(std::string(64, '0')).token_chosen);
  std::string other = first.token;
  other[3] = other[3] == '0' ? '1' : '0';
  CHECK(come(other).token_chosen);
  const passphrase_authenticator another(std::nullopt, [](const identity&) { return 1u; });
  CHECK(
      std::get<admission>(ask(another, {.token = first.token, .keeps_token = true})).token_chosen);
  CHECK_FALSE(admitted({.token = std::string(64, '0'), .keeps_token = true}).token_chosen);
}

TEST_CASE("a token of another form is denied, and the client may try again") {
  for (const char* bad : {"", "abc", "ZZ"}) {
    const auto no = std::get<denial>(
        ask(passphrase_authenticator(std::nullopt), {.token = bad, .keeps_token = true}));
    CHECK_FALSE(no.close);
    CHECK(no.why.code == errc::protocol_error);
  }
}
