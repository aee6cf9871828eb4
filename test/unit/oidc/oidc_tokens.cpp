#include <asio_chat/oidc.hpp>

#include "support/catch.hpp"
#include "unit/oidc/issuer.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::oidc;

namespace {

constexpr long now_seconds = 1'800'000'000;
constexpr wall_time token_time{std::chrono::seconds(now_seconds)};

oidc_config config_of_test() {
  return {.issuer = "https://id.example.org/realm", .audience = "chat"};
}

std::string es256_header(const std::string& more = {}) {
  return R"({"alg": "ES256")" + more + "}";
}

/// @param changes members that replace the usual ones; null: such a claim is left out
std::string claims(const std::string& changes = "{}") {
  const json_ptr all = read_json(fmt::format(
      R"({{"iss": "https://id.example.org/realm", "aud": "chat", "sub": "f3a1",
          "preferred_username": "alice", "exp": {}, "iat": {}}})",
      now_seconds + 300, now_seconds - 10));
  const json_ptr other = read_json(changes);
  json_object_update(all.get(), other.get());
  const json_ptr given(json_object());
  for (void* at = json_object_iter(all.get()); at; at = json_object_iter_next(all.get(), at))
    if (!json_is_null(json_object_iter_value(at)))
      json_object_set(given.get(), json_object_iter_key(at), json_object_iter_value(at));
  return text_of(given.get());
}

/// One issuer with a key, and who trusts it.
struct issuer_world {
  login_answer answer(const std::string& token, wall_time at = token_time) const {
    return tokens.check({.name = "whoever", .password = token, .certificate = {}, .address = {}},
                        at);
  }
  std::string why_not(const std::string& token, wall_time at = token_time) const {
    const login_answer a = answer(token, at);
    const auto* no = std::get_if<login_refused>(&a);
    if (no == nullptr) return "it opens";
    CHECK(no->code == errc::wrong_passphrase); // a client asks for another one
    return no->why;
  }
  login_accepted user(const std::string& token) const {
    INFO(why_not(token));
    return std::get<login_accepted>(answer(token));
  }
  std::string token(const std::string& changes = "{}") const {
    return key.sign(claims(changes), es256_header());
  }

  issuer_key key{R"({"alg": "ES256"})", "one"};
  oidc_tokens tokens{config_of_test(), key_set_of({key.public_text()}), "keys"};
};

} // namespace

TEST_CASE("oidc: a good token is a user of its issuer, with a name and a role") {
  const issuer_world w;
  const login_accepted yes = w.user(w.token());
  CHECK(yes.user == "https://id.example.org/realm f3a1");
  CHECK(yes.name == "alice");
  CHECK(yes.as == role::member);
  CHECK(yes.may == rights::all().without(right::rename)); // to the name of one who is not here
  // However it was pasted, and whatever else is in it.
  CHECK(w.user("  " + w.token(R"({"aud": ["other", "chat"], "nbf": 5, "x": {}})") + "\r\n").name ==
        "alice");
  CHECK(w.user(w.token(R"({"preferred_username": "bob"})")).user == yes.user);
}

TEST_CASE("oidc: each algorithm that counts verifies, with the key of its type") {
  for (const char* name : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256"}) {
    INFO(name);
    const issuer_key key(fmt::format(R"({{"alg": "{}"}})", name));
    const oidc_tokens tokens(config_of_test(), key_set_of({key.public_text()}), "keys");
    const std::string token = key.sign(claims(), fmt::format(R"({{"alg": "{}"}})", name));
    CHECK(std::holds_alternative<login_accepted>(tokens.check(
        {.name = {}, .password = token, .certificate = {}, .address = {}}, token_time)));
  }
}

TEST_CASE("oidc: neither no signature nor a public key as a secret makes a token") {
  const issuer_world w;
  const std::string body = base64url(claims());
  for (const char* none : {"none", "None", "", "HS256", "EdDSA", "ES256K", "ES384"}) {
    INFO(none);
    const std::string header = base64url(fmt::format(R"({{"alg": "{}"}})", none));
    check_says(w.why_not(header + "." + body + ".AAAA"), "not signed by an algorithm");
    check_says(w.why_not(header + "." + body + "."), "this is no token");
  }
  check_says(w.why_not(base64url("{}") + "." + body + ".AAAA"), "not signed by an algorithm");

  // An HMAC whose secret everybody knows: the text of the public key.
  const json_ptr secret(
      json_pack("{s:s, s:s}", "kty", "oct", "k", base64url(w.key.public_text()).c_str()));
  const std::string forged = issuer_key::sign_with(secret.get(), claims(), R"({"alg": "HS256"})");
  check_says(w.why_not(forged), "not signed by an algorithm");
  // The same under the name of an algorithm that counts.
  const std::string renamed = base64url(es256_header()) + forged.substr(forged.find('.'));
  check_says(w.why_not(renamed), "signature of the token is wrong");
}

TEST_CASE("oidc: a token that was changed, or signed by another, opens nothing") {
  const issuer_world w;
  const std::string good = w.token();
  const std::string end = good.substr(good.rfind('.'));
  const std::string head = good.substr(0, good.find('.') + 1);
  check_says(w.why_not(head + base64url(claims(R"({"preferred_username": "root"})")) + end),
             "signature of the token is wrong");
  const issuer_key stranger(R"({"alg": "ES256"})");
  check_says(w.why_not(stranger.sign(claims(), es256_header())), "signature of the token is wrong");
  // A key that the token brings along says nothing.
  check_says(
      w.why_not(stranger.sign(claims(), es256_header(R"(, "jwk": )" + stranger.public_text()))),
      "signature of the token is wrong");
  check_says(w.why_not(w.key.sign(claims(), es256_header(R"(, "crit": ["b64"], "b64": false)"))),
             "an extension");
  check_says(w.why_not(stranger.sign(claims(), es256_header(R"(, "kid": "two")"))),
             "a key that this server does not know");
  const issuer_key rsa(R"({"alg": "RS256"})");
  check_says(w.why_not(rsa.sign(claims(), R"({"alg": "RS256"})")),
             "a key that this server does not know");
}

TEST_CASE("oidc: a token has its time, by the clock of the server and a little more") {
  const issuer_world w;
  const auto at = [](long seconds) { return wall_time(std::chrono::seconds(seconds)); };
  const std::string token = w.token();
  const std::string begins = w.token(fmt::format(R"({{"nbf": {}}})", now_seconds + 100));
  CHECK(w.why_not(token, at(now_seconds + 329)) == "it opens");
  CHECK(w.why_not(token, at(now_seconds + 330)) == "the token has expired; get a new one");
  check_says(w.why_not(begins, at(now_seconds + 69)), "not valid yet");
  CHECK(w.why_not(begins, at(now_seconds + 70)) == "it opens");
  check_says(w.why_not(token, at(now_seconds - 41)), "not valid yet"); // made in the future
  check_says(w.why_not(w.token(R"({"exp": null})")), "does not say when it expires");
  check_says(w.why_not(w.token(R"({"exp": "1900000000"})")), "«exp» of the token is no time");
  check_says(w.why_not(w.token(R"({"nbf": []})")), "«nbf» of the token is no time");
  CHECK(w.why_not(w.token(R"({"exp": 1e300})")) == "it opens");
  check_says(w.why_not(w.token(R"({"exp": -1e300})")), "expired");
}

TEST_CASE("oidc: a token of another issuer, for another service, or of nobody, opens nothing") {
  const issuer_world w;
  for (const char* issuer : {"null", "7", R"("https://id.example.org/realm/")", R"("")"})
    check_says(w.why_not(w.token(fmt::format(R"({{"iss": {}}})", issuer))), "another issuer");
  for (const char* audience : {"null", R"("chats")", R"("")", "[]", R"(["other", 7, ["chat"]])"})
    check_says(w.why_not(w.token(fmt::format(R"({{"aud": {}}})", audience))), "another service");
  for (const char* subject : {"null", "7", R"("")"})
    check_says(w.why_not(w.token(fmt::format(R"({{"sub": {}}})", subject))), "no claim «sub»");
  check_says(w.why_not(w.token(fmt::format(R"({{"sub": "{}"}})", std::string(256, 'a')))),
             "no claim «sub»");
  check_says(w.why_not(w.token(R"({"preferred_username": null})")),
             "no name: the claim «preferred_username»");
}

TEST_CASE("oidc: what is no token is told, however long or strange it is") {
  const issuer_world w;
  const std::string good = w.token();
  for (const std::string& text :
       {std::string("hunter2"), std::string("a.b"), std::string("a.b.c.d"), std::string(".."),
        std::string("a b.c.d"), good + "=", good + ".AAAA", std::string("\xff.a.b"),
        std::string(100'000, 'a'), std::string(1, '\0') + good,
        w.token(fmt::format(R"({{"x": "{}"}})", std::string(oidc_tokens::max_token_bytes, 'x')))})
    check_says(w.why_not(text), "this is no token: one is three parts");
  check_says(w.why_not("AAAA.AAAA.AAAA"), "its header cannot be read");
  check_says(w.why_not(base64url(R"({"alg": "none", "alg": "ES256"})") + ".AAAA.AAAA"),
             "its header cannot be read");
  check_says(w.why_not(w.key.sign("[1]", es256_header())), "has no claims");
  check_says(w.why_not(w.key.sign(R"({"exp": 1, "exp": 2})", es256_header())), "has no claims");
  for (const std::string& blank : {std::string(), std::string(" \t")})
    check_says(w.why_not(blank), "wants a token of https://id.example.org/realm");
  const login_answer none =
      w.tokens.check({.name = "a", .password = {}, .certificate = {}, .address = {}}, token_time);
  check_says(std::get<login_refused>(none).why, "give it as the passphrase");
}

TEST_CASE(
    "oidc: old and new keys count while both are there, and what replaces them has to be good") {
  issuer_world w;
  const issuer_key next(R"({"alg": "ES256"})", "two");
  const std::string by_old = w.key.sign(claims(), es256_header(R"(, "kid": "one")"));
  const std::string by_new = next.sign(claims(), es256_header(R"(, "kid": "two")"));
  const std::string unnamed = next.sign(claims(), es256_header());
  check_says(w.why_not(by_new), "does not know");
  w.tokens.replace_keys(key_set_of({w.key.public_text(), next.public_text()}), "keys");
  for (const std::string& token : {by_old, by_new, unnamed})
    CHECK(w.why_not(token) == "it opens");
  w.tokens.replace_keys(key_set_of({next.public_text()}), "keys");
  check_says(w.why_not(by_old), "does not know");
  CHECK_THROWS_AS(w.tokens.replace_keys("nonsense", "keys"), error);
  CHECK(w.why_not(by_new) == "it opens");
}

TEST_CASE("oidc: a token that names no key is tried with two of them, and no more") {
  issuer_world w;
  std::vector<std::string> keys;
  for (int i = 0; i < 2; ++i)
    keys.push_back(issuer_key(R"({"alg": "ES256"})", std::to_string(i)).public_text());
  keys.push_back(w.key.public_text());
  w.tokens.replace_keys(key_set_of(keys), "keys");
  check_says(w.why_not(w.token()), "signature of the token is wrong");
  std::swap(keys[1], keys[2]);
  w.tokens.replace_keys(key_set_of(keys), "keys");
  CHECK(w.why_not(w.token()) == "it opens");
}

TEST_CASE("oidc: roles come from a claim, where the server wants that") {
  issuer_world w;
  oidc_config config = config_of_test();
  config.role_claim = "groups";
  config.name_claim = "nick";
  const oidc_tokens tokens(config, key_set_of({w.key.public_text()}), "keys");
  const auto role_of = [&](const std::string& groups) {
    const std::string token = w.token(fmt::format(R"({{"nick": "Al", "groups": {}}})", groups));
    const login_answer a =
        tokens.check({.name = {}, .password = token, .certificate = {}, .address = {}}, token_time);
    CHECK(std::get<login_accepted>(a).name == "Al");
    return std::get<login_accepted>(a).as;
  };
  CHECK(role_of("null") == role::member);
  CHECK(role_of(R"("operator")") == role::op);
  CHECK(role_of(R"(["voice", "owner", "operator"])") == role::owner);
  CHECK(role_of(R"(["voice", 7])") == role::voice);
  CHECK(role_of(R"("operators")") == role::member);
  CHECK(w.user(w.token(R"({"groups": "owner"})")).as == role::member); // it was not asked for
}

TEST_CASE("oidc: an issuer and an audience have to be given") {
  const std::string keys = key_set_of({issuer_key(R"({"alg": "ES256"})").public_text()});
  for (const auto part : {&oidc_config::issuer, &oidc_config::audience, &oidc_config::name_claim}) {
    oidc_config config = config_of_test();
    (config.*part).clear();
    CHECK_THROWS_AS(oidc_tokens(config, keys, "keys"), error);
  }
}
