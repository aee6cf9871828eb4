#include "server/tls_keeper.hpp"

#include "unit/tls/revocation_lists.hpp"
#include "unit/tls/world.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

using std::chrono::days;

/// Certificates that begin and end when a test wants it. OpenSSL's own clock cannot be moved, so
/// handshakes are made at the true time only.
struct keeper_world : world {
  boost::asio::io_context io;
  asio_chat::testing::manual_clock clock;
  /// What begins and ends is counted from here, so that how long a test takes changes nothing.
  const std::chrono::sys_seconds start =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::string said;
  logger log{[this](severity, std::string_view message, std::span<const log_field> fields) {
    said += message;
    for (const log_field& f : fields)
      said += fmt::format(" {}={}", f.name, f.value);
    said += '\n';
  }};
  int taken_later = 0;
  std::shared_ptr<tls_keeper> keeper =
      std::make_shared<tls_keeper>(io.get_executor(), clock, log, [this] { ++taken_later; });
  x509::identity alice = make_client(ca, "alice");
  tls_server_config config = asking(client_certificates::required);

  keeper_world() {
    clock.set_wall(start);
    files.put("alice", alice);
    config.client_crl_file = files.path("crl.pem");
    put_list();
  }

  void put_list(list_request what = {}) {
    what.now = start;
    files.write("crl.pem", make_list(ca, what));
  }

  /// Makes a certificate that is valid from then on, for so many days.
  void set_begin(x509::request& what, std::chrono::seconds from_now, int for_days) const {
    what.not_before = start + from_now;
    what.days = for_days;
  }
  void put_server(std::chrono::seconds from_now, int for_days) {
    auto what = server_request();
    set_begin(what, from_now, for_days);
    files.put("server", x509::issue(what, &ca).value());
  }
  void put_ca(const std::string& name, std::chrono::seconds from_now, int for_days) {
    x509::request what;
    what.common_name = name;
    what.for_role = x509::role::ca;
    set_begin(what, from_now, for_days);
    const auto made = x509::issue(what).value();
    files.put("ca", made);
    files.write("crl.pem", make_list(made));
  }

  /// Lets time pass; the files are read again if that is due.
  void pass(std::chrono::milliseconds t) {
    clock.advance(t);
    keeper->visit();
    run();
  }
  /// Runs until nothing is being read any more.
  void run() {
    io.restart();
    io.run();
  }
  /// Reads the files and returns what was logged meanwhile.
  std::string read() {
    said.clear();
    const auto done = keeper->change(config);
    return done ? said : "refused: " + done.error().message;
  }
  std::string shown() const {
    return tls::describe(SSL_CTX_get0_certificate(keeper->now()->ssl()->native_handle())).serial;
  }
  bool lets_in(const std::string& who) const {
    auto as_client = as(who);
    as_client.ca_file.clear();
    as_client.pins = {
        tls::describe(SSL_CTX_get0_certificate(keeper->now()->ssl()->native_handle())).pin};
    return !meet(as_client, keeper->now()->ssl()->native_handle()).server_error;
  }
};

} // namespace

TEST_CASE("A19: a list that is not valid yet leaves the good one, and is taken in time", "[A19]") {
  keeper_world w;
  w.read();
  w.put_list({.revoked = {serial_of(w.alice)}, .begins = 90s});
  const std::string said = w.read();
  CHECK_THAT(said, Contains("the revocation list that was read is not valid yet; keeping the "
                            "previous one of=CN=test CA begins=") &&
                       Contains("before_ends="));
  CHECK(w.lets_in("alice"));
  REQUIRE(w.keeper->retry_after());
  CHECK(*w.keeper->retry_after() == 90s);

  w.pass(90s - 1ms);
  CHECK(w.taken_later == 0);
  w.pass(1ms);
  CHECK(w.taken_later == 1);
  CHECK_FALSE(w.keeper->retry_after());
  CHECK(w.keeper->now()->kept().empty());
}

TEST_CASE("A19: a list that has ended leaves the good one, and is tried again", "[A19]") {
  keeper_world w;
  w.read();
  w.put_list({.begins = -2 * 24h, .ends = -24h});
  CHECK_THAT(w.read(), Contains("the revocation list that was read has expired") &&
                           Contains("ended=") && Contains("next_try_in=3600s"));
  CHECK(w.lets_in("alice"));
  w.put_list({.revoked = {serial_of(w.alice)}});
  w.pass(1h - 1s);
  CHECK(w.taken_later == 0);
  w.pass(1s);
  CHECK(w.taken_later == 1);
  CHECK_FALSE(w.lets_in("alice"));
  CHECK_FALSE(w.keeper->retry_after());
}

TEST_CASE("when nothing holds any more, what was read last counts", "[A19]") {
  keeper_world w;
  w.put_list({.ends = 24h});
  w.read();
  w.put_list({.begins = -2 * 24h, .ends = -24h});
  w.read();
  REQUIRE(w.keeper->retry_after());
  w.pass(25h);
  CHECK_FALSE(w.keeper->retry_after());
  CHECK_THAT(w.said, Contains("the list of revoked client certificates has expired"));
}

TEST_CASE("A19: the other files are taken although a list is not", "[A19]") {
  keeper_world w;
  w.read();
  w.put_list({.begins = 1h});
  w.config.blocked_certificates_file =
      w.files.write("block", tls::describe(w.alice.certificate.get()).fingerprint + "\n");
  CHECK_THAT(w.read(), Contains("keeping the previous one"));
  CHECK(w.keeper->now()->blocked() == 1);
  CHECK_FALSE(w.lets_in("alice"));
}

TEST_CASE("A19: of several lists only the one that does not hold waits", "[A19]") {
  keeper_world w;
  const auto other = make_ca("another CA");
  const auto bob = make_client(other, "bob");
  w.files.put("bob", bob);
  w.files.put("other", other);
  w.files.write("ca-cert.pem", w.files.read("ca-cert.pem") + w.files.read("other-cert.pem"));
  w.files.write("crl.pem", make_list(w.ca) + make_list(other));
  w.read();
  CHECK(w.lets_in("alice"));
  CHECK(w.lets_in("bob"));
  w.files.write("crl.pem",
                make_list(w.ca, {.begins = 1h}) + make_list(other, {.revoked = {serial_of(bob)}}));
  w.read();
  REQUIRE(w.keeper->now()->kept().size() == 1);
  CHECK(w.keeper->now()->kept()[0].of == "CN=test CA");
  CHECK(w.lets_in("alice"));
  CHECK_FALSE(w.lets_in("bob"));
}

TEST_CASE("a server's certificate that does not hold now leaves the good one", "[tls]") {
  for (const auto& [from, words] :
       {std::pair<std::chrono::seconds, std::string>{1h, "is not valid yet"},
        {-2 * 24h, "has expired"}}) {
    keeper_world w;
    w.read();
    const std::string good = w.shown();
    w.put_server(from, 1);
    CHECK_THAT(w.read(), Contains("the server's certificate that was read " + words) &&
                             Contains("of=CN=localhost"));
    CHECK(w.shown() == good);
    REQUIRE(w.keeper->retry_after());
    w.put_server(-1h, 30);
    w.pass(1h);
    CHECK(w.shown() != good);
  }
}

TEST_CASE("a server's certificate is shown as soon as it is valid", "[tls]") {
  keeper_world w;
  w.read();
  const std::string good = w.shown();
  w.put_server(10min, 30);
  w.read();
  CHECK(*w.keeper->retry_after() == 10min);
  w.pass(9min); // too early: nothing changes
  CHECK(w.shown() == good);
  CHECK(*w.keeper->retry_after() == 1min);
  w.pass(1min);
  CHECK(w.shown() != good);
}

TEST_CASE("client CAs that do not hold now leave the good one", "[tls]") {
  for (const std::string name : {"test CA", "the next CA"}) {
    for (const std::chrono::seconds from :
         {std::chrono::seconds(1h), std::chrono::seconds(-2 * 24h)}) {
      CAPTURE(name, from.count());
      keeper_world w;
      w.read();
      w.put_ca(name, from, 1);
      CHECK_THAT(w.read(), Contains("the client CA that was read ") && Contains("of=CN=test CA"));
      CHECK(w.lets_in("alice"));
      w.put_ca(name, -1h, 30);
      w.pass(1h);
      CHECK_FALSE(w.keeper->retry_after());
      CHECK_FALSE(w.lets_in("alice"));
    }
  }
}

TEST_CASE("a CA of tomorrow beside the one of today is no reason to wait", "[tls]") {
  keeper_world w;
  const std::string today = w.files.read("ca-cert.pem");
  const std::string list = w.files.read("crl.pem");
  w.read();
  w.put_ca("the next CA", 24h, 30);
  w.files.write("ca-cert.pem", today + w.files.read("ca-cert.pem"));
  w.files.write("crl.pem", list + w.files.read("crl.pem"));
  w.read();
  CHECK_FALSE(w.keeper->retry_after());
  CHECK(w.lets_in("alice"));
}

TEST_CASE("at the start, what is not valid yet or out of date is warned of", "[tls]") {
  keeper_world w;
  w.put_server(1h, 1);
  w.put_list({.begins = 2h});
  const std::string said = w.read();
  CHECK_THAT(said, Contains("the server's certificate is not valid yet begins="));
  CHECK_THAT(said, Contains("the list of revoked client certificates is not valid yet begins="));
  CHECK_FALSE(w.keeper->retry_after());

  keeper_world late;
  late.put_server(-2 * 24h, 1);
  late.put_ca("test CA", -2 * 24h, 1);
  const std::string old = late.read();
  CHECK_THAT(old, Contains("the server's certificate has expired ends="));
  CHECK_THAT(old, Contains("the client CA has expired ends="));
}

TEST_CASE("files that are damaged change nothing, whatever waits", "[tls]") {
  keeper_world w;
  w.read();
  w.put_list({.begins = 1h});
  w.read();
  const auto before = w.keeper->now();
  w.files.write("crl.pem", "damaged");
  w.pass(1h);
  CHECK(w.keeper->now() == before);
  CHECK(w.taken_later == 0);
  CHECK(w.keeper->retry_after());
  CHECK_THAT(w.said, Contains("Reload failed"));
}

TEST_CASE("a list that is not used is warned of", "[tls]") {
  keeper_world w;
  w.files.write("ca-cert.pem", w.files.read("alice-cert.pem"));
  CHECK_THAT(w.read(), Contains("Ignoring a revocation list") && Contains("of=CN=test CA"));
}

TEST_CASE("what ends soon is warned of once an hour", "[tls]") {
  keeper_world w;
  w.put_list({.ends = 25h + 10min});
  w.read();
  const auto said_in = [&](std::chrono::milliseconds t) {
    w.said.clear();
    w.pass(t);
    return w.said;
  };
  CHECK(said_in(1h - 1s).empty());
  CHECK(said_in(1s).empty()); // not soon yet
  CHECK_THAT(said_in(1h), Contains("the list of revoked client certificates expires soon"));
  CHECK(said_in(1h - 1s).empty());
  CHECK_THAT(said_in(1s), Contains("expires soon"));
  CHECK_THAT(said_in(24h), Contains("the list of revoked client certificates has expired"));
}

TEST_CASE("a change that comes after others were asked for stays, though those are read later",
          "[tls]") {
  keeper_world w;
  w.read();
  const auto put = [&w](const std::string& name) {
    w.files.put(name, make_server(w.ca));
    auto config = w.config;
    config.certificate_file = w.files.certificate(name);
    config.private_key_file = w.files.key(name);
    return config;
  };
  const auto first = put("first"), second = put("second"), newest = put("newest");
  std::string done;
  const auto note = [&done](const result<void>& r) { done += r ? '+' : '-'; };
  const auto shows = [&w](const tls_server_config& c) {
    return w.shown() == tls::describe_file(c.certificate_file).value().serial;
  };

  w.keeper->change_later(first, note);
  w.keeper->change_later(second, note);
  w.keeper->change(newest).value();
  CHECK(done.empty());
  w.run();
  CHECK(done == "++");
  CHECK(shows(newest));

  // Later reloads count, each in its turn.
  w.keeper->change_later(first, note);
  w.keeper->change_later(second, note);
  w.run();
  CHECK(done == "++++");
  CHECK(shows(second));

  // Files that are wrong have changed nothing.
  auto wrong = newest;
  wrong.certificate_file = "/nowhere";
  w.keeper->change_later(first, note);
  CHECK_FALSE(w.keeper->change(wrong).has_value());
  w.run();
  CHECK(shows(first));
}

TEST_CASE("who waits for files when the keeper stops is told so, and whoever asks later", "[tls]") {
  keeper_world w;
  w.read();
  const auto before = w.keeper->now();
  std::vector<error_code> told;
  const auto note = [&told](const result<void>& r) {
    told.push_back(r ? error_code() : r.error().code);
  };
  w.keeper->change_later(w.config, note);
  w.keeper->change_later(w.config, note);
  w.keeper->stop();
  w.keeper->change_later(w.config, note);
  CHECK(told.empty()); // never inside the call
  w.run();
  CHECK(told == std::vector<error_code>(3, errc::server_stopping));
  CHECK(w.keeper->now() == before);
  w.pass(24h);
  CHECK(w.keeper->now() == before);
}
