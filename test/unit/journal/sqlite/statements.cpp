#include "journal/sqlite/statements.hpp"

#include "support/catch.hpp"

#include <string>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

secret_key seed(std::uint8_t first) {
  return secret_key::filled([first](auto bytes) {
    std::ranges::fill(bytes, std::uint8_t{0});
    bytes[0] = first;
  });
}

} // namespace

TEST_CASE("a statement is a JWS by Ed25519, as RFC 8037 has it") {
  // The key of its appendix A.
  const secret_key key =
      secret_key::parse("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value();
  const std::string jws = sign_statement(key.bytes(), "Example of Ed25519 signing");
  // {"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}
  CHECK(jws.starts_with("eyJhbGciOiJFZERTQSIsImp3ayI6eyJrdHkiOiJPS1AiLCJjcnYiOiJFZDI1NTE5IiwieCI6Ij"
                        "ExcVlBWUt4Q3JmVlNfN1R5V1FIT2c3aGN2UGFwaU1scndJYWFQY0hVUm8ifX0."
                        "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."));
  CHECK(open_statement(key.bytes(), jws).value() == "Example of Ed25519 signing");
  CHECK(open_statement(key.bytes(), jws + "\n").value() == "Example of Ed25519 signing");
}

TEST_CASE("a statement that was changed, or that another one has signed, is none") {
  const secret_key key = seed(1);
  const std::string jws = sign_statement(key.bytes(), "alice is gone");
  const auto why = [&](const std::string& other) {
    const auto opened = open_statement(key.bytes(), other);
    return opened ? std::string() : opened.error().message;
  };
  for (std::size_t i = 0; i < jws.size(); ++i) {
    std::string changed = jws;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    INFO(i);
    CHECK_FALSE(why(changed).empty());
  }
  for (std::size_t size = 0; size < jws.size(); ++size)
    CHECK_FALSE(why(jws.substr(0, size)).empty());
  CHECK_FALSE(why(jws + "A").empty());
  CHECK(why("").find("no receipt") != std::string::npos);
  CHECK(why("a.b.c").find("no receipt") != std::string::npos);
  CHECK(why(sign_statement(seed(2).bytes(), "alice is gone")).find("another one") !=
        std::string::npos);
  CHECK(why(jws.substr(0, jws.rfind('.')) +
            sign_statement(key.bytes(), "bob is gone")
                .substr(sign_statement(key.bytes(), "bob is gone").rfind('.')))
            .find("signature is wrong") != std::string::npos);
}
