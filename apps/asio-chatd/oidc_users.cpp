#include "oidc_users.hpp"

#include <asio_chat/error.hpp>

#if ASIO_CHAT_OIDC

#include "tls/file.hpp"

#include <asio_chat/oidc.hpp>

#include <string>

namespace asio_chat {

namespace {

class users_by_file final : public oidc_users {
 public:
  explicit users_by_file(const ops::oidc_settings& s)
      : file_(s.keys_file)
      , tokens_({.issuer = s.issuer,
                 .audience = s.audience,
                 .name_claim = s.name_claim,
                 .role_claim = s.role_claim},
                read(), file_) {}

  login_answer check(const login_request& who, wall_time now) const override {
    return tokens_.check(who, now);
  }
  void read_keys_again() override { tokens_.replace_keys(read(), file_); }

 private:
  std::string read() const { return tls::read_file(file_, "the file of oidc-keys").value(); }

  const std::string file_;
  oidc_tokens tokens_;
};

} // namespace

std::shared_ptr<oidc_users> oidc_users::make(const ops::settings& s) {
  if (s.oidc.keys_file.empty()) return nullptr;
  return std::make_shared<users_by_file>(s.oidc);
}

} // namespace asio_chat

#else

namespace asio_chat {

std::shared_ptr<oidc_users> oidc_users::make(const ops::settings& s) {
  if (s.oidc.keys_file.empty()) return nullptr;
  throw error(fail(errc::bad_setting, "oidc-keys: this asio-chatd was built without it "
                                      "(ASIO_CHAT_OIDC)"));
}

} // namespace asio_chat

#endif
