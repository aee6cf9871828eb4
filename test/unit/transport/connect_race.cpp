// RFC 8305: when each address of a name is tried, by a clock that the test moves, and over
// loopback.
#include "transport/connect_race.hpp"
#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <boost/asio/error.hpp>

#include <map>
#include <string>

using namespace asio_chat;
using namespace asio_chat::transport;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// The outcome of an attempt at an address; without one the attempt never ends.
struct answer {
  std::chrono::milliseconds after;
  error_code e;
};
using script = std::vector<std::optional<answer>>;

const error_code refused = asio::error::connection_refused;
const error_code unreachable = asio::error::network_unreachable;

/// Plays a script to the first success or the last failure, and notes the time of each step.
std::string play(const script& addresses, std::chrono::milliseconds time) {
  testing::manual_clock clock;
  const steady_time start = clock.now();
  attempts all(addresses.size(), time);
  std::multimap<steady_time, std::size_t> due;
  std::string log;
  const auto note = [&](const std::string& what) {
    log += (log.empty() ? "" : " ") + what + "@" + std::to_string((clock.now() - start) / 1ms);
  };
  for (; clock.now() <= start + time; clock.advance(1ms)) {
    while (!due.empty() && due.begin()->first <= clock.now()) {
      const std::size_t i = due.begin()->second;
      due.erase(due.begin());
      if (!addresses[i]->e) {
        note("connected" + std::to_string(i));
        return log;
      }
      all.failed(addresses[i]->e, clock.now());
      note("failed" + std::to_string(i));
      if (all.lost()) return log + " " + all.why().message();
    }
    while (const auto i = all.begin(clock.now())) {
      note(std::to_string(*i));
      if (addresses[*i]) due.emplace(clock.now() + addresses[*i]->after, *i);
    }
    CHECK((!all.next_begin() || *all.next_begin() > clock.now()));
  }
  return log;
}

tcp::endpoint loopback(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

/// An address at which no program listens.
tcp::endpoint closed_address(asio::io_context& context) {
  return tcp::acceptor(context, loopback(0)).local_endpoint();
}

struct outcome {
  int calls = 0;
  error_code e;
  tcp::endpoint peer;

  connect_race::handler into() {
    return [this](const error_code& code, tcp_socket socket) {
      ++calls;
      e = code;
      if (!e) peer = socket.remote_endpoint();
    };
  }
};

} // namespace

TEST_CASE("connecting: an address that swallows everything hides none behind it") {
  CHECK(play({std::nullopt, answer{20ms, {}}}, 10s) == "0@0 1@250 connected1@270");
  CHECK(play({std::nullopt, std::nullopt, answer{1ms, {}}}, 10s) ==
        "0@0 1@250 2@500 connected2@501");
}

TEST_CASE("connecting: the first address has a head start, and what is slow may still win") {
  CHECK(play({answer{200ms, {}}, answer{0ms, {}}}, 10s) == "0@0 connected0@200");
  CHECK(play({answer{300ms, {}}, answer{100ms, {}}}, 10s) == "0@0 1@250 connected0@300");
}

TEST_CASE("connecting: a failure lets the next address begin at once") {
  CHECK(play({answer{5ms, refused}, answer{5ms, {}}}, 10s) == "0@0 failed0@5 1@5 connected1@10");
  CHECK(play({std::nullopt, answer{5ms, refused}, answer{5ms, {}}}, 10s) ==
        "0@0 1@250 failed1@255 2@255 connected2@260");
}

TEST_CASE("connecting: of many addresses each has its share of the time") {
  CHECK(play({std::nullopt, std::nullopt, std::nullopt, answer{1ms, {}}}, 100ms) ==
        "0@0 1@25 2@50 3@75 connected3@76");
}

TEST_CASE("connecting: when all have failed, the failure of what can be reached is told") {
  CHECK(play({answer{1ms, unreachable}, answer{1ms, refused}}, 10s) ==
        "0@0 failed0@1 1@1 failed1@2 Connection refused");
  CHECK(play({answer{1ms, refused}, answer{1ms, unreachable}}, 10s) ==
        "0@0 failed0@1 1@1 failed1@2 Connection refused");
}

TEST_CASE("connecting: IPv6 and IPv4 take turns, beginning with what the system prefers") {
  const auto at = [](const char* text) { return tcp::endpoint(asio::ip::make_address(text), 1); };
  const std::vector<tcp::endpoint> found{at("::1"), at("::2"), at("::1"), at("::3"),
                                         at("10.0.0.1")};
  const auto order = order_of_attempts(
      tcp::resolver::results_type::create(found.begin(), found.end(), "name", "1"));
  CHECK(order == std::vector{at("::1"), at("10.0.0.1"), at("::2"), at("::3")});
}

TEST_CASE("connecting: goes over a refusal to the address that answers") {
  asio::io_context context;
  tcp::acceptor answering(context, loopback(0));
  outcome o;
  connect_race::start(context.get_executor(), {closed_address(context), answering.local_endpoint()},
                      10s, o.into());
  CHECK(o.calls == 0);
  context.run();
  CHECK(o.calls == 1);
  CHECK_FALSE(o.e);
  CHECK(o.peer == answering.local_endpoint());
}

TEST_CASE("connecting: tells once that all addresses have refused") {
  asio::io_context context;
  outcome o;
  connect_race::start(context.get_executor(), {closed_address(context), closed_address(context)},
                      10s, o.into());
  context.run();
  CHECK(o.calls == 1);
  CHECK(o.e == refused);
}

TEST_CASE("connecting: can be cancelled, and goes with its context") {
  auto context = std::make_unique<asio::io_context>();
  tcp::acceptor answering(*context, loopback(0));
  outcome o;
  const auto race =
      connect_race::start(context->get_executor(), {answering.local_endpoint()}, 10s, o.into());
  const std::weak_ptr<connect_race> other =
      connect_race::start(context->get_executor(), {answering.local_endpoint()}, 10s, o.into());
  race->cancel();
  answering.close();
  CHECK_FALSE(other.expired());
  context.reset();
  CHECK(other.expired());
  CHECK(o.calls == 0);
}
