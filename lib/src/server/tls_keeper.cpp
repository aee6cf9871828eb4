#include "server/tls_keeper.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace asio = boost::asio;

namespace {

using std::chrono::seconds;

constexpr auto look_interval = std::chrono::hours(1);
constexpr seconds min_wait{1};
constexpr seconds max_wait = std::chrono::hours(1);

} // namespace

result<void> tls_keeper::change(const tls_server_config& config) {
  auto made = tls::server_context::make(config, now_.get(), wall_now());
  if (!made) return made.error();
  ++changes_;
  take(*std::move(made), config);
  return {};
}

void tls_keeper::take(context_ptr made, const tls_server_config& config) {
  if (!now_) next_look_ = clock_.now() + look_interval;
  now_ = std::move(made);
  if (!stopped_) fetcher_->follow(now_);
  waiting_.reset();
  if (!now_->kept().empty()) waiting_ = config;
  tell_kept();
  for (const std::string& ca : now_->lists_without_ca())
    log_(severity::warning,
         "Ignoring a revocation list: the CA that issued a trusted certificate is not among the "
         "client CAs",
         {{"of", ca}});
  look();
  retry_later();
}

void tls_keeper::change_later(tls_server_config config, std::function<void(result<void>)> done) {
  wanted_change one{std::move(config), std::move(done), changes_};
  if (stopped_) return refuse(std::move(one));
  wanted_.push_back(std::move(one));
  if (wanted_.size() == 1) read_next();
}

void tls_keeper::read_next() {
  if (!reader_) reader_.emplace(1);
  fetcher_->stop(); // it would change the staple that is looked at there
  auto read = [self = weak_from_this(), config = wanted_.front().config, before = now_,
               now = wall_now(), work = asio::make_work_guard(executor_)] {
    asio::post(work.get_executor(),
               [self, made = tls::server_context::make(config, before.get(), now)]() mutable {
                 if (const auto alive = self.lock()) alive->have_read(std::move(made));
               });
  };
  asio::post(*reader_, std::move(read));
}

void tls_keeper::have_read(result<context_ptr> made) {
  if (stopped_) return;
  const wanted_change wanted = std::move(wanted_.front());
  wanted_.pop_front();
  const bool overtaken = wanted.changes != changes_; // by a `change`: what it took is newer
  if (made && !overtaken) {
    take(*std::move(made), wanted.config);
  } else if (now_) {
    fetcher_->follow(now_);
  }
  const bool more = !wanted_.empty();
  // Before the next one is read: it must not be answered before this one, whose handler may be the
  // server's end.
  wanted.done(made ? result<void>() : made.error());
  if (stopped_) return;
  if (more) return read_next();
  if (!wanted_.empty()) return; // the handler wants one more, which is being read
  reader_.reset();
  retry_later();
}

void tls_keeper::refuse(wanted_change one) {
  asio::post(executor_, [done = std::move(one.done)] {
    done(fail(errc::server_stopping, "the server is stopping"));
  });
}

void tls_keeper::look() const {
  const auto now = wall_now();
  for (const auto& one : now_->expirations(now)) {
    const auto warn = [&](std::string_view problem, std::string_view when,
                          std::chrono::sys_seconds time) {
      log_(severity::warning, fmt::format("{} {}", one.what, problem),
           {{when, tls::time_text(time)}, {"of", one.of}});
    };
    if (one.time.begins > now) {
      warn("is not valid yet", "begins", one.time.begins);
    } else if (one.time.ends - now <= one.notice) {
      warn(one.time.ends <= now ? "has expired" : "expires soon", "ends", one.time.ends);
    }
  }
  const tls::ocsp_stapler* stapler = now_->stapler();
  if (stapler && stapler->now() && stapler->now()->answer.is_revoked())
    log_(severity::error, "The CA says that the server's certificate was revoked");
}

void tls_keeper::tell_kept() const {
  for (const tls::kept_part& part : now_->kept()) {
    const bool not_yet = part.fresh.begins > wall_now();
    log_(severity::warning,
         fmt::format("{} that was read {}; keeping the previous one", part.what,
                     not_yet ? "is not valid yet" : "has expired"),
         {{"of", part.of},
          {not_yet ? "begins" : "ended",
           tls::time_text(not_yet ? part.fresh.begins : part.fresh.ends)},
          {"before_ends", tls::time_text(part.before.ends)},
          {"next_try_in", fmt::format("{}s", retry_after()->count())}});
  }
}

std::optional<seconds> tls_keeper::retry_after() const {
  if (!waiting_) return std::nullopt;
  const auto now = wall_now();
  seconds wait = max_wait;
  for (const tls::kept_part& part : now_->kept())
    if (part.fresh.begins > now)
      wait = std::min(wait, std::chrono::ceil<seconds>(part.fresh.begins - now));
  return std::max(wait, min_wait);
}

void tls_keeper::visit() {
  if (!now_ || stopped_) return;
  if (clock_.now() >= next_look_) {
    next_look_ = clock_.now() + look_interval;
    look();
    now_->forget_tickets();
  }
  // What is being read waits again, where that is still necessary.
  if (!waiting_ || !wanted_.empty() || clock_.now() < next_try_) return;
  change_later(*waiting_, [self = weak_from_this()](const result<void>& changed) {
    if (const auto alive = self.lock()) alive->retried(changed);
  });
}

void tls_keeper::retried(const result<void>& changed) {
  if (changed) return taken_later_();
  if (stopped_) return;
  log_(severity::error, "Reload failed; keeping the previous configuration",
       {{"cause", "some had to wait"}, {"reason", changed.error().message}});
}

void tls_keeper::retry_later() {
  if (const auto wait = retry_after()) next_try_ = clock_.now() + *wait;
}

void tls_keeper::stop() {
  stopped_ = true;
  reader_.reset(); // waits for what is being read
  for (wanted_change& one : std::exchange(wanted_, {}))
    refuse(std::move(one));
  fetcher_->stop();
}

} // namespace asio_chat
