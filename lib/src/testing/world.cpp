#include <asio_chat/testing/world.hpp>

#include "client/dialer.hpp"
#include "testing/link.hpp"
#include "testing/manual_time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <optional>
#include <utility>

namespace asio_chat::testing {

namespace {

using link_maker = std::function<std::unique_ptr<transport::stream>()>;

/// An attempt to reach the server of a world.
class world_dialer final : public client_room::dialer {
 public:
  world_dialer(const boost::asio::any_io_executor& executor, link_maker make)
      : executor_(executor)
      , make_(std::move(make)) {}

  void look_up(handler done) override { answer(std::move(done), {}); }
  void connect(std::chrono::milliseconds, handler done) override {
    stream_ = make_();
    if (stream_) return answer(std::move(done), {});
    answer(std::move(done), failure{boost::asio::error::connection_refused,
                                    "the world of this test refuses connections"});
  }
  void secure(handler done) override { answer(std::move(done), {}); }
  void cancel() noexcept override { done_ = nullptr; }
  connected_stream take() override { return {std::move(stream_), {}}; }
  const std::optional<tls::certificate_info>& server() const noexcept override { return nobody_; }

 private:
  void answer(handler done, result<void> how) {
    done_ = std::move(done);
    boost::asio::post(executor_, [me = boost::intrusive_ptr<world_dialer>(this), how] {
      if (const handler then = std::exchange(me->done_, nullptr)) then(how);
    });
  }

  boost::asio::any_io_executor executor_;
  link_maker make_;
  handler done_;
  std::unique_ptr<transport::stream> stream_;
  std::optional<tls::certificate_info> nobody_;
};

class world_network final : public client_room::network {
 public:
  world_network(const boost::asio::any_io_executor& executor, link_maker make)
      : executor_(executor)
      , make_(std::move(make)) {}
  result<void> renew() override { return {}; }
  boost::intrusive_ptr<client_room::dialer> dial() override {
    return new world_dialer(executor_, make_);
  }

 private:
  boost::asio::any_io_executor executor_;
  link_maker make_;
};

} // namespace

class world::impl {
 public:
  impl(server_config c, server_hooks h)
      : config(std::move(c))
      , hooks(std::move(h)) {
    client_room::set_network(context, [this](const boost::asio::any_io_executor& on, const auto&) {
      return std::make_unique<world_network>(on, [this] { return make_link(); });
    });
    chat.emplace(context, config, hooks);
  }

  /// The client's end; null if no connection can be had.
  std::unique_ptr<transport::stream> make_link() {
    if (refuses || !chat) return nullptr;
    auto ends = detail::memory_socket::make_pair(context.get_executor());
    links.push_back(testing::link(std::make_shared<testing::link::impl>(
        time, transport::make_memory_stream(std::move(ends.second)),
        transport::make_memory_stream(chat->connect_in_memory().release()))));
    return transport::make_memory_stream(std::move(ends.first));
  }
  void cut_all() {
    for (testing::link& l : links)
      l.cut();
  }

  boost::asio::io_context context;
  manual_time& time = manual_time::of(context);
  server_config config;
  server_hooks hooks;
  bool refuses = false;
  std::optional<asio_chat::server> chat;
  std::deque<testing::link> links;
};

world::world(server_config config, server_hooks hooks)
    : impl_(std::make_unique<impl>(std::move(config), std::move(hooks))) {}

world::~world() {
  impl_->cut_all();
  impl_->chat.reset();
  impl_->refuses = true;
  run();
}

boost::asio::io_context& world::context() noexcept {
  return impl_->context;
}

asio_chat::server& world::server() noexcept {
  return *impl_->chat;
}

void world::run() {
  impl_->time.run();
}

void world::advance(std::chrono::milliseconds by) {
  impl_->time.advance(by);
}

wall_time world::now() const {
  return impl_->time.wall_now();
}

std::size_t world::links() const noexcept {
  return impl_->links.size();
}

testing::link& world::link(std::size_t n) {
  return impl_->links.at(n);
}

void world::refuse(bool on) noexcept {
  impl_->refuses = on;
}

void world::restart() {
  impl_->cut_all();
  impl_->chat.reset();
  run();
  impl_->chat.emplace(impl_->context, impl_->config, impl_->hooks);
}

} // namespace asio_chat::testing
