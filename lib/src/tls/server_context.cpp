#include "tls/server_context.hpp"

#include "base/sanitize.hpp"
#include "tls/openssl_ptr.hpp"
#include "tls/refusal.hpp"
#include "tls/server_setup.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <openssl/rand.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

namespace asio_chat::tls {

namespace {

using std::chrono::sys_seconds;
using store_context_ptr = openssl_ptr<X509_STORE_CTX, X509_STORE_CTX_free>;

std::string whose(X509* certificate) {
  const certificate_info info = describe(certificate);
  return fmt::format("the certificate {} ({})", info.subject, info.fingerprint);
}

failure is_blocked(X509* certificate) {
  return fail(errc::untrusted_certificate, whose(certificate) + " is blocked");
}

bool holds(const STACK_OF(X509) * chain, wall_time now) {
  for (int i = 0; i < sk_X509_num(chain); ++i)
    if (!validity_of(sk_X509_value(chain, i)).holds(now)) return false;
  return true;
}

/// Of what has not ended yet.
sys_seconds first_end(const STACK_OF(X509) * chain, wall_time now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  sys_seconds first = no_end;
  for (int i = 0; i < sk_X509_num(chain); ++i)
    if (const sys_seconds end = validity_of(sk_X509_value(chain, i)).ends; end >= second)
      first = std::min(first, end);
  return first;
}

result<responder_address> find_responder(const std::string& url, X509* certificate) {
  if (url == "auto") return responder_of(certificate);
  auto at = parse_responder(url);
  if (at) return at;
  return fail(errc::bad_setting,
              fmt::format("\"{}\" {}", sanitize_to_ascii(url), at.error().message));
}

} // namespace

result<std::shared_ptr<const server_context>>
server_context::make(const tls_server_config& config, const server_context* before, wall_time now) {
  if (config.context) return of_host(config);
  auto ssl = new_server_context(config);
  if (!ssl) return ssl.error();
  auto files = read_server_files(config);
  if (!files) return files.error();
  const std::shared_ptr<server_context> made(new server_context);
  made->ssl_ = *std::move(ssl);
  made->wanted_ = config.posture;
  made->files_ = *std::move(files);
  if (before != nullptr) made->kept_ = keep_what_holds(made->files_, before->files_, now);
  if (auto used = use_files(made->ssl_->native_handle(), config, made->files_); !used)
    return used.error();
  if (!config.ocsp_responder.empty()) {
    auto at = find_responder(config.ocsp_responder, made->stapler()->certificate());
    if (!at) return at.error();
    made->responder_ = *std::move(at);
  }
  auto admission = std::make_unique<client_admission>();
  auto policy = peer_policy::parse(config.client_certificate_allow);
  if (!policy) return policy.error();
  admission->policy = *std::move(policy);
  admission->blocked = made->files_.blocked;
  made->install(std::move(admission));
  if (before != nullptr) made->inherit_staple(*before, now);
  return std::shared_ptr<const server_context>(made);
}

result<std::shared_ptr<const server_context>>
server_context::of_host(const tls_server_config& config) {
  const error_queue_scope queue;
  if (auto alone = check_context_alone(config); !alone) return alone.error();
  const std::shared_ptr<server_context> made(new server_context);
  made->ssl_ = config.context;
  if (made->certificate() == nullptr || SSL_CTX_check_private_key(made->ssl_->native_handle()) != 1)
    return fail(errc::bad_certificate_file, "tls.context has no certificate, or not its key");
  return std::shared_ptr<const server_context>(made);
}

X509* server_context::certificate() const {
  return SSL_CTX_get0_certificate(ssl_->native_handle());
}

std::chrono::sys_seconds server_context::certificate_ends() const {
  return validity_of(certificate()).ends;
}

std::vector<server_context::expiration> server_context::expirations(wall_time now) const {
  const auto third = [](const validity& time, std::chrono::seconds max) {
    return std::min<std::chrono::seconds>((time.ends - time.begins) / 3, max);
  };
  std::vector<expiration> all;
  X509* own = certificate();
  const validity time = validity_of(own);
  all.push_back({"the server's certificate", describe(own).subject, time,
                 third(time, std::chrono::days(30))});
  for (auto& [of, when] : anchor_times(files_, now))
    all.push_back({"the client CA", of, when, third(when, std::chrono::days(30))});
  for (auto& [of, when] : list_times(files_, now))
    all.push_back({"the list of revoked client certificates", of, when, std::chrono::days(1)});
  if (const ocsp_stapler* s = stapler(); s && s->now() && !responder_) {
    const ocsp_answer& answer = s->now()->answer;
    const validity said{answer.this_update, answer.next_update};
    all.push_back({"the OCSP response", all.front().of, said, third(said, std::chrono::days(1))});
  }
  return all;
}

int server_context::admission_slot() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<client_admission*>(kept);
      });
  return index;
}

void server_context::install(std::unique_ptr<client_admission> admission) {
  SSL_CTX* context = ssl_->native_handle();
  admission_ = admission.get();
  SSL_CTX_set_ex_data(context, admission_slot(), admission.release());
  if (const int mode = SSL_CTX_get_verify_mode(context); mode != SSL_VERIFY_NONE)
    SSL_CTX_set_verify(context, mode, &server_context::verify);
}

// OpenSSL calls this for each problem, and for each certificate of the chain that has none.
int server_context::verify(int preverified, X509_STORE_CTX* store) noexcept {
  if (preverified != 1) return 0;
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* admission =
      static_cast<client_admission*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), admission_slot()));
  X509* shown = X509_STORE_CTX_get_current_cert(store);
  result<void> good;
  if (admission->blocked.contains(shown))
    good = is_blocked(shown);
  else if (X509_STORE_CTX_get_error_depth(store) == 0)
    good = admission->policy.check(shown, system_wall_now());
  if (good) return 1;
  note_refusal(ssl, good.error().message);
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

result<sys_seconds> server_context::admit(SSL* session, wall_time now) const {
  const error_queue_scope queue;
  X509* peer = SSL_get0_peer_certificate(session);
  if (peer == nullptr) return no_end;
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(session);
  sys_seconds until = first_end(chain, now);
  const bool judged_here = SSL_get_SSL_CTX(session) == ssl_->native_handle();
  if (!judged_here || !holds(chain, now) || !lists_hold(now)) {
    const auto trusted = trusts_still(session, now);
    if (!trusted) return trusted.error();
    until = *trusted;
  }
  if (admission_ == nullptr) return until; // the host decides in its context
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* one = sk_X509_value(chain, i);
    if (admission_->blocked.contains(one)) return is_blocked(one);
  }
  if (const auto allowed = admission_->policy.check(peer, now); !allowed) return allowed.error();
  for (const shared_list& list : files_.lists)
    if (const validity v = validity_of(list.get()); v.holds(now)) until = std::min(until, v.ends);
  return until;
}

bool server_context::lists_hold(wall_time now) const {
  return std::ranges::all_of(
      files_.lists, [now](const shared_list& list) { return validity_of(list.get()).holds(now); });
}

result<sys_seconds> server_context::trusts_still(SSL* session, wall_time now) const {
  X509* peer = SSL_get0_peer_certificate(session);
  if (SSL_CTX_get_verify_mode(ssl_->native_handle()) == SSL_VERIFY_NONE)
    return first_end(SSL_get0_verified_chain(session), now);
  const store_context_ptr check(X509_STORE_CTX_new());
  if (!check || X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(ssl_->native_handle()),
                                    peer, SSL_get_peer_cert_chain(session)) != 1)
    return fail(errc::untrusted_certificate, "OpenSSL has no memory to verify a certificate");
  // As a TLS server does it: the purpose, and the security level of the keys.
  X509_STORE_CTX_set_default(check.get(), "ssl_client");
  // For the reason, if it is a list's.
  X509_STORE_CTX_set_ex_data(check.get(), SSL_get_ex_data_X509_STORE_CTX_idx(), session);
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(check.get()),
                                   SSL_CTX_get_security_level(ssl_->native_handle()));
  X509_STORE_CTX_set_time(check.get(), 0,
                          floor<std::chrono::seconds>(now).time_since_epoch().count());
  if (X509_verify_cert(check.get()) == 1)
    return first_end(X509_STORE_CTX_get0_chain(check.get()), now);
  const int why = X509_STORE_CTX_get_error(check.get());
  if (const std::string* said = refusal_of(session)) return fail(trust_code(why), *said);
  return fail(trust_code(why), fmt::format("{} {}", whose(peer), trust_phrase(why)));
}

// The responder may not have answered this one yet, and a file's response may not hold now.
void server_context::inherit_staple(const server_context& before, wall_time now) {
  ocsp_stapler* mine = stapler();
  const ocsp_stapler* other = before.stapler();
  if (!mine || !other || !other->now() || X509_cmp(mine->certificate(), other->certificate()) != 0)
    return;
  const auto& [der, old] = *other->now();
  if (!mine->now()) {
    if (responder_) mine->take(*other->now());
    return;
  }
  const ocsp_answer& fresh = mine->now()->answer;
  if (fresh.holds(now) || fresh.is_revoked() || !old.holds(now)) return;
  kept_.push_back({"the OCSP response",
                   describe(mine->certificate()).subject,
                   {fresh.this_update, fresh.next_update},
                   {old.this_update, old.next_update}});
  mine->take(*other->now());
}

void server_context::forget_tickets() const {
  if (admission_ == nullptr) return; // the host's keys
  std::array<unsigned char, 128> keys{};
  SSL_CTX* context = ssl_->native_handle();
  // Asked with nothing, OpenSSL says how many bytes it takes.
  const auto size =
      static_cast<std::size_t>(SSL_CTX_ctrl(context, SSL_CTRL_GET_TLSEXT_TICKET_KEYS, 0, nullptr));
  if (size > keys.size() || RAND_priv_bytes(keys.data(), static_cast<int>(size)) != 1) return;
  SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_TICKET_KEYS, static_cast<long>(size), keys.data());
  OPENSSL_cleanse(keys.data(), keys.size());
}

std::vector<posture_row> server_context::posture() const {
  return describe_posture(ssl_->native_handle(), wanted_);
}

} // namespace asio_chat::tls
