// All that a server's TLS is made of, as its files were at one moment.
#pragma once

#include "tls/ocsp.hpp"
#include "tls/ocsp_staple.hpp"
#include "tls/posture.hpp"
#include "tls/server_files.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/tls/peer_policy.hpp>
#include <asio_chat/tls_config.hpp>

#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::tls {

/// Made whole or not at all, and never changed: new files make a new one.
class server_context {
 public:
  /// Reads the files. Touches nothing else, so that any thread may do it.
  /// @param before whose parts stay where the new ones cannot be used now (`kept`); null: none
  static result<std::shared_ptr<const server_context>> make(const tls_server_config& config,
                                                            const server_context* before = nullptr,
                                                            wall_time now = system_wall_now());

  const std::shared_ptr<boost::asio::ssl::context>& ssl() const noexcept { return ssl_; }

  /// In the handshake a client that may not come in is refused by an alert. Later this says whether
  /// the client of a session may be here: not blocked, a name that is allowed, a validity
  /// time that is now, and, where the handshake was made with an earlier context, still trusted and
  /// not revoked by what is known to this one; likewise where something that the handshake relied
  /// on has ended. A session without certificate is fine: where one is required there is none.
  /// Gives until when that holds while no file changes: the first end of a certificate of the chain
  /// or of a list, that second included. `no_end`: for ever.
  result<std::chrono::sys_seconds> admit(SSL* session, wall_time now) const;

  /// The keys of session tickets given out so far open nothing any more.
  void forget_tickets() const;

  /// The responder that is asked for the OCSP response; none: it is not asked for.
  const std::optional<responder_address>& responder() const noexcept { return responder_; }
  /// Null where nothing is stapled. The staple is the one thing that may change.
  ocsp_stapler* stapler() const noexcept { return ocsp_stapler::of(ssl_->native_handle()); }
  /// What begins and ends, and when.
  struct expiration {
    std::string what; ///< e.g. `the server's certificate`
    std::string of;   ///< its subject, or a list's issuer
    validity time;
    std::chrono::seconds notice; ///< so long before the end it is time to do something
  };
  /// The server's certificate comes first. Where there are several of a CA, the one that counts
  /// now.
  std::vector<expiration> expirations(wall_time now) const;
  std::chrono::sys_seconds certificate_ends() const;
  /// What stays of an earlier context.
  const std::vector<kept_part>& kept() const noexcept { return kept_; }
  /// Of whom there is a list that is not used, see the function of this name.
  std::vector<std::string> lists_without_ca() const {
    return tls::lists_without_ca(files_.lists, files_.anchors);
  }
  std::size_t blocked() const noexcept { return admission_ ? admission_->blocked.size() : 0; }
  std::vector<posture_row> posture() const;

 private:
  /// Which of the trusted clients may come in. The SSL_CTX owns it: a handshake under way may
  /// outlive this object.
  struct client_admission {
    peer_policy policy;
    block_list blocked;
  };

  server_context() = default;
  static result<std::shared_ptr<const server_context>> of_host(const tls_server_config& config);
  X509* certificate() const;
  static int admission_slot();
  static int verify(int preverified, X509_STORE_CTX* store) noexcept;
  void install(std::unique_ptr<client_admission> admission);
  void inherit_staple(const server_context& before, wall_time now);
  /// Until when the chain holds that is found now.
  result<std::chrono::sys_seconds> trusts_still(SSL* session, wall_time now) const;
  bool lists_hold(wall_time now) const;

  std::shared_ptr<boost::asio::ssl::context> ssl_;
  tls_posture wanted_;
  std::optional<responder_address> responder_;
  const client_admission* admission_ = nullptr; ///< null: the context is the host's
  server_files files_;
  std::vector<kept_part> kept_;
};

} // namespace asio_chat::tls
