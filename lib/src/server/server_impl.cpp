#include "server/server_impl.hpp"

#include "base/host_port.hpp"
#include "server/config_check.hpp"
#include "transport/memory_socket.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
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

/// To verify a certificate anew takes some tenths of a millisecond.
constexpr std::size_t max_judged = 4;

scheduler posting_to(asio::io_context& context) {
  return [&context](std::function<void()> task) { asio::post(context, std::move(task)); };
}

std::string to_string(const tcp::endpoint& e) {
  return host_port(e.address().to_string(), e.port());
}

/// On the handler's own executor, if it has one.
void complete(asio::io_context& context,
              const std::shared_ptr<asio::any_completion_handler<void(result<void>)>>& h,
              result<void> outcome) {
  const auto executor = asio::get_associated_executor(*h, context.get_executor());
  asio::dispatch(executor, [h, outcome]() mutable { std::move (*h)(std::move(outcome)); });
}

/// All addresses that a host has.
result<std::vector<tcp::endpoint>> look_up(asio::io_context& context, const std::string& host,
                                           std::uint16_t port) {
  if (host.empty()) {
    return fail(
        errc::bad_setting,
        "no host to listen on: name one, or 0.0.0.0 and :: for all addresses of this machine");
  }
  error_code e;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, e);
  if (e) return failure{e, fmt::format("cannot listen on {}: {}", host, e.message())};
  std::vector<tcp::endpoint> all;
  for (const auto& one : found)
    if (std::ranges::find(all, one.endpoint()) == all.end()) all.push_back(one.endpoint());
  return all;
}

} // namespace

server::impl::impl(asio::io_context& context, server_config config)
    : context_(context)
    , config_(checked(std::move(config)))
    , log_(config_.log)
    , watch_([this](std::string_view what, work_watch::duration cpu) {
      log_(severity::warning, "Slow task: all clients had to wait for it",
           {{"what", std::string(what)},
            {"ms", fmt::format("{:.1f}", std::chrono::duration<double, std::milli>(cpu).count())}});
    })
    , tls_(std::make_shared<tls_keeper>(context, clock_, log_, [this] { trust_has_changed(); }))
    , storage_(open_storage(posting_to(context), config_, clock_, log_, &watch_))
    , hub_({*storage_.logs, clock_, config_.limits, posting_to(context), config_.default_room,
            message_log(), storage_.names, config_.join_history, &watch_})
    , refusals_(log_, clock_)
    , house_{config_, hub_, encoders_, log_, refusals_, tls_->now(), &watch_}
    , reactor_(context, clock_,
               {config_.limits.handshake_time, config_.limits.login_time, config_.limits.idle_time,
                config_.limits.stall_time / 2, // a session looks twice
                config_.limits.close_time},
               config_.limits.sleep_time, &watch_)
    , drain_(context) {
  if (!config_.tls.certificate_file.empty()) {
    tls_->change(config_.tls).value();
  }
  reactor_.start([this] {
    refusals_.visit();
    tls_->visit();
    watch_clock();
  });
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
  judge_some(nullptr); // while it was wrong a certificate may have ended, or may have seemed good
}

std::function<void(const entry&)> server::impl::message_log() const {
  if (!config_.log_messages) return {};
  return [this](const entry& e) {
    log_(severity::info, "Message",
         {{"room", e.room},
          {"from", e.from},
          {"offset", std::to_string(e.at.offset)},
          {"text", e.text}});
  };
}

result<tcp::endpoint> server::impl::listen(const std::string& host, std::uint16_t port) {
  if (!tls_->now()) {
    return fail(errc::bad_certificate_file,
                "a server without a certificate cannot listen; set tls.certificate_file");
  }
  const auto wanted = look_up(context_, host, port);
  if (!wanted) return wanted.error();
  const auto bound = open(*wanted, [this](transport::tcp_socket socket) {
    return transport::make_tls_stream(std::move(socket), tls_->now()->ssl(),
                                      transport::stream::side::server);
  });
  if (!bound) return bound.error();
  for (const tcp::endpoint& at : *bound)
    log_(severity::info, fmt::format("Server listening on {}", to_string(at)));
  return bound->front();
}

result<tcp::endpoint> server::impl::listen_insecure_plaintext(const std::string& host,
                                                              std::uint16_t port) {
  if (config_.tls.clients != client_certificates::none) {
    return fail(errc::bad_setting,
                "cannot listen without TLS while clients are asked for certificates");
  }
  const auto wanted = look_up(context_, host, port);
  if (!wanted) return wanted.error();
  for (const tcp::endpoint& at : *wanted) {
    if (at.address().is_loopback()) continue;
    return fail(errc::bad_setting, fmt::format("cannot listen on {} without TLS: it is not a "
                                               "loopback address such as 127.0.0.1 or ::1",
                                               to_string(at)));
  }
  const auto bound = open(*wanted, transport::make_insecure_plain_stream);
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
  std::vector<tcp::endpoint> all;
  for (const auto& one : listeners_)
    all.push_back(one->address());
  return all;
}

result<std::vector<tcp::endpoint>> server::impl::open(const std::vector<tcp::endpoint>& at,
                                                      stream_maker make_stream) {
  const auto opened = net::listener::open_all(
      context_, log_,
      [this, make_stream = std::move(make_stream)](transport::tcp_socket socket,
                                                   const tcp::endpoint& from) {
        if (!is_full(socket)) {
          error_code ignored; // a connection that is gone already says so at the first read
          socket.set_option(tcp::no_delay(true), ignored);
          begin(make_stream(std::move(socket)), to_string(from), from.port());
        }
      },
      at, config_.backlog);
  if (!opened) return opened.error();
  std::vector<tcp::endpoint> bound;
  for (const auto& one : *opened) {
    one->start();
    listeners_.push_back(one);
    bound.push_back(one->address());
  }
  return bound;
}

bool server::impl::is_full(transport::tcp_socket& next) {
  std::string_view why;
  if (sessions_.size() >= config_.limits.connections) {
    why = "the limit is reached";
  } else if (net::is_in_reserve(next.native_handle())) {
    why = "the last file descriptors of this process are reserved for the history";
  }
  // One record for the whole time that the server is full.
  const bool full = !why.empty();
  if (full && !std::exchange(full_, true)) {
    log_(severity::warning, fmt::format("Refusing connections: {}", why),
         {{"connections", std::to_string(sessions_.size())}});
  }
  full_ = full;
  return full;
}

memory_transport server::impl::connect_in_memory() {
  auto [ours, theirs] = detail::memory_socket::make_pair(context_);
  begin(transport::make_memory_stream(std::move(ours)), "memory", 0);
  return memory_transport(std::move(theirs));
}

result<void> server::impl::reload_tls(const tls_server_config& config) {
  if (auto changed = tls_->change(config); !changed) return changed;
  trust_has_changed();
  return {};
}

void server::impl::reload_tls_later(tls_server_config config, reload_handler handler) {
  auto shared = std::make_shared<reload_handler>(std::move(handler));
  tls_->change_later(std::move(config),
                     [self = weak_from_this(), h = std::move(shared)](result<void> changed) {
                       const auto alive = self.lock();
                       if (!alive) return;
                       if (changed) alive->trust_has_changed();
                       complete(alive->context_, h, std::move(changed));
                     });
}

void server::impl::trust_has_changed() {
  log_(severity::info, "Loaded certificates, trusted CAs and revocations",
       {{"blocked", std::to_string(tls_->now()->blocked())}});
  judge_some(nullptr);
}

void server::impl::judge_some(net::session* after) {
  const work_watch::piece some(&watch_, "look at clients' certificates");
  auto next = after ? sessions_.upper_bound(after) : sessions_.begin();
  for (std::size_t n = 0; n < max_judged && next != sessions_.end(); ++n) {
    after = next->first;
    next++->second->judge();
  }
  if (next == sessions_.end()) return;
  asio::post(context_, [self = weak_from_this(), after] {
    if (const auto alive = self.lock()) alive->judge_some(after);
  });
}

result<void> server::impl::check_directory(const storage_config& config) const {
  if (config.directory == config_.storage.directory) return {};
  return fail(errc::bad_setting, "storage.directory cannot be changed while the server runs");
}

result<void> server::impl::reload_storage(const storage_config& config) {
  if (auto same = check_directory(config); !same) return same;
  return storage_.take_master_keys ? storage_.take_master_keys(config.master_keys) : result<void>();
}

void server::impl::reload_storage_later(storage_config config, reload_handler handler) {
  const auto h = std::make_shared<reload_handler>(std::move(handler));
  // The context runs until it is answered, though nothing else may be left to do.
  const auto answer = [self = weak_from_this(), h,
                       work = asio::make_work_guard(context_)](result<void> changed) {
    if (const auto alive = self.lock()) complete(alive->context_, h, std::move(changed));
  };
  auto same = check_directory(config);
  if (!storage_.take_master_keys_later)
    return asio::post(context_, [answer, outcome = std::move(same)] { answer(outcome); });
  using keys = result<std::vector<std::string>>;
  storage_.take_master_keys_later(
      same ? keys(std::move(config.master_keys)) : keys(std::move(same.error())), answer);
}

void server::impl::begin(std::unique_ptr<transport::stream> stream, std::string address,
                         std::uint16_t port) {
  ++accepted_;
  net::session_keeper& keeper = *this;
  const boost::intrusive_ptr<net::session> s(
      new net::session(std::move(stream), reactor_, house_, keeper, std::move(address), port));
  sessions_.emplace(s.get(), s);
  s->start();
}

void server::impl::ended(net::session& s) {
  sessions_.erase(&s);
  if (sessions_.empty() && !stopping_.empty()) complete_stop();
}

server_stats server::impl::stats() const {
  return {accepted_,
          sessions_.size(),
          reactor_.dormitory().asleep(),
          hub_.member_count(),
          hub_.entries(),
          hub_.deliveries(),
          reactor_.bytes_written(),
          tls_->now() ? std::optional(tls_->now()->certificate_ends()) : std::nullopt};
}

void server::impl::stop(stop_handler handler) {
  stopping_.push_back(std::move(handler));
  if (stopping_.size() > 1) return;
  for (const auto& l : listeners_)
    l->close();
  listeners_.clear();
  for (const auto& [key, s] : sessions_) {
    s->quit({close_code::server_stopping, "the server is going down"});
  }
  if (sessions_.empty()) return complete_stop();
  drain_.expires_after(config_.limits.drain_time);
  drain_.async_wait([self = weak_from_this()](const error_code& e) {
    const auto alive = self.lock();
    if (!e && alive) alive->cut_off_all();
  });
}

void server::impl::complete_stop() {
  drain_.cancel();
  reactor_.stop();
  refusals_.finish();
  tls_->stop();
  for (stop_handler& h : std::exchange(stopping_, {})) {
    const auto executor = asio::get_associated_executor(h, context_.get_executor());
    asio::post(context_, [h = std::move(h), executor]() mutable {
      asio::dispatch(executor, [h = std::move(h)]() mutable { std::move(h)(error_code()); });
    });
  }
}

void server::impl::cut_off_all() {
  while (!sessions_.empty()) {
    const auto s = sessions_.begin()->second;
    s->cut_off({close_code::server_stopping, "the server is going down"});
  }
}

void server::impl::end() {
  for (const auto& l : listeners_)
    l->close();
  listeners_.clear();
  cut_off_all();
  reactor_.stop();
  refusals_.finish();
  tls_->stop();
  drain_.cancel();
}

} // namespace asio_chat
