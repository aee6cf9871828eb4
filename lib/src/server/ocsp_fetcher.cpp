#include "server/ocsp_fetcher.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

using std::chrono::seconds;

constexpr seconds first_patience{1};
constexpr seconds max_patience = std::chrono::minutes(10);
constexpr seconds shortest_rest{1};
constexpr seconds longest_rest = std::chrono::hours(1);

std::string url_of(const tls::responder_address& at) {
  return fmt::format("http://{}{}", at.authority(), at.target);
}

} // namespace

void ocsp_fetcher::follow(std::shared_ptr<const tls::server_context> tls) {
  stop();
  if (!tls->responder()) return;
  tls_ = std::move(tls);
  patience_ = first_patience;
  ask_after({}); // not before the executor runs
}

void ocsp_fetcher::stop() {
  timer_->cancel();
  if (question_) question_->cancel();
  question_ = nullptr;
  tls_ = nullptr;
}

void ocsp_fetcher::ask_after(steady_time::duration time) {
  timer_->wait_until(loop_.time->now() + time, [this] { ask(); });
}

void ocsp_fetcher::ask() {
  const tls::ocsp_stapler& stapler = *tls_->stapler();
  auto request = tls::make_ocsp_request(stapler.certificate(), stapler.issuer());
  if (!request) return failed(request.error());
  const tls::responder_address& at = *tls_->responder();
  question_ = std::make_shared<http_post>(loop_);
  question_->start({at.host, at.port, at.authority(), at.target, "application/ocsp-request",
                    *std::move(request)},
                   [self = weak_from_this()](result<std::string> der) {
                     if (const auto alive = self.lock()) alive->answered(std::move(der));
                   });
}

void ocsp_fetcher::answered(result<std::string> der) {
  question_ = nullptr;
  if (!der) return failed(der.error());
  const tls::ocsp_stapler& stapler = *tls_->stapler();
  auto response = tls::check_ocsp_response(*std::move(der), stapler.certificate(), stapler.issuer(),
                                           "the answer");
  if (!response) return failed(response.error());
  const std::string problem = response->answer.problem(loop_.time->wall_now());
  if (!problem.empty()) return failed(fail(errc::bad_certificate_file, "the answer: " + problem));
  take(*std::move(response));
}

void ocsp_fetcher::take(tls::ocsp_response response) {
  const auto now = loop_.time->wall_now();
  const auto& stapled = tls_->stapler()->now();
  // HTTP without TLS lets a machine in between replay what was said before a revocation.
  if (!stapled || !stapled->answer.holds(now) ||
      stapled->answer.this_update <= response.answer.this_update)
    tls_->stapler()->take(std::move(response));
  patience_ = first_patience;
  const tls::ocsp_answer& answer = stapled->answer;
  const auto left = std::chrono::duration_cast<seconds>(answer.next_update - now);
  const auto rest = std::clamp(left / 2, shortest_rest, longest_rest);
  ask_after(rest);
  log_(answer.is_revoked() ? severity::error : severity::info,
       answer.is_revoked() ? "The CA says that the server's certificate was revoked"
                           : "The OCSP responder has answered",
       {{"status", answer.status},
        {"responder", url_of(*tls_->responder())},
        {"ends", tls::time_text(answer.next_update)},
        {"asks_again_in", fmt::format("{}s", rest.count())}});
}

void ocsp_fetcher::failed(const failure& why) {
  const auto& staple = tls_->stapler()->now();
  log_(severity::warning, "No new OCSP response about the server's certificate",
       {{"responder", url_of(*tls_->responder())},
        {"reason", why.message},
        {"staple_ends", staple ? tls::time_text(staple->answer.next_update) : "none"},
        {"next_try_in", fmt::format("{}s", patience_.count())}});
  ask_after(patience_);
  patience_ = std::min(patience_ * 2, max_patience);
}

} // namespace asio_chat
