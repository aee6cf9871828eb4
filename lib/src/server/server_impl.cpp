#include "server/server_impl.hpp"

#include "base/host_port.hpp"
#include "server/config_check.hpp"
#include "server/password_worker.hpp"
#include "transport/loop_time.hpp"
#include "transport/memory_socket.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace asio_chat {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// A client that is not told the idle time, or does not know that it could be, pings once a minute.
constexpr auto min_idle_time = std::chrono::minutes(1);

failure cancelled() {
  return {asio::error::operation_aborted, "the operation was cancelled"};
}

failure stopping() {
  return fail(errc::server_stopping, "the server is stopping");
}

/// Whether the operation may end although it has an effect all the same.
bool may_have_effects(asio::cancellation_type type) {
  using enum asio::cancellation_type;
  return (type & (terminal | partial)) != none;
}

/// For what is stored in a std::function, which wants to be copied. What is cancelled completes; it
/// is carried out all the same.
auto waiting(asio::io_context& context, asio::any_completion_handler<void(result<void>)> handler) {
  using completion = transport::completion<result<void>>;
  auto slot = handler.get_cancellation_slot();
  auto made = std::make_shared<completion>(context.get_executor(), std::move(handler));
  if (slot.is_connected()) {
    slot.assign([weak = std::weak_ptr<completion>(made)](asio::cancellation_type type) {
      const auto one = weak.lock();
      if (one && *one && may_have_effects(type)) (*one)(cancelled());
    });
  }
  return made;
}

scheduler posting_to(asio::io_context& context) {
  return [&context](std::function<void()> task) { asio::post(context, std::move(task)); };
}

std::unique_ptr<transport::stream> make_tls_stream(transport::tcp_socket socket,
                                                   const tls_keeper& tls) {
  return transport::make_tls_stream(std::move(socket), tls.now()->ssl(),
                                    transport::stream::side::server);
}

std::unique_ptr<transport::stream> make_plain_stream(transport::tcp_socket socket,
                                                     const tls_keeper&) {
  return transport::make_insecure_plain_stream(std::move(socket));
}

std::string to_string(const tcp::endpoint& e) {
  return host_port(e.address().to_string(), e.port());
}

} // namespace

server::impl::impl(asio::io_context& context, server_config config, server_parts parts)
    : context_(context)
    , config_(checked(std::move(config)))
    , log_(config_.log)
    , clock_(transport::time_of(context))
    , watch_([this](std::string_view what, work_watch::duration cpu) {
      log_(severity::warning, "Slow task: all clients had to wait for it",
           {{"what", std::string(what)},
            {"ms", fmt::format("{:.1f}", std::chrono::duration<double, std::milli>(cpu).count())}});
    })
    , hooks_(checked(std::move(parts.hooks)))
    , hook_runner_(std::make_shared<hook_runner>(clock_, log_, hooks_.answer_time))
    , tls_(std::make_shared<tls_keeper>(context, clock_, log_, [this] { trust_has_changed(); }))
    , storage_(open_storage(posting_to(context), config_, clock_, log_, &watch_))
    , passwords_(keeps_accounts(parts)
                     ? make_password_worker(posting_to(context), config_.people.password_memory)
                     : nullptr)
    , hub_({*storage_.logs, clock_, config_.limits, counters_, posting_to(context),
            config_.default_room, message_log(), storage_.names, config_.join_history, &watch_,
            ask_about_posts(), storage_.people, passwords_.get(), config_.people.registration,
            config_.people.guests || !passwords_, [this] { return admission_.describe(); }})
    , authenticator_(make_authenticator(parts))
    , protocols_(parts.protocols)
    , refusals_(log_, clock_, counters_)
    , admission_(config_.admission, clock_, counters_, net::random_chance())
    , shared_{config_,   hub_,      *authenticator_, protocols_, log_,
              counters_, refusals_, tls_->now(),     &watch_,    &admission_}
    , reactor_(context, clock_,
               {config_.limits.handshake_time, config_.limits.login_time, config_.limits.idle_time,
                config_.limits.stall_time / 2, // a session looks twice
                config_.limits.close_time},
               config_.limits.sleep_time, &watch_)
    , listening_(context, log_, config_.backlog)
    , sessions_(std::make_shared<session_set>(context, config_.limits, log_, reactor_, shared_,
                                              &watch_)) {
  if (!config_.tls.certificate_file.empty()) {
    tls_->change(config_.tls).value();
  }
  reactor_.start([this] {
    refusals_.visit();
    tls_->visit();
    watch_clock();
  });
  if (config_.rates.when == rate_limits::use::always) hub_.limit_rates(config_.rates, clock_);
  const auto idle = config_.limits.idle_time;
  if (idle.count() > 0 && idle < min_idle_time) {
    log_(severity::warning,
         "The idle timeout is below a minute: clients that ping once a minute, and clients of the "
         "text protocol, are disconnected again and again while they only read",
         {{"idle_time_ms", std::to_string(idle.count())}});
  }
}

void server::impl::watch_clock() {
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

std::function<void(const entry&)> server::impl::message_log() const {
  if (!config_.log_messages) return {};
  return [this](const entry& e) { log_message(e); };
}

void server::impl::log_message(const entry& e) const {
  log_(severity::info, "Message",
       {{"room", e.room},
        {"from", e.from},
        {"offset", std::to_string(e.at.offset)},
        {"text", e.text}});
}

result<void> server::impl::check_can_listen() const {
  if (stopped_) return stopping();
  if (tls_->now()) return {};
  return fail(errc::bad_certificate_file,
              "a server without a certificate cannot listen; set tls.certificate_file");
}

result<tcp::endpoint> server::impl::listen(const std::string& host, std::uint16_t port) {
  if (auto can = check_can_listen(); !can) return can.error();
  const auto wanted = listening_.look_up(host, port);
  return wanted ? listen_at(*wanted) : wanted.error();
}

void server::impl::listen_later(std::string host, std::uint16_t port, listen_handler handler) {
  auto slot = handler.get_cancellation_slot();
  using completion = transport::completion<result<tcp::endpoint>>;
  auto complete = std::make_shared<completion>(context_.get_executor(), std::move(handler));
  if (auto can = check_can_listen(); !can) return (*complete)(can.error());
  const auto looking_up = listening_.look_up_later(
      host, port,
      [self = weak_from_this(), complete](const result<listening_set::endpoints>& wanted) {
        const auto alive = self.lock();
        if (!*complete) return; // cancelled
        if (!wanted) return (*complete)(wanted.error());
        if (!alive) return (*complete)(cancelled());
        if (auto can = alive->check_can_listen(); !can) return (*complete)(can.error());
        (*complete)(alive->listen_at(*wanted));
      });
  if (!slot.is_connected()) return;
  slot.assign([weak = std::weak_ptr<completion>(complete), looking_up](asio::cancellation_type) {
    const auto one = weak.lock();
    if (!one || !*one) return;
    looking_up();
    (*one)(cancelled());
  });
}

result<tcp::endpoint> server::impl::listen_at(const listening_set::endpoints& wanted) {
  const auto bound =
      listening_.open(wanted, [this](transport::tcp_socket socket, const tcp::endpoint& from) {
        begin(std::move(socket), from, make_tls_stream);
      });
  if (!bound) return bound.error();
  limit_rates_beyond_loopback(*bound);
  for (const tcp::endpoint& at : *bound)
    log_(severity::info, fmt::format("Server listening on {}", to_string(at)));
  return bound->front();
}

void server::impl::limit_rates_beyond_loopback(const std::vector<tcp::endpoint>& at) {
  const bool all_here =
      std::ranges::all_of(at, [](const tcp::endpoint& e) { return net::is_loopback(e.address()); });
  if (all_here || hub_.rates() || config_.rates.when != rate_limits::use::automatic) return;
  hub_.limit_rates(config_.rates, clock_);
}

result<tcp::endpoint> server::impl::listen_insecure_plaintext(const std::string& host,
                                                              std::uint16_t port) {
  if (stopped_) return stopping();
  if (config_.tls.clients != client_certificates::none) {
    return fail(errc::bad_setting,
                "cannot listen without TLS while clients are asked for certificates");
  }
  const auto wanted = listening_.look_up(host, port);
  if (!wanted) return wanted.error();
  for (const tcp::endpoint& at : *wanted) {
    if (at.address().is_loopback()) continue;
    return fail(errc::bad_setting, fmt::format("cannot listen on {} without TLS: it is not a "
                                               "loopback address such as 127.0.0.1 or ::1",
                                               to_string(at)));
  }
  const auto bound =
      listening_.open(*wanted, [this](transport::tcp_socket socket, const tcp::endpoint& from) {
        begin(std::move(socket), from, make_plain_stream);
      });
  if (!bound) return bound.error();
  for (const tcp::endpoint& at : *bound) {
    log_(severity::warning,
         fmt::format("Insecure: listening on {} without TLS, for demonstrations only; everyone "
                     "who can capture packets on this machine reads it, the passphrase too",
                     to_string(at)));
  }
  return bound->front();
}

std::vector<tcp::endpoint> server::impl::listening_on() const {
  return listening_.addresses();
}

void server::impl::begin(transport::tcp_socket socket, const tcp::endpoint& from,
                         stream_maker make_stream) {
  if (sessions_->is_full(socket.native_handle())) return;
  if (const auto why = admission_.knock(from.address()); why != net::refused_for::nothing)
    return refusals_.add(net::refusal::turned_away, to_string(from), std::string(phrase_of(why)));
  error_code ignored; // a connection that is gone already says so at the first read
  socket.set_option(tcp::no_delay(true), ignored);
  sessions_->begin(make_stream(std::move(socket), *tls_), &from);
}

result<void> server::impl::accept(tcp::socket socket) {
  if (!tls_->now()) {
    return fail(errc::bad_certificate_file,
                "a server without a certificate cannot accept; set tls.certificate_file");
  }
  error_code e;
  const tcp::endpoint from = socket.remote_endpoint(e);
  if (e) return failure{e, fmt::format("the socket is not connected: {}", e.message())};
  if (stopped_) return {}; // closed, as one that came a moment later
  const tcp::socket::native_handle_type handle = socket.release(e);
  if (e) return failure{e, fmt::format("the socket cannot be taken over: {}", e.message())};
  begin(transport::tcp_socket(context_.get_executor(), from.protocol(), handle), from,
        make_tls_stream);
  return {};
}

memory_transport server::impl::connect_in_memory() {
  auto [ours, theirs] = detail::memory_socket::make_pair(context_.get_executor());
  constexpr int no_descriptor = -1;
  if (stopped_ || sessions_->is_full(no_descriptor)) return memory_transport(std::move(theirs));
  sessions_->begin(transport::make_memory_stream(std::move(ours)), nullptr);
  return memory_transport(std::move(theirs));
}

result<void> server::impl::reload_tls(const tls_server_config& config) {
  if (stopped_) return stopping();
  if (auto changed = tls_->change(config); !changed) return changed;
  trust_has_changed();
  return {};
}

void server::impl::reload_tls_later(tls_server_config config, reload_handler handler) {
  tls_->change_later(std::move(config),
                     [self = weak_from_this(),
                      complete = waiting(context_, std::move(handler))](result<void> changed) {
                       const auto alive = self.lock();
                       if (!alive) return;
                       if (changed) alive->trust_has_changed();
                       if (*complete) (*complete)(std::move(changed));
                     });
}

void server::impl::trust_has_changed() {
  log_(severity::info, "Loaded certificates, trusted CAs and revocations",
       {{"blocked", std::to_string(tls_->now()->blocked())}});
  sessions_->judge_all();
}

result<void> server::impl::check_directory(const storage_config& config) const {
  if (stopped_) return stopping();
  if (config.directory == config_.storage.directory) return {};
  return fail(errc::bad_setting, "storage.directory cannot be changed while the server runs");
}

result<void> server::impl::reload_storage(const storage_config& config) {
  if (auto same = check_directory(config); !same) return same;
  return storage_.take_master_keys ? storage_.take_master_keys(config.master_keys) : result<void>();
}

void server::impl::reload_storage_later(storage_config config, reload_handler handler) {
  // The context runs until it is answered, though nothing else may be left to do.
  const auto answer = [self = weak_from_this(), complete = waiting(context_, std::move(handler)),
                       work = asio::make_work_guard(context_)](result<void> changed) {
    const auto alive = self.lock();
    if (alive && *complete) (*complete)(std::move(changed));
  };
  auto same = check_directory(config);
  if (!storage_.take_master_keys_later) return answer(std::move(same));
  using keys = result<std::vector<std::string>>;
  storage_.take_master_keys_later(same ? keys(std::move(config.master_keys)) : keys(same.error()),
                                  answer);
}

server_stats server::impl::stats() const {
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

void server::impl::stop(stop_handler handler) {
  const auto number = ++stops_;
  if (auto slot = handler.get_cancellation_slot(); slot.is_connected()) {
    slot.assign([weak = weak_from_this(), number](asio::cancellation_type type) {
      if (const auto self = weak.lock()) self->cancel_stop(number, type);
    });
  }
  stopping_.push_back({number, {context_.get_executor(), std::move(handler)}});
  if (std::exchange(stopped_, true)) {
    if (drained_) complete_stop();
    return;
  }
  listening_.close();
  sessions_->drain([this] { complete_stop(); });
}

void server::impl::cancel_stop(std::uint64_t number, asio::cancellation_type type) {
  const auto found = std::ranges::find(stopping_, number, &waiting_stop::number);
  if (found == stopping_.end() || !may_have_effects(type)) return;
  auto complete = std::move(found->complete);
  stopping_.erase(found);
  complete(asio::error::operation_aborted);
  if ((type & asio::cancellation_type::terminal) != asio::cancellation_type::none)
    asio::post(context_, [sessions = sessions_] { sessions->cut_off_all(); });
}

void server::impl::stop_parts() {
  reactor_.stop();
  hook_runner_->stop();
  refusals_.finish();
  tls_->stop();
}

void server::impl::complete_stop() {
  if (!std::exchange(drained_, true)) {
    stop_parts();
    for_each_watch([](log_watch::impl& w) { w.last(); });
  }
  for (waiting_stop& one : std::exchange(stopping_, {}))
    one.complete(error_code());
}

void server::impl::end() {
  listening_.close();
  sessions_->cut_off_all();
  stop_parts();
  for_each_watch([](log_watch::impl& w) { w.end(); });
}

} // namespace asio_chat
