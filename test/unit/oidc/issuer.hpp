// An issuer of tokens, whose keys are made in the test.
#pragma once

#include "oidc/jose.hpp"
#include "oidc/json.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::oidc {

inline std::string text_of(const json_t* value) {
  char* dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  std::string text = dumped;
  std::free(dumped);
  return text;
}

inline std::string base64url(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 4, '\0');
  text.resize(::jose_b64_enc_buf(bytes.data(), bytes.size(), text.data(), text.size()));
  return text;
}

/// A key pair. @param kind such as `{"alg": "ES256"}`
class issuer_key {
 public:
  explicit issuer_key(const std::string& kind, const std::string& kid = {})
      : jwk_(read_json(kind)) {
    REQUIRE(::jose_jwk_gen(nullptr, jwk_.get()));
    if (!kid.empty()) json_object_set_new(jwk_.get(), "kid", json_string(kid.c_str()));
  }

  std::string private_text() const { return text_of(jwk_.get()); }
  std::string public_text() const {
    const json_ptr copy(json_deep_copy(jwk_.get()));
    REQUIRE(::jose_jwk_pub(nullptr, copy.get()));
    return text_of(copy.get());
  }

  /// @param header without its algorithm, if the key says that
  std::string sign(std::string_view payload, const std::string& header) const {
    return sign_with(jwk_.get(), payload, header);
  }
  static std::string sign_with(const json_t* jwk, std::string_view payload,
                               const std::string& header) {
    const json_ptr jws(json_object());
    json_object_set_new(jws.get(), "payload", json_string(base64url(payload).c_str()));
    const json_ptr signature(json_object());
    json_object_set_new(signature.get(), "protected", read_json(header).release());
    REQUIRE(::jose_jws_sig(nullptr, jws.get(), signature.get(), jwk));
    return fmt::format("{}.{}.{}", text_in(jws.get(), "protected"), text_in(jws.get(), "payload"),
                       text_in(jws.get(), "signature"));
  }

 private:
  json_ptr jwk_;
};

inline void check_says(const std::string& text, std::string_view part) {
  INFO(text);
  CHECK(text.find(part) != text.npos);
}

inline std::string key_set_of(const std::vector<std::string>& keys) {
  return fmt::format(R"({{"keys": [{}]}})", fmt::join(keys, ", "));
}

} // namespace asio_chat::oidc
