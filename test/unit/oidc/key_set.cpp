#include "oidc/key_set.hpp"

#include "support/catch.hpp"
#include "unit/oidc/issuer.hpp"

#include <asio_chat/oidc.hpp>

#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::oidc;

namespace {

std::string why_not(const std::string& text) {
  const auto read = read_key_set(text, "/etc/keys.json");
  return read ? std::string("it can be read") : read.error().message;
}

std::string without_end(std::string key, const std::string& more) {
  key.pop_back();
  return key + more;
}

} // namespace

TEST_CASE("oidc: a set of keys has those that sign, and passes over others") {
  const std::string good = issuer_key(R"({"alg": "ES256"})").public_text();
  const std::string encrypts = without_end(
      issuer_key(R"({"kty": "RSA", "bits": 2048})").public_text(), R"(, "use": "enc"})");
  const auto read =
      read_key_set(key_set_of({R"({"kty": "OKP", "crv": "Ed25519", "x": "AA"})", encrypts, good,
                               R"({"kty": "EC", "crv": "P-384"})", R"({"kty": "new"})", R"({})"}),
                   "keys");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 1);
  CHECK(read->front().is_for("ES256"));
  CHECK_FALSE(read->front().is_for("ES384"));
  CHECK_FALSE(read->front().is_for("RS256"));
}

TEST_CASE("oidc: a key is for the algorithms of its type, or for the one that it names") {
  const std::string rsa = issuer_key(R"({"kty": "RSA", "bits": 2048})").public_text();
  const std::string one = without_end(issuer_key(R"({"kty": "RSA", "bits": 2048})").public_text(),
                                      R"(, "alg": "PS256"})");
  const auto read = read_key_set(key_set_of({rsa, one}), "keys");
  REQUIRE(read.has_value());
  for (const char* algorithm : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    CHECK((*read)[0].is_for(algorithm));
  CHECK_FALSE((*read)[0].is_for("ES256"));
  CHECK((*read)[1].is_for("PS256"));
  CHECK_FALSE((*read)[1].is_for("RS256"));
}

TEST_CASE("oidc: a file that cannot be used is told by its name, its key and its fault") {
  const std::string good = issuer_key(R"({"alg": "ES256"})").public_text();
  check_says(why_not("{\"keys\": [\n}"), "'/etc/keys.json' cannot be used: line 2 is no JSON");
  check_says(why_not(""), "no JSON");
  check_says(why_not("[]"), "no list «keys»");
  check_says(why_not(R"({"keys": {}})"), "no list «keys»");
  check_says(why_not(R"({"keys": [], "keys": []})"), "no JSON");
  check_says(why_not(key_set_of({})), "none of its 0 keys");
  check_says(why_not(key_set_of({R"({"kty": "OKP", "crv": "Ed25519", "x": "AA"})"})),
             "none of its 1 keys");
  check_says(why_not(key_set_of({good, "7"})), "key 2 is no object");
  check_says(why_not(key_set_of({good, R"({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"})"})),
             "key 2 is damaged");
  check_says(why_not(key_set_of({R"({"kty": "RSA", "kid": "one\u001b", "n": 7})"})),
             R"(key 1 (kid «one\x1b») is damaged)");
  check_says(why_not(std::string(oidc_tokens::max_key_set_bytes + 1, ' ')), "larger than 1 MiB");
  check_says(why_not(key_set_of(std::vector<std::string>(65, good))), "65 keys");
}

TEST_CASE("oidc: secrets and weak keys have no place in a set of keys") {
  const issuer_key good(R"({"alg": "ES256"})", "mine");
  check_says(why_not(key_set_of({good.public_text(), good.private_text()})),
             "key 2 (kid «mine») is a private key");
  check_says(why_not(key_set_of({R"({"kty": "oct", "k": "AAAA"})"})), "key 1 is a shared secret");
  const auto rsa_of = [](std::size_t bytes) {
    return fmt::format(R"({{"kty": "RSA", "e": "AQAB", "n": "{}"}})",
                       base64url(std::string(bytes, '\xc5')));
  };
  check_says(why_not(key_set_of({rsa_of(128)})), "key 1 has 1024 bits");
  check_says(why_not(key_set_of({rsa_of(513)})), "key 1 has 4104 bits");
  check_says(why_not(key_set_of({rsa_of(256), rsa_of(512)})), "it can be read");
  for (const char* exponent : {"AQ", "AA", "AQAA", "gAAAAAAAAAAB"}) { // 1, 0, 65536, 72 bits
    const std::string key = fmt::format(R"({{"kty": "RSA", "e": "{}", "n": "{}"}})", exponent,
                                        base64url(std::string(256, '\xc5')));
    check_says(why_not(key_set_of({key})), "key 1 has an exponent");
  }
}
