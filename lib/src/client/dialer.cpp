#include "client/dialer.hpp"

#include "base/host_port.hpp"
#include "transport/connect_race.hpp"

#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/peer.hpp>
#include <asio_chat/tls/server_verifier.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio_chat::client_room {

namespace asio = boost::asio;

namespace {

using tls_context = std::shared_ptr<asio::ssl::context>;

/// Each step starts one operation and reports its outcome.
class tls_dialer final : public dialer {
 public:
  tls_dialer(const asio::any_io_executor& executor, std::shared_ptr<const client_config> config,
             tls_context tls)
      : executor_(executor)
      , config_(std::move(config))
      , tls_(std::move(tls))
      , resolver_(executor)
      , verifier_(config_->tls, config_->host) {}

  void look_up(handler done) override {
    done_ = std::move(done);
    error_code not_an_address;
    const auto address = asio::ip::make_address(config_->host, not_an_address);
    const std::string port = std::to_string(config_->port);
    if (!not_an_address) {
      found_ = resolver::results_type::create(tcp::endpoint(address, config_->port), config_->host,
                                              port);
      asio::post(executor_, [me = self(this)] { me->end({}); });
      return;
    }
    resolver_.async_resolve(config_->host, port, tcp::resolver::numeric_service,
                            [me = self(this)](const error_code& e, resolver::results_type found) {
                              me->found_ = std::move(found);
                              if (!e) return me->end({});
                              me->end(failure{e, fmt::format("cannot find the host {}: {}",
                                                             me->config_->host, e.message())});
                            });
  }

  void connect(std::chrono::milliseconds time, handler done) override {
    done_ = std::move(done);
    race_ = transport::connect_race::start(
        transport::loop(executor_, config_->time), transport::order_of_attempts(found_), time,
        [me = self(this)](const error_code& e, transport::tcp_socket socket) {
          if (e) return me->end(me->cannot_connect({e, e.message()}));
          error_code ignored;
          socket.set_option(tcp::no_delay(true), ignored);
          me->stream_ = transport::make_tls_stream(std::move(socket), me->tls_,
                                                   transport::stream::side::client);
          me->end({});
        });
  }

  void secure(handler done) override {
    done_ = std::move(done);
    if (auto attached = verifier_.attach(stream_->native_tls()); !attached) {
      asio::post(executor_, [me = self(this), why = attached.error()] { me->end(why); });
      return;
    }
    stream_->async_handshake(transport::stream::side::client,
                             transport::handler_of<&tls_dialer::on_handshake>(*this));
  }

  void cancel() noexcept override {
    done_ = nullptr;
    resolver_.cancel();
    if (const auto race = race_.lock()) race->cancel();
    if (stream_) stream_->close();
  }

  connected_stream take() override { return {std::move(stream_), std::move(info_)}; }
  const std::optional<tls::certificate_info>& server() const noexcept override {
    return verifier_.seen();
  }

 private:
  using self = boost::intrusive_ptr<tls_dialer>;
  using tcp = asio::ip::tcp;
  using resolver = tcp::resolver;

  void on_handshake(const error_code& e, std::size_t) {
    if (!stream_) return;
    const auto verified = verifier_.outcome(stream_->native_tls(), e);
    if (!verified) return end(cannot_connect(verified.error()));
    info_ = tls::describe_session(stream_->native_tls());
    info_.verified_by = *verified;
    if (info_.alpn == compact_alpn || info_.alpn == native_alpn) return end({});
    end(cannot_connect(
        fail(errc::protocol_error,
             fmt::format("it speaks TLS, but not {}",
                         config_->tls.alpn.empty() ? native_alpn : config_->tls.alpn.back()))));
  }

  void end(result<void> how) {
    if (const handler then = std::exchange(done_, nullptr)) then(std::move(how));
  }
  failure cannot_connect(const failure& why) const {
    return {why.code, fmt::format("cannot connect to {}: {}",
                                  host_port(config_->host, config_->port), why.message)};
  }

  asio::any_io_executor executor_;
  std::shared_ptr<const client_config> config_;
  tls_context tls_;
  handler done_; ///< the handler of the step under way
  resolver resolver_;
  resolver::results_type found_;
  std::weak_ptr<transport::connect_race> race_; ///< while connecting
  tls::server_verifier verifier_;
  std::unique_ptr<transport::stream> stream_;
  tls_info info_;
};

class memory_dialer final : public dialer {
 public:
  memory_dialer(const asio::any_io_executor& executor, std::unique_ptr<transport::stream> stream)
      : executor_(executor)
      , stream_(std::move(stream)) {}

  void look_up(handler done) override { succeed(std::move(done)); }
  void connect(std::chrono::milliseconds, handler done) override { succeed(std::move(done)); }
  void secure(handler done) override { succeed(std::move(done)); }
  void cancel() noexcept override { done_ = nullptr; }
  connected_stream take() override { return {std::move(stream_), {}}; }
  const std::optional<tls::certificate_info>& server() const noexcept override { return nobody_; }

 private:
  void succeed(handler done) {
    done_ = std::move(done);
    asio::post(executor_, [me = boost::intrusive_ptr<memory_dialer>(this)] {
      if (const handler then = std::exchange(me->done_, nullptr)) then({});
    });
  }

  asio::any_io_executor executor_;
  std::unique_ptr<transport::stream> stream_;
  handler done_;
  std::optional<tls::certificate_info> nobody_;
};

class tls_network final : public network {
 public:
  tls_network(const asio::any_io_executor& executor, std::shared_ptr<const client_config> config)
      : executor_(executor)
      , config_(std::move(config)) {}

  result<void> renew() override {
    auto made = tls::make_client_context(config_->tls);
    if (!made) return made.error();
    tls_ = *std::move(made);
    return {};
  }
  boost::intrusive_ptr<dialer> dial() override {
    return boost::intrusive_ptr<dialer>(new tls_dialer(executor_, config_, tls_));
  }

 private:
  asio::any_io_executor executor_;
  std::shared_ptr<const client_config> config_;
  tls_context tls_;
};

class network_service final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;

  explicit network_service(asio::execution_context& context)
      : network_service(context, [](const asio::any_io_executor& e, auto config) {
        return std::make_unique<tls_network>(e, std::move(config));
      }) {}
  network_service(asio::execution_context& context, network_maker m)
      : service(context)
      , make(std::move(m)) {}

  const network_maker make;

 private:
  void shutdown() override {}
};

} // namespace

std::unique_ptr<network> make_network(const asio::any_io_executor& executor,
                                      std::shared_ptr<const client_config> config) {
  asio::execution_context& context = asio::query(executor, asio::execution::context);
  return asio::use_service<network_service>(context).make(executor, std::move(config));
}

void set_network(asio::execution_context& context, network_maker maker) {
  asio::make_service<network_service>(context, std::move(maker));
}

boost::intrusive_ptr<dialer> dial_in_memory(const asio::any_io_executor& executor,
                                            std::unique_ptr<transport::stream> stream) {
  return boost::intrusive_ptr<dialer>(new memory_dialer(executor, std::move(stream)));
}

} // namespace asio_chat::client_room
