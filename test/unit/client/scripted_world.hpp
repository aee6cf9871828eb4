// A client and the servers it meets one after the other: every step of every connection is played,
// and time is moved by hand.
#pragma once

#include "client/dialer.hpp"
#include "fake_server.hpp"
#include "support/catch.hpp"
#include "support/scripted_stream.hpp"
#include "testing/manual_time.hpp"

#include <asio_chat/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::test {

/// Each of its steps is a step of the plan as well, and fails as the plan wants it.
class scripted_dialer final : public client_room::dialer {
 public:
  scripted_dialer(boost::asio::io_context& context, io_plan& plan,
                  std::shared_ptr<scripted_peer> peer)
      : context_(context)
      , plan_(plan)
      , peer_(std::move(peer)) {}

  void look_up(handler done) override { step("look up", std::move(done)); }
  void connect(std::chrono::milliseconds, handler done) override {
    step("connect", std::move(done));
  }
  void secure(handler done) override { step("secure", std::move(done)); }
  void cancel() noexcept override { done_ = nullptr; }
  connected_stream take() override { return {peer_->stream(), {}}; }
  const std::optional<tls::certificate_info>& server() const noexcept override { return nobody_; }

 private:
  void step(const char* name, handler done) {
    done_ = std::move(done);
    result<void> how;
    if (plan_.fails(name)) {
      if (!plan_.error) return;
      how = failure{*plan_.error, std::string("cannot ") + name};
    }
    boost::asio::post(context_, [me = boost::intrusive_ptr<scripted_dialer>(this), how] {
      if (const handler then = std::exchange(me->done_, nullptr)) then(how);
    });
  }

  boost::asio::io_context& context_;
  io_plan& plan_;
  std::shared_ptr<scripted_peer> peer_;
  handler done_;
  std::optional<tls::certificate_info> nobody_;
};

class scripted_world {
 public:
  /// @param answers each connection gets the next one, the last one repeats
  explicit scripted_world(std::vector<fake_server::responder> answers,
                          const std::function<void(client_config&)>& change = {},
                          io_plan steps = {})
      : plan(steps)
      , answers_(std::move(answers)) {
    client_room::set_network(context, [this](const boost::asio::any_io_executor&, auto) {
      return std::make_unique<scripted_network>(*this);
    });
    client_config config;
    config.name = "alice";
    if (change) change(config);
    chat.emplace(context, std::move(config));
  }
  ~scripted_world() {
    chat.reset();
    time.run();
  }

  /// Begins to connect, and receives from then on.
  void start() {
    chat->async_connect(why, [this](error_code e, connected c) {
      ++logins;
      code = e;
      login = std::move(c);
    });
    receive();
  }
  void connect() {
    start();
    until([this] { return logins > 0; });
  }
  /// Lets happen what happens, timer by timer, until it is done: that must be within a day.
  template <class Predicate>
  void until(Predicate done) {
    REQUIRE(reaches(done));
  }
  template <class Predicate>
  bool reaches(Predicate done) {
    const steady_time tomorrow = time.now() + std::chrono::hours(24);
    for (time.run(); !done(); time.advance(to_next())) {
      if (!time.next_due() || time.now() > tomorrow) return false;
    }
    return true;
  }
  template <class T>
  std::vector<T> seen() const {
    std::vector<T> found;
    for (const client_event& e : events)
      if (const auto* wanted = std::get_if<T>(&e)) found.push_back(*wanted);
    return found;
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  io_plan plan;
  std::size_t max_write = std::size_t(-1); ///< see scripted_peer
  result<void> certificates;               ///< whether they can be read
  std::vector<std::shared_ptr<scripted_peer>> peers;
  std::vector<fake_server::pointer> servers; ///< those that the client has dialled
  std::optional<client> chat;
  int logins = 0;
  error_code code;
  diagnostics why; ///< of connecting
  connected login;
  std::vector<client_event> events;
  std::optional<error_code> end;

 private:
  struct scripted_network final : client_room::network {
    explicit scripted_network(scripted_world& w)
        : world(w) {}
    result<void> renew() override { return world.certificates; }
    boost::intrusive_ptr<client_room::dialer> dial() override { return world.dial(); }
    scripted_world& world;
  };

  boost::intrusive_ptr<client_room::dialer> dial() {
    const auto i = std::min(servers.size(), answers_.size() - 1);
    peers.push_back(scripted_peer::make(context, plan));
    peers.back()->max_write = max_write;
    servers.emplace_back(new fake_server(*peers.back(), answers_[i]));
    return boost::intrusive_ptr<client_room::dialer>(
        new scripted_dialer(context, plan, peers.back()));
  }
  std::chrono::milliseconds to_next() const {
    return std::chrono::ceil<std::chrono::milliseconds>(
        std::max(*time.next_due() - time.now(), steady_time::duration(0)));
  }
  void receive() {
    chat->async_receive([this](error_code e, client_event v) {
      if (e) {
        end = e;
        return;
      }
      events.push_back(std::move(v));
      if (chat) receive();
    });
  }

  std::vector<fake_server::responder> answers_;
};

} // namespace asio_chat::test
