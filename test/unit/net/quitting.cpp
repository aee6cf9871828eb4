// A session whose peer asks nothing more: it answers first, within its time.

#include "domain/hub.hpp"
#include "net/passphrase_authenticator.hpp"
#include "net/protocols/protocol_table.hpp"
#include "net/session.hpp"
#include "support/catch.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/failing_journal.hpp"
#include "unit/server/memory_world.hpp"

#include "journal/memory_journal.hpp"

#include <boost/asio/post.hpp>

using namespace asio_chat;
using namespace std::chrono_literals;
using test::types;
using words = std::vector<std::string>;

namespace {

/// Sessions over a journal that can be stopped, with a clock that the test moves.
struct world final : net::session_keeper {
  world()
      : later([this](std::function<void()> task) { boost::asio::post(context, std::move(task)); })
      , memory(later, 7, {})
      , log(memory, later)
      , hub({log, clock, config.limits, counters, later, "lobby"})
      , shared{config, hub, authenticator, protocols, silence, counters, refusals, no_tls}
      , reactor(context.get_executor(), clock,
                {config.limits.handshake_time, config.limits.login_time, config.limits.idle_time,
                 config.limits.stall_time, config.limits.close_time},
                0ms) {}
  ~world() {
    if (session) session->cut_off({close_code::server_stopping, "the test is over"});
    run();
  }

  void ended(net::session&) override { session = nullptr; }
  test::server_world::client log_in(const std::string& name) {
    auto [ours, theirs] = detail::memory_socket::make_pair(context.get_executor());
    net::session_keeper& keeper = *this;
    session = new net::session(transport::make_memory_stream(std::move(ours)), reactor, shared,
                               keeper, "memory", 1);
    session->start();
    test::server_world::client c(new test::wire_client(memory_transport(std::move(theirs))));
    c->send("{'type':'hello','name':'" + name + "'}");
    run();
    c->take();
    return c;
  }
  void run() {
    context.restart();
    context.poll();
  }
  void pass(std::chrono::milliseconds t) {
    clock.advance(t);
    reactor.times().visit(reactor.now());
    run();
  }

  boost::asio::io_context context;
  scheduler later;
  testing::manual_time& clock = testing::manual_time::of(context);
  server_config config;
  server_counters counters;
  memory_journal memory;
  test::failing_journal log;
  asio_chat::hub hub;
  net::passphrase_authenticator authenticator{std::nullopt};
  net::protocol_set protocols;
  logger silence{{}};
  net::refusal_log refusals{silence, clock, counters};
  std::shared_ptr<const tls::server_context> no_tls;
  net::session_context shared;
  net::reactor reactor;
  boost::intrusive_ptr<net::session> session;
};

} // namespace

TEST_CASE("requests before bye are answered, and what comes after it is ignored") {
  world w;
  const auto alice = w.log_in("alice");
  w.log.stopped = true;
  alice->send("{'type':'send','id':'m1','text':'hello'}");
  alice->send("{'type':'bye'}");
  alice->send("{'type':'send','id':'m2','text':'too late'}");
  w.run();
  w.pass(w.config.limits.close_time - 1ms);
  CHECK(alice->take().empty());
  CHECK(w.log.waiting() == 1);
  w.log.go();
  w.run();
  CHECK(types(alice->take()) == words{"ack", "goodbye"});
  CHECK(alice->ended);
  CHECK(w.hub.member_count() == 0);
}

TEST_CASE("a disk that does not answer in time does not keep a client that said bye") {
  world w;
  const auto alice = w.log_in("alice");
  w.log.stopped = true;
  alice->send("{'type':'send','id':'m1','text':'hello'}");
  alice->send("{'type':'bye'}");
  w.run();
  w.pass(w.config.limits.close_time);
  CHECK(types(alice->take()) == words{"goodbye"});
  CHECK(w.hub.member_count() == 0);
  w.log.go();
  w.run();
  std::uint64_t kept = 0; // though nobody is left to be told
  w.memory.read("lobby", {}, [&](const auto& page) { kept = page.value().head.offset; });
  w.run();
  CHECK(kept == 1);
}

TEST_CASE("a client that ends the input gets what was asked, then the end without a word") {
  world w;
  const auto alice = w.log_in("alice");
  w.log.stopped = true;
  alice->send("{'type':'send','id':'m1','text':'hello'}");
  alice->send("{'type':'history','ref':'h','limit':10}");
  w.run();
  alice->end_input();
  w.run();
  CHECK(w.hub.member_count() == 1);
  w.log.go();
  w.run();
  CHECK(types(alice->take()) == words{"ack", "history"});
  CHECK(alice->ended);
  CHECK(w.hub.member_count() == 0);
}

TEST_CASE("a server that stops acknowledges what it has accepted") {
  world w;
  const auto alice = w.log_in("alice");
  w.log.stopped = true;
  alice->send("{'type':'send','id':'m1','text':'hello'}");
  w.run();
  w.session->quit({close_code::server_stopping, "the server is going down"});
  w.run();
  CHECK(alice->take().empty());
  w.log.go();
  w.run();
  CHECK(types(alice->take()) == words{"ack", "goodbye"});
}

TEST_CASE("a client that is on hold does not count as silent") {
  world w;
  const auto alice = w.log_in("alice");
  w.log.stopped = true;
  alice->send("{'type':'send','id':'m1','text':'hello'}");
  alice->send("{'type':'command','ref':'n','line':'/nick ada'}");
  alice->send("{'type':'ping','ref':'p'}");
  w.run();
  w.pass(w.config.limits.idle_time);
  CHECK(alice->take().empty());
  w.log.go();
  w.run();
  CHECK(types(alice->take()) == words{"ack", "event renamed", "reply", "pong"});
  w.pass(w.config.limits.idle_time);
  CHECK(types(alice->take()) == words{"goodbye"});
}
