#include "server/server_impl.hpp"

#include "server/config_check.hpp"
#include "server/password_worker.hpp"
#include "tls/server_setup.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace asio_chat::detail {

namespace asio = boost::asio;

namespace {

// A client that is not told the idle time, or does not know that it could be, pings once a minute.
constexpr auto min_idle_time = std::chrono::minutes(1);

scheduler posting_to(const asio::any_io_executor& executor) {
  return [executor](std::function<void()> task) { asio::post(executor, std::move(task)); };
}

} // namespace

server_base::impl::impl(const asio::any_io_executor& executor, server_config config,
                        server_parts parts, place_function place)
    : config_(checked(std::move(config)))
    , hooks_(checked(std::move(parts.hooks), config_))
    , owner_(executor)
    , loop_(executor, hooks_.time)
    , calls_(std::move(place))
    , log_(config_.log)
    , watch_([this](std::string_view what, work_watch::duration cpu) {
      log_(severity::warning, "Slow task: all clients had to wait for it",
           {{"what", std::string(what)},
            {"ms", fmt::format("{:.1f}", std::chrono::duration<double, std::milli>(cpu).count())}});
    })
    , hook_runner_(std::make_shared<hook_runner>(clock_, log_, hooks_.answer_time))
    , tls_(std::make_shared<tls_keeper>(loop_, clock_, log_, [this] { trust_has_changed(); }))
    , storage_(open_storage(posting_to(executor), config_, hooks_.journal, clock_, log_, &watch_))
    , passwords_(
          keeps_accounts(parts)
              ? make_password_worker(posting_to(executor), config_.people.password_memory, clock_)
              : nullptr)
    , secrets_(storage_.people)
    , hub_({.log = *storage_.logs,
            .time = clock_,
            .limits = config_.limits,
            .counters = counters_,
            .later = posting_to(executor),
            .default_room = config_.default_room,
            .on_entry = message_log(),
            .names = storage_.names,
            .join_history = config_.join_history,
            .watch = &watch_,
            .on_post = ask_about_posts(),
            .people = storage_.people,
            .passwords = passwords_.get(),
            .registration = config_.people.registration != registration_use::closed,
            .guests = config_.people.guests || !passwords_,
            .admission = [this] { return admission_.describe(); },
            .on_wrong_password = login_log(),
            .factor = config_.people.factor.get(),
            .needs_factor = config_.people.second_factor,
            .needs_invitation = config_.people.registration == registration_use::invited,
            .on_wrong_key = key_log(),
            .secrets = &secrets_})
    , authenticator_(make_authenticator(parts))
    , protocols_(parts.protocols)
    , refusals_(log_, clock_, counters_, [this](std::string what) { hub_.alarm(std::move(what)); })
    , admission_(hub_.limiter().now().admission, clock_, counters_,
                 hooks_.random ? hooks_.random : net::random_chance())
    , shared_{config_,   hub_,      *authenticator_, protocols_, log_,
              counters_, refusals_, tls_->now(),     &watch_,    &admission_}
    , reactor_(executor, clock_,
               {config_.limits.handshake_time, config_.limits.login_time, config_.limits.idle_time,
                config_.limits.stall_time / 2, // a session looks twice
                config_.limits.close_time},
               config_.limits.sleep_time, &watch_)
    , listening_(loop_, log_, config_.backlog)
    , proxies_(std::make_shared<net::proxy_gate>(
          loop_, net::read_proxies(config_.proxy_from).value(), config_.limits.proxy_time,
          [this](const std::string& proxy, std::string_view why) {
            ++counters_.refused_proxies;
            refusals_.add(net::refusal::turned_away, proxy, std::string(why));
          }))
    , handshakes_(std::make_shared<transport::turn_queue>(executor))
    , sessions_(
          std::make_shared<session_set>(loop_, config_.limits, log_, reactor_, shared_, &watch_))
    , reloads_(std::make_shared<waiting_results<void>>(owner_))
    , posts_(std::make_shared<waiting_results<position>>(owner_))
    , pages_(std::make_shared<waiting_results<history_page>>(owner_)) {
  if (tls::has_certificate(config_.tls)) tls_->change(config_.tls).value();
  reactor_.start([this] {
    calls_.on_executor();
    refusals_.visit();
    tls_->visit();
    watch_clock();
  });
  begin_limits();
  const auto idle = config_.limits.idle_time;
  if (idle.count() > 0 && idle < min_idle_time) {
    log_(severity::warning,
         "The idle timeout is below a minute: clients that ping once a minute, and clients of the "
         "text protocol, are disconnected again and again while they only read",
         {{"idle_time_ms", std::to_string(idle.count())}});
  }
}

void server_base::impl::begin_limits() {
  hub_.limit({config_.rates, config_.abuse, config_.admission}, clock_, false);
  for (const auto& [name, set] : hub_.people().limits()) {
    const run_time_limit* row = find_run_time_limit(name);
    const std::string configured = row ? row->show(hub_.limiter().configured()) : "unknown";
    log_(severity::info,
         fmt::format("{} is {}, as {} has set it by /limits; the configuration has {}", name,
                     row ? row->show(hub_.limiter().now()) : set.value, set.by, configured));
  }
}

void server_base::impl::watch_clock() {
  const auto jump = clock_watch_.look();
  if (!jump) return;
  const auto seconds = std::chrono::round<std::chrono::seconds>(std::chrono::abs(*jump));
  log_(severity::warning,
       fmt::format(
           "The system clock jumped {}: messages get the new time, timeouts are not affected",
           *jump > std::chrono::milliseconds(0) ? "ahead" : "back"),
       {{"seconds", std::to_string(seconds.count())}});
  sessions_
      ->judge_all(); // while it was wrong a certificate may have ended, or may have seemed good
}

std::function<void(const entry&)> server_base::impl::message_log() const {
  if (!config_.log_messages) return {};
  return [this](const entry& e) { log_message(e); };
}

void server_base::impl::log_message(const entry& e) const {
  log_(severity::info, "Message",
       {{"room", e.room},
        {"from", e.from},
        {"offset", std::to_string(e.at.offset)},
        {"text", e.text}});
}

result<void> server_base::impl::reload_tls(const tls_server_config& config) {
  if (stopped_) return server_is_stopping();
  if (auto changed = tls_->change(config); !changed) return changed;
  trust_has_changed();
  return {};
}

void server_base::impl::reload_tls_later(handler<result<void>> h, tls_server_config config) {
  const auto waiting = reloads_->add(std::move(h), cancelled_by::types_with_effects);
  tls_->change_later(std::move(config), [self = weak_from_this(), waiting](result<void> changed) {
    const auto alive = self.lock();
    if (!alive) return;
    if (changed) alive->trust_has_changed();
    alive->reloads_->complete(waiting, std::move(changed));
  });
}

void server_base::impl::trust_has_changed() {
  log_(severity::info, "Loaded certificates, trusted CAs and revocations",
       {{"blocked", std::to_string(tls_->now()->blocked())}});
  sessions_->judge_all();
}

result<void> server_base::impl::check_directory(const storage_config& config) const {
  if (stopped_) return server_is_stopping();
  if (config.directory == config_.storage.directory) return {};
  return fail(errc::bad_setting, "storage.directory cannot be changed while the server runs");
}

result<void> server_base::impl::reload_storage(const storage_config& config) {
  if (auto same = check_directory(config); !same) return same;
  return storage_.take_master_keys ? storage_.take_master_keys(config.master_keys) : result<void>();
}

void server_base::impl::reload_storage_later(handler<result<void>> h, storage_config config) {
  const auto waiting = reloads_->add(std::move(h), cancelled_by::types_with_effects);
  // The context runs until it is answered, though nothing else may be left to do.
  const auto answer = [self = weak_from_this(), waiting,
                       work = asio::make_work_guard(owner_.executor)](result<void> changed) {
    if (const auto alive = self.lock()) alive->reloads_->complete(waiting, std::move(changed));
  };
  auto same = check_directory(config);
  if (!storage_.take_master_keys_later) return answer(std::move(same));
  using keys = result<std::vector<std::string>>;
  storage_.take_master_keys_later(same ? keys(std::move(config.master_keys)) : keys(same.error()),
                                  answer);
}

server_stats server_base::impl::stats() const {
  return {counters_,
          sessions_->size(),
          reactor_.idle_tracker().asleep(),
          hub_.member_count(),
          tls_->now() ? std::optional(tls_->now()->certificate_ends()) : std::nullopt,
          admission_.strangers(),
          admission_.handshakes(),
          admission_.penalised().refused_hosts(),
          storage_.logs->head()};
}

void server_base::impl::stop(handler<error_code> h) {
  const auto number = ++stops_;
  if (auto slot = h.get_cancellation_slot(); slot.is_connected()) {
    slot.assign([weak = weak_from_this(), executor = owner_.executor,
                 number](asio::cancellation_type type) {
      asio::dispatch(executor, [weak, number, type] {
        if (const auto self = weak.lock()) self->cancel_stop(number, type);
      });
    });
  }
  stopping_.push_back({number, {owner_, std::move(h)}});
  if (std::exchange(stopped_, true)) {
    if (drained_) complete_stop();
    return;
  }
  listening_.close();
  sessions_->drain([this] { complete_stop(); });
}

void server_base::impl::cancel_stop(std::uint64_t number, asio::cancellation_type type) {
  const auto found = std::ranges::find(stopping_, number, &waiting_stop::number);
  if (found == stopping_.end() || !may_have_effects(type)) return;
  auto complete = std::move(found->complete);
  stopping_.erase(found);
  complete(asio::error::operation_aborted);
  if ((type & asio::cancellation_type::terminal) != asio::cancellation_type::none)
    asio::post(owner_.executor, [sessions = sessions_] { sessions->cut_off_all(); });
}

void server_base::impl::stop_parts() {
  proxies_->close();
  reactor_.stop();
  hub_.rest();
  hook_runner_->stop();
  refusals_.finish();
  tls_->stop();
}

void server_base::impl::complete_stop() {
  if (!std::exchange(drained_, true)) {
    stop_parts();
    for_each_watch([](log_watch_base::impl& w) { w.last(); });
  }
  for (waiting_stop& one : std::exchange(stopping_, {}))
    one.complete(error_code());
}

void server_base::impl::end() {
  listening_.close();
  for (waiting_stop& one : std::exchange(stopping_, {}))
    one.complete(asio::error::operation_aborted);
  sessions_->cut_off_all();
  stop_parts();
  reloads_->cancel_all();
  posts_->cancel_all();
  pages_->cancel_all();
  for_each_watch([](log_watch_base::impl& w) { w.end(); });
}

} // namespace asio_chat::detail
