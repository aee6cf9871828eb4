// Who is this? Asked for each connection before its member enters the chat.
#pragma once

#include "accounts/app_password.hpp"
#include "accounts/certificate.hpp"
#include "model/identity.hpp"
#include <asio_chat/rights.hpp>

#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace asio_chat {

/// What a connection shows of who it is. Every protocol fills in what it knows.
struct credentials {
  std::string address = {};     ///< `192.0.2.7:40000`
  std::string certificate = {}; ///< subject of the client's certificate, verified; empty: none
  std::optional<shown_certificate> shown = {}; ///< the same certificate
  std::string name = {};                       ///< that it asks for; empty: none, or not said yet
  std::optional<std::string> passphrase = {};
  std::optional<std::string> token = {}; ///< of an earlier admission
  bool keeps_token = false;              ///< whether it can show one the next time
  /// Not said yet, but it will be: then the same is asked once more, if `wants_name`.
  bool name_follows = false;
  std::uint64_t session = 0; ///< the number of the connection
};

struct admission {
  identity who{};
  std::string token = {}; ///< shows the same identity the next time; empty: nothing does
  rights may = rights::all();
  /// The same identity comes with the next login of the same member, by the token or without.
  bool may_come_back = !token.empty();
  std::string name = {};    ///< to bear; empty: the one asked for
  std::string user = {};    ///< as the host knows it; empty: it does not
  role as = role::guest;    ///< on the server
  bool has_account = false; ///< `who` is that of an account
  /// That of the token; none: the client keeps none.
  std::optional<identity> device = {};
  bool token_chosen = false;                 ///< by the client: no server has drawn it
  std::shared_ptr<const app_limit> app = {}; ///< of the app password it came by; null: by none
  std::shared_ptr<const certificate_login> certificate = {}; ///< null: it has shown none
};

struct denial {
  failure why;                       ///< told to the client
  std::optional<close_code> close{}; ///< ends the connection; none: it may try again
  std::optional<std::chrono::seconds> retry_after{};
};

class authenticator {
 public:
  using answer = std::variant<admission, denial>;
  using admit_done = std::function<void(answer)>;

  virtual ~authenticator() = default;

  /// Whether a passphrase is asked for: the text protocol has to know before anything is said.
  virtual bool wants_passphrase() const noexcept { return false; }
  /// Whether it decides by the name as well.
  virtual bool wants_name() const noexcept { return false; }

  /// Answers once, from inside the call or later, on the server's thread. Until then nothing of the
  /// connection is read; if it ends meanwhile, the answer goes nowhere.
  virtual void admit(credentials c, admit_done done) = 0;
};

} // namespace asio_chat
