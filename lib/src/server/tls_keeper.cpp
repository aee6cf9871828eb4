#include "server/tls_keeper.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

namespace asio_chat {

namespace {

constexpr auto look_interval = std::chrono::hours(1);

} // namespace

result<void> tls_keeper::change(const tls_server_config& config) {
  auto made = tls::server_context::make(config);
  if (!made) return made.error();
  if (now_) (*made)->inherit_staple(*now_);
  now_ = *std::move(made);
  fetcher_->follow(now_);
  look();
  return {};
}

void tls_keeper::look() const {
  const auto now = std::chrono::system_clock::now();
  for (const auto& term : now_->terms()) {
    if (term.ends - now > term.notice) continue;
    log_(severity::warning,
         fmt::format("{} {}", term.what, term.ends <= now ? "is out of date" : "ends soon"),
         {{"ends", tls::time_text(term.ends)}});
  }
  const tls::ocsp_stapler* stapler = now_->stapler();
  if (stapler && stapler->now() && stapler->now()->answer.is_revoked())
    log_(severity::error, "The CA says that the server's certificate was revoked");
}

void tls_keeper::start() {
  timer_.expires_after(look_interval);
  timer_.async_wait([self = weak_from_this()](const error_code& e) {
    const auto alive = self.lock();
    if (e || !alive || alive->stopped_) return;
    alive->look();
    alive->now_->forget_tickets();
    alive->start();
  });
}

void tls_keeper::stop() {
  stopped_ = true;
  timer_.cancel();
  fetcher_->stop();
}

} // namespace asio_chat
