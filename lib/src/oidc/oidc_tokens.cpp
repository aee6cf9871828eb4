#include "oidc/jose.hpp"
#include "oidc/json.hpp"
#include "oidc/key_set.hpp"

#include <asio_chat/oidc.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace asio_chat {

namespace {

using namespace oidc;

constexpr std::size_t max_tried_keys =
    2;                                   ///< for a token that names none: the last one and the next
constexpr std::size_t max_subject = 255; // OpenID Connect Core, section 2

/// Why a token does not count, for its owner.
struct refused {
  std::string why;
};

/// A JWS in its compact form (RFC 7515, section 3.1), in base64url as it came.
struct token_parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

token_parts parts_of(std::string_view token) {
  constexpr std::string_view signs =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  if (token.size() <= oidc_tokens::max_token_bytes && second != token.npos) {
    const token_parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                            token.substr(second + 1)};
    const auto is_good = [&](std::string_view part) {
      return !part.empty() && part.find_first_not_of(signs) == part.npos;
    };
    if (is_good(parts.header) && is_good(parts.payload) && is_good(parts.signature)) return parts;
  }
  throw refused{
      fmt::format("this is no token: one is three parts of letters, digits, - and _ with a "
                  "dot between them, {} bytes at most",
                  oidc_tokens::max_token_bytes)};
}

/// The object that a part is; null where it is none.
json_ptr object_in(std::string_view part) {
  std::string text(part.size(), '\0');
  const std::size_t size = ::jose_b64_dec_buf(part.data(), part.size(), text.data(), text.size());
  if (size == SIZE_MAX) return nullptr;
  json_ptr read = read_json(std::string_view(text).substr(0, size));
  return json_is_object(read.get()) ? std::move(read) : nullptr;
}

json_ptr new_text(std::string_view text) {
  return json_ptr(json_stringn(text.data(), text.size()));
}

void verify(const token_parts& token, const std::vector<signing_key>& keys,
            const quiet_jose& jose) {
  const json_ptr header = object_in(token.header);
  if (!header) throw refused{"this is no token: its header cannot be read"};
  const std::string_view algorithm = text_in(header.get(), "alg");
  if (!is_known_algorithm(algorithm))
    throw refused{
        "the token is not signed by an algorithm that counts here (RS256 and the like, or ES256)"};
  if (has(header.get(), "crit"))
    throw refused{"the token has an extension that this server does not know"};
  const std::string_view kid = text_in(header.get(), "kid");

  const json_ptr jws(json_object());
  json_object_set_new(jws.get(), "protected", new_text(token.header).release());
  json_object_set_new(jws.get(), "payload", new_text(token.payload).release());
  json_object_set_new(jws.get(), "signature", new_text(token.signature).release());
  std::size_t tried = 0;
  for (const signing_key& key : keys) {
    if (!key.is_for(algorithm) || !key.may_be(kid)) continue;
    if (::jose_jws_ver(jose.get(), jws.get(), nullptr, key.jwk(), true)) return;
    if (++tried == max_tried_keys) break;
  }
  throw refused{tried == 0 ? "the token is signed with a key that this server does not know"
                           : "the signature of the token is wrong"};
}

/// @returns seconds since 1970; none: there is no such claim
std::optional<double> time_in(const json_t* claims, const char* name) {
  const json_t* v = json_object_get(claims, name);
  if (v == nullptr) return std::nullopt;
  if (!json_is_number(v))
    throw refused{fmt::format("the claim «{}» of the token is no time", name)};
  return json_number_value(v);
}

void check_time(const json_t* claims, const oidc_config& config, wall_time now) {
  const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  const auto leeway = static_cast<double>(config.leeway.count());
  const auto ends = time_in(claims, "exp");
  if (!ends) throw refused{"the token does not say when it expires"};
  if (seconds >= *ends + leeway) throw refused{"the token has expired; get a new one"};
  for (const char* begins : {"nbf", "iat"})
    if (const auto at = time_in(claims, begins); at && seconds + leeway < *at)
      throw refused{"the token is not valid yet; compare the clocks of issuer and server"};
}

role role_in(const json_t* claims, const std::string& claim) {
  if (claim.empty()) return role::member;
  const json_t* said = json_object_get(claims, claim.c_str());
  for (const auto& [name, value] :
       {std::pair("owner", role::owner), std::pair("operator", role::op),
        std::pair("voice", role::voice)})
    if (is_or_has(said, name)) return value;
  return role::member;
}

login_accepted user_in(const json_t* claims, const oidc_config& config, wall_time now) {
  if (text_in(claims, "iss") != config.issuer)
    throw refused{"the token is of another issuer than this server's"};
  if (!is_or_has(json_object_get(claims, "aud"), config.audience))
    throw refused{"the token is for another service than this one"};
  check_time(claims, config, now);
  const std::string_view subject = text_in(claims, "sub");
  if (subject.empty() || subject.size() > max_subject)
    throw refused{"the token does not say whose it is: it has no claim «sub»"};
  const std::string_view name = text_in(claims, config.name_claim.c_str());
  if (name.empty())
    throw refused{fmt::format("the token has no name: the claim «{}»", config.name_claim)};
  return {.user = fmt::format("{} {}", config.issuer, subject),
          .name = std::string(name),
          .may = rights::all().without(right::rename), // it may be another user's who is not here
          .as = role_in(claims, config.role_claim)};
}

} // namespace

struct oidc_tokens::impl {
  oidc_config config;
  std::vector<signing_key> keys;
  quiet_jose jose;
};

oidc_tokens::oidc_tokens(oidc_config config, std::string_view keys, const std::string& source) {
  const std::pair<const char*, const std::string*> needed[] = {{"issuer", &config.issuer},
                                                               {"audience", &config.audience},
                                                               {"name claim", &config.name_claim}};
  for (const auto& [what, text] : needed)
    if (text->empty())
      throw error(fail(errc::bad_setting, fmt::format("the {} of tokens is empty", what)));
  auto read = read_key_set(keys, source).value();
  impl_ = std::make_unique<impl>();
  impl_->config = std::move(config);
  impl_->keys = std::move(read);
}

oidc_tokens::~oidc_tokens() = default;

void oidc_tokens::replace_keys(std::string_view keys, const std::string& source) {
  impl_->keys = read_key_set(keys, source).value();
}

login_answer oidc_tokens::check(const login_request& who, wall_time now) const {
  // Whoever gives a wrong one is asked once more, and guesses as with a wrong password.
  const auto no = [](std::string why) {
    return login_refused{.why = std::move(why), .code = errc::wrong_passphrase};
  };
  try {
    const std::string_view token =
        who.password ? without_blanks(*who.password) : std::string_view();
    if (token.empty())
      throw refused{fmt::format("this server wants a token of {}: give it as the passphrase",
                                impl_->config.issuer)};
    const token_parts parts = parts_of(token);
    verify(parts, impl_->keys, impl_->jose);
    const json_ptr claims = object_in(parts.payload);
    if (!claims) throw refused{"this is no token: what is signed has no claims"};
    return user_in(claims.get(), impl_->config, now);
  } catch (const refused& r) {
    return no(r.why);
  }
}

} // namespace asio_chat
