// What a host brings with it instead of the server's own: clock, random numbers, journal.
#include <asio_chat/client.hpp>
#include <asio_chat/clock.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/memory_journal.hpp>
#include <asio_chat/server.hpp>

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"
#include "unit/server/memory_world.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <map>

using namespace asio_chat;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::server_world;

namespace {

/// A clock of the host's, which knows nothing of the context.
struct host_clock final : time_source {
  using alarms = std::map<timer*, std::pair<steady_time, std::function<void()>>>;
  struct alarm final : timer {
    explicit alarm(std::shared_ptr<alarms> a)
        : all(std::move(a)) {}
    ~alarm() override { cancel(); }
    void wait_until(steady_time when, std::function<void()> then) override {
      (*all)[this] = {when, std::move(then)};
    }
    void cancel() override { all->erase(this); }
    std::shared_ptr<alarms> all;
  };
  steady_time now() const override { return clock.now(); }
  wall_time wall_now() const override { return clock.wall_now(); }
  std::unique_ptr<timer> make_timer() override { return std::make_unique<alarm>(waiting); }

  bool ring() {
    for (const auto& [who, due] : *waiting) {
      if (due.first > now()) continue;
      const auto then = std::move(waiting->extract(who).mapped().second);
      then();
      return true;
    }
    return false;
  }
  void advance(asio::io_context& context, std::chrono::milliseconds by) {
    for (auto end = now() + by; now() < end; clock.advance(50ms)) {
      while (ring()) {
      }
      context.restart();
      context.poll();
    }
  }

  testing::manual_clock clock;
  std::shared_ptr<alarms> waiting = std::make_shared<alarms>();
};

} // namespace

TEST_CASE("a host's clock: deadlines and the times of entries are by it") {
  asio::io_context context;
  const auto time = std::make_shared<host_clock>();
  server_hooks hooks;
  hooks.time = time;
  {
    server_config config;
    config.limits.login_time = 30s;
    server chat(context, config, hooks);
    test::server_world::client silent(new test::wire_client(chat.connect_in_memory()));
    host_member system(chat, "system");
    wall_time stored{};
    system.async_post({"den", "x"}, [&](const result<position>&) {
      system.async_history("den", {}, [&](const result<history_page>& page) {
        stored = page.value().entries.at(0).time;
      });
    });
    const wall_time began = time->wall_now();
    context.poll();
    CHECK(stored == began);
    time->advance(context, 29s);
    CHECK_FALSE(silent->ended);
    time->advance(context, 2s);
    CHECK(silent->ended);
    silent->hang_up();
    time->advance(context, 1s);
  }
  context.restart();
  context.poll();
  CHECK(time->waiting->empty());
}

TEST_CASE("a host's clock: the time that a client has for its login is by it") {
  asio::io_context context;
  const auto time = std::make_shared<host_clock>();
  asio::ip::tcp::acceptor nobody(context, {asio::ip::address_v4::loopback(), 0});
  client_config config;
  config.time = time;
  config.host = "127.0.0.1";
  config.port = nobody.local_endpoint().port();
  config.connect_time = 5s;
  client alice(context, config);
  error_code how;
  alice.async_connect([&](error_code e, const connected&) { how = e; });
  // Somebody accepts and says nothing.
  context.run_one();
  time->advance(context, 4900ms);
  CHECK_FALSE(how);
  time->advance(context, 200ms);
  context.restart();
  context.poll();
  CHECK(how == errc::timed_out);
}

TEST_CASE("a host's random numbers decide who is refused while there are many strangers") {
  for (const double number : {0.4, 0.6}) {
    int asked = 0;
    server_hooks hooks;
    hooks.random = [&] {
      ++asked;
      return number;
    };
    server_config config;
    config.admission.loopback = true;
    config.admission.strangers = 4;
    server_world w(config, hooks);
    const auto at = w.chat->listen_insecure_plaintext("127.0.0.1", 0);
    std::vector<asio::ip::tcp::socket> strangers;
    for (std::uint64_t n = 1; n <= 4; ++n) {
      strangers.emplace_back(w.context).connect(at);
      // The third one is asked about: nobody is refused as yet. Of the fourth half are.
      const std::uint64_t there = n < 4 || number > 0.5 ? n : 3;
      while (w.chat->stats().sessions != there || asked < static_cast<int>(n) - 2)
        w.context.run_one();
    }
    CHECK(asked == 2);
    CHECK(w.chat->stats().strangers == (number > 0.5 ? 4 : 3));
  }
}

TEST_CASE("a host's journal: what is stored in it outlives the server, which lets it go") {
  asio::io_context context;
  const std::shared_ptr<journal> kept = make_memory_journal(context.get_executor());
  server_hooks hooks;
  hooks.journal = kept;
  std::string before;
  for (const char* text : {"one", "two"}) {
    server chat(context, {}, hooks);
    host_member system(chat, "system");
    system.async_post({"den", text}, [&](const result<position>&) {
      system.async_history("den", {}, [&](const result<history_page>& page) {
        before.clear();
        for (const entry& e : page.value().entries)
          before += e.text + ' ';
      });
    });
    context.restart();
    context.poll();
  }
  CHECK(before == "one two ");
  CHECK(kept.use_count() == 2); // here, and in `hooks`
}

TEST_CASE("a host's journal: servers that share it tell their members what is said at the others") {
  asio::io_context context;
  server_hooks hooks;
  hooks.journal = make_memory_journal(context.get_executor());
  server east(context, {}, hooks);
  auto west = std::make_unique<server>(context, server_config(), hooks);
  server_world::client bob(new test::wire_client(west->connect_in_memory()));
  bob->send("{'type':'hello','name':'bob'}");
  context.poll();
  bob->take();
  host_member system(east, "system");
  system.async_post({"lobby", "x"}, [](const result<position>&) {});
  context.restart();
  context.poll();
  CHECK(test::last(bob->take(), "text") == "x");
  // A server that goes while something is under way is told nothing more.
  system.async_post({"lobby", "y"}, [](const result<position>&) {});
  bob->send("{'type':'send','room':'lobby','id':'1','text':'z'}");
  west.reset();
  context.restart();
  context.poll();
  CHECK(bob->ended);
}

TEST_CASE("a host's journal and a directory are one too many") {
  asio::io_context context;
  server_hooks hooks;
  hooks.journal = make_memory_journal(context.get_executor());
  server_config config;
  config.storage.directory = ".";
  CHECK_THROWS_WITH(server(context, config, hooks), Catch::Contains("server_hooks::journal"));
}
