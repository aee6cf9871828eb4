// A client with a certificate is checked again when the certificate, or what that relies on, ends.

#include "net/expirations.hpp"

#include "domain/hub.hpp"
#include "journal/memory_journal.hpp"
#include "net/passphrase_authenticator.hpp"
#include "net/protocols/protocol_table.hpp"
#include "net/session.hpp"
#include "support/catch.hpp"
#include "support/run_until.hpp"
#include "testing/manual_clock.hpp"
#include "testing/manual_time.hpp"
#include "unit/tls/revocation_lists.hpp"
#include "unit/tls/world.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <fmt/format.h>

#include <deque>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::tls::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using Catch::Matchers::Contains;
using std::chrono::sys_seconds;

namespace {

struct guest final : net::admitted {
  guest(std::string n, std::vector<std::string>& l)
      : name(std::move(n))
      , log(l) {}
  void judge() override {
    log.push_back(name);
    if (then) then();
  }
  std::string name;
  std::vector<std::string>& log;
  std::function<void()> then;
};

using names = std::vector<std::string>;

struct book {
  /// Visits after so long and returns who was judged.
  names after(std::chrono::milliseconds t) {
    clock.advance(t);
    judged.clear();
    more = ends.visit();
    return judged;
  }
  sys_seconds in(std::chrono::seconds t) const {
    return std::chrono::floor<std::chrono::seconds>(clock.wall_now()) + t;
  }

  testing::manual_clock clock;
  net::expirations ends{clock};
  names judged;
  bool more = false;
  guest a{"a", judged};
  guest b{"b", judged};
  guest c{"c", judged};
};

} // namespace

TEST_CASE("certificates are checked again in the order in which they end, each once, after its "
          "last second") {
  book t;
  t.ends.watch(t.a, t.in(300s));
  t.ends.watch(t.b, t.in(100s));
  t.ends.watch(t.c, t.in(200s));
  CHECK(t.after(100'999ms).empty());
  CHECK(t.after(1ms) == names{"b"});
  CHECK(t.after(200s) == names{"c", "a"});
  CHECK(t.after(1h).empty());
}

TEST_CASE("the newest end of a session counts, and a session without an end is never checked") {
  book t;
  t.ends.watch(t.a, t.in(100s));
  t.ends.watch(t.a, t.in(300s));
  t.ends.watch(t.b, t.in(100s));
  t.ends.watch(t.b, no_end);
  t.ends.watch(t.c, t.in(100s));
  net::expirations::end(t.c);
  CHECK(t.after(101s).empty());
  CHECK(t.after(200s) == names{"a"});
  {
    guest gone("gone", t.judged);
    t.ends.watch(gone, t.in(100s));
  }
  CHECK(t.after(101s).empty());
}

TEST_CASE("an end in the year 9999 is not over now, and an end in the past is over at once") {
  book t;
  t.ends.watch(t.a, t.in(std::chrono::years(8'000)));
  t.ends.watch(t.b, t.in(-std::chrono::years(60)));
  CHECK(t.after(1s) == names{"b"});
  CHECK(t.after(24h * 365).empty());
}

TEST_CASE("a clock that is set wrong for a while ends no session") {
  book t;
  t.ends.watch(t.a, t.in(100s));
  t.clock.set_wall(t.clock.wall_now() + 24h * 3'650);
  CHECK(t.after(100s).empty());
  CHECK(t.after(1s) == names{"a"});
}

TEST_CASE("a session that is checked may get another end, and many that end together are checked "
          "some at a time") {
  book t;
  t.ends.watch(t.a, t.in(100s));
  t.a.then = [&] { t.ends.watch(t.a, t.in(99s)); };
  CHECK(t.after(101s) == names{"a"});
  CHECK(t.after(99s).empty());
  CHECK(t.after(1s) == names{"a"});

  book crowded;
  std::deque<guest> crowd;
  for (std::size_t n = 0; n < 3 * net::expirations::max_judged + 1; ++n)
    crowded.ends.watch(crowd.emplace_back("x", crowded.judged), crowded.in(100s));
  CHECK(crowded.after(101s).size() == net::expirations::max_judged);
  for (int part = 1; part < 3; ++part) {
    CHECK(crowded.more);
    CHECK(crowded.after(0s).size() == net::expirations::max_judged);
  }
  CHECK(crowded.after(0s).size() == 1);
  CHECK_FALSE(crowded.more);
}

namespace {

/// alice in a session over TLS, and a clock that tests move on from the true time.
struct session_world final : world, net::session_keeper {
  session_world() {
    clock.set_wall(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
    tls::x509::request what;
    what.common_name = "alice";
    what.for_role = tls::x509::role::client;
    what.days = 10;
    const auto alice = tls::x509::issue(what, &ca).value();
    files.put("alice", alice);
    alice_ends = tls::describe(alice.certificate.get()).not_after;
    settings = asking(client_certificates::required);
  }
  ~session_world() {
    if (session) session->cut_off({close_code::server_stopping, "the test is over"});
    context.restart();
    context.poll();
  }

  /// The settings with the files as they are now.
  void read_files(bool with_list) {
    settings.client_crl_file = with_list ? files.path("crl.pem") : "";
    known = tls::server_context::make(settings).value();
  }
  void put_list(std::chrono::seconds ends) {
    files.write("crl.pem", make_list(ca, {.ends = ends}));
    read_files(true);
  }
  void connect() {
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    alices = tls::make_client_context(as("alice")).value();
    client.emplace(context, *alices);
    client->lowest_layer().connect(acceptor.local_endpoint());
    transport::tcp_socket accepted(context);
    acceptor.accept(accepted);
    net::session_keeper& keeper = *this;
    session = new net::session(transport::make_tls_stream(std::move(accepted), known->ssl(),
                                                          transport::stream::side::server),
                               reactor, shared, keeper, "192.0.2.7:1", 1);
    session->start();
    client->async_handshake(asio::ssl::stream_base::client, [](const error_code&) {});
    REQUIRE(test::run_until(context, [&] { return has_said("Secure connection established"); }));
  }
  /// Returns whether the session is still open at that time.
  bool is_here_at(sys_seconds t) {
    clock.advance(t - clock.wall_now());
    reactor.expirations().visit();
    context.restart();
    context.poll();
    return !has_said("Connection closed");
  }
  bool has_said(std::string_view part) const { return said.find(part) != std::string::npos; }
  void ended(net::session&) override { session = nullptr; }

  sys_seconds alice_ends;
  tls_server_config settings;
  std::shared_ptr<const tls::server_context> known;
  std::string said;

  asio::io_context context;
  testing::manual_time& clock = testing::manual_time::of(context);
  scheduler later = [this](std::function<void()> task) { asio::post(context, std::move(task)); };
  server_config config;
  server_counters counters;
  memory_journal log{later, 7, {}};
  asio_chat::hub hub{{log, clock, config.limits, counters, later, "lobby"}};
  net::passphrase_authenticator authenticator{std::nullopt};
  net::protocol_set protocols;
  logger records{[this](severity, std::string_view message, std::span<const log_field> fields) {
    said += message;
    for (const log_field& f : fields)
      said += fmt::format(" {}={}", f.name, f.value);
    said += '\n';
  }};
  net::refusal_log refusals{records, clock, counters};
  net::session_context shared{config,  hub,      authenticator, protocols,
                              records, counters, refusals,      known};
  net::reactor reactor{context.get_executor(), clock, {5s, 30s, 300s, 60s, 2s}, 0ms};
  std::shared_ptr<asio::ssl::context> alices;
  std::optional<asio::ssl::stream<tcp::socket>> client;
  boost::intrusive_ptr<net::session> session;
};

} // namespace

TEST_CASE("A19: a client is cut when its certificate ends", "[A19][tls]") {
  session_world w;
  w.read_files(false);
  w.connect();
  CHECK(w.is_here_at(w.alice_ends));
  CHECK_FALSE(w.is_here_at(w.alice_ends + 1s));
  CHECK_THAT(w.said, Contains("Client certificate of 192.0.2.7:1 is no longer accepted") &&
                         Contains("CN=alice") && Contains("expired") &&
                         Contains("reason=your certificate is no longer accepted code=2006"));
}

TEST_CASE("a session that was checked while the clock was set back is checked again in time",
          "[tls]") {
  session_world w;
  w.read_files(false);
  w.connect();
  w.clock.set_wall(w.clock.wall_now() - 24h);
  CHECK(w.is_here_at(w.alice_ends - 24h + 1s)); // judged, and good still
  CHECK(w.is_here_at(w.alice_ends));
  CHECK_FALSE(w.is_here_at(w.alice_ends + 1s));
}

TEST_CASE("A19: clients are cut when the list that covers them ends", "[A19][tls]") {
  session_world w;
  w.put_list(1h);
  w.connect();
  const auto list_ends = w.known->expirations(w.clock.wall_now()).back().time.ends;
  SECTION("unless there is a newer one") {
    w.put_list(30 * 24h);
    w.session->judge(); // as the server does with everybody
    CHECK(w.is_here_at(list_ends + 1s));
    CHECK(w.is_here_at(w.alice_ends));
    CHECK_FALSE(w.is_here_at(w.alice_ends + 1s));
  }
  SECTION("by itself") {
    CHECK(w.is_here_at(list_ends));
    CHECK_FALSE(w.is_here_at(list_ends + 1s));
    CHECK_THAT(w.said, Contains("the revocation list of CN=test CA is out of date"));
  }
}
