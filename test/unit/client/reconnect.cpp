// Reconnecting, over real TLS on loopback.
#include "support/catch.hpp"
#include "tls_world.hpp"

using namespace asio_chat;
using namespace asio_chat::test;
namespace asio = boost::asio;
using asio::ip::tcp;

TEST_CASE("client B15: says what TLS agreed on, and by what the server was verified") {
  tls_world w({answer_politely});
  w.connect();
  REQUIRE_FALSE(w.code);
  CHECK(w.login.tls.version == "TLSv1.3");
  CHECK(w.login.tls.cipher_suite.starts_with("TLS_"));
  CHECK(w.login.tls.alpn == "asio-chat/1");
  CHECK(w.login.tls.verified_by == "ca-cert.pem");
  CHECK(w.chat->server().pin.starts_with("sha256/"));
  CHECK_FALSE(w.chat->server().fingerprint.empty());
}

TEST_CASE("client B5: without trust there is no connection, but the certificate can be seen") {
  tls_world w({answer_politely}, [](client_config& c) { c.tls.ca_file.clear(); });
  w.connect();
  CHECK(w.code == errc::untrusted_certificate);
  CHECK(w.chat->server().pin.starts_with("sha256/"));
  CHECK(w.listener.connections.at(0)->requests.empty());
}

TEST_CASE("client B16: the server's name is what is verified") {
  tls_world w({answer_politely}, [](client_config& c) { c.tls.server_name = "elsewhere.example"; });
  w.connect();
  CHECK(w.code == errc::host_name_mismatch);
  CHECK(w.listener.connections.at(0)->requests.empty());
}

TEST_CASE("client D9: a refused connection says host, port and reason") {
  std::uint16_t port = 0;
  tls_world w({answer_politely}, [&](client_config& c) {
    asio::io_context other;
    tcp::acceptor closed(other, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    c.host = "127.0.0.1";
    c.port = port = closed.local_endpoint().port();
  });
  w.connect();
  CHECK(w.code == asio::error::connection_refused);
  CHECK(w.sentence ==
        "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_CASE("client: a server that never shakes hands is given up after connect_time") {
  asio::io_context other;
  tcp::acceptor silent(other, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  tls_world w({answer_politely}, [&](client_config& c) {
    c.host = "127.0.0.1";
    c.port = silent.local_endpoint().port();
    c.connect_time = std::chrono::milliseconds(100);
  });
  w.connect();
  CHECK(w.code == errc::timed_out);
  CHECK(w.sentence.find("in the TLS handshake") != std::string::npos);
}

TEST_CASE("client D12: comes back with its name and its rooms, and tells it before what is new") {
  tls_world w({answer_politely});
  w.connect();
  w.listener.connections[0]->say_event(room_state{"", "den", "", {"alice"}, {1, 0}});
  w.listener.connections[0]->say_event(member_renamed{"lobby", "alice", "ally"});
  w.until([&] { return w.seen<member_renamed>().size() == 1; });
  w.events.clear();
  w.listener.connections[0]->close();
  w.until([&] { return w.seen<room_state>().size() == 2; });

  REQUIRE(w.listener.connections.size() == 2);
  const fake_server& second = *w.listener.connections[1];
  CHECK(second.heard<native::hello>().at(0).name == "ally");
  CHECK(second.heard<native::hello>().at(0).room == "lobby");
  CHECK(second.heard<native::join>().at(0).room == "den");
  REQUIRE(w.events.size() == 4);
  REQUIRE(std::holds_alternative<disconnected>(w.events[0]));
  CHECK(std::get<disconnected>(w.events[0]).retry_in);
  REQUIRE(std::holds_alternative<connected>(w.events[1]));
  CHECK(std::get<connected>(w.events[1]).again);
  CHECK(w.logins == 1);
}

TEST_CASE("client: a goodbye with the advice to come back is followed, any other is not") {
  const auto reason = GENERATE(close_code::server_stopping, close_code::protocol_error);
  tls_world w({answer_politely});
  w.connect();
  w.listener.connections[0]->say(native::goodbye{{reason, "so it is"}});
  if (reason == close_code::server_stopping) {
    w.until([&] { return !w.seen<connected>().empty(); });
    CHECK(w.seen<disconnected>().at(0).reason.phrase == "so it is");
  } else {
    w.until([&] { return w.end.has_value(); });
    CHECK_FALSE(w.seen<disconnected>().at(0).retry_in);
    CHECK(*w.end == errc::not_connected);
  }
}

TEST_CASE("client: waits for its name while another member bears it") {
  const auto taken = [](fake_server& s, const native::request&) {
    s.say_event(refused{"", errc::name_taken, "the name alice is taken"});
  };
  tls_world w({answer_politely, taken, taken, answer_politely});
  w.connect();
  w.listener.connections[0]->close();
  w.until([&] { return !w.seen<connected>().empty(); });
  CHECK(w.listener.connections.size() == 4);
  CHECK(w.seen<connected>().at(0).name == "alice");
  const auto told = w.seen<disconnected>();
  REQUIRE(told.size() == 2);
  CHECK_FALSE(told[0].attempt);
  CHECK(told[1].attempt == errc::name_taken); // twice refused, told once
  CHECK(told[1].reason.phrase == "the name alice is taken");
  CHECK(told[1].retry_in);
  CHECK(w.listener.connections[3]->heard<native::hello>().at(0).room == "lobby");
}

TEST_CASE("client: does not come back to a server that refuses the passphrase now") {
  const auto wrong = [](fake_server& s, const native::request&) {
    s.say_event(refused{"", errc::wrong_passphrase, "wrong passphrase"});
  };
  tls_world w({answer_politely, wrong});
  w.connect();
  w.listener.connections[0]->close();
  w.until([&] { return w.end.has_value(); });
  REQUIRE(w.seen<disconnected>().size() == 2);
  CHECK(w.seen<disconnected>()[1].reason.code == close_code::wrong_passphrase);
  CHECK(w.seen<disconnected>()[1].attempt == errc::wrong_passphrase);
  CHECK_FALSE(w.seen<disconnected>()[1].retry_in);
}

TEST_CASE("client: every reason why it cannot come back is told, each once for a lost connection") {
  const auto taken = [](fake_server& s, const native::request&) {
    s.say_event(refused{"", errc::name_taken, "the name alice is taken"});
  };
  const auto full = [](fake_server& s, const native::request&) {
    s.say(native::goodbye{{close_code::server_stopping, "back soon"}});
  };
  tls_world w({answer_politely, taken, full, taken, full, answer_politely, full, answer_politely});
  w.connect();
  w.listener.connections[0]->close();
  w.until([&] { return w.seen<connected>().size() == 1; });
  std::vector<error_code> told;
  for (const disconnected& d : w.seen<disconnected>())
    told.push_back(d.attempt);
  CHECK(told == std::vector<error_code>{{}, errc::name_taken, errc::server_stopping});
  w.listener.connections.back()->close();
  w.until([&] { return w.seen<connected>().size() == 2; });
  CHECK(w.seen<disconnected>().size() == 5);
  CHECK(w.seen<disconnected>().back().attempt == errc::server_stopping);
}

TEST_CASE("client: does not come back to a server that says that it would end the same way") {
  const auto elsewhere = [](fake_server& s, const native::request&) {
    s.say(native::goodbye{{close_code::not_trusted, "your certificate is no longer accepted"}});
  };
  tls_world w({answer_politely, elsewhere});
  w.connect();
  w.listener.connections[0]->close();
  w.until([&] { return w.end.has_value(); });
  const disconnected last = w.seen<disconnected>().back();
  CHECK(last.reason ==
        close_reason{close_code::not_trusted, "your certificate is no longer accepted"});
  CHECK(last.attempt == errc::closed_by_server);
  CHECK_FALSE(last.retry_in);
}

TEST_CASE("client: a room that refuses us when we come back is told by its name") {
  const auto no_den = [](fake_server& s, const native::request& r) {
    if (const auto* j = std::get_if<native::join>(&r)) {
      s.say_event(refused{j->ref, errc::too_many_rooms, "there are as many rooms as may be"});
    } else {
      answer_politely(s, r);
    }
  };
  tls_world w({answer_politely, no_den});
  w.connect();
  w.listener.connections[0]->say_event(room_state{"", "den", "", {"alice"}, {1, 0}});
  w.until([&] { return w.seen<room_state>().size() == 2; });
  w.listener.connections[0]->close();
  w.until([&] { return !w.seen<refused>().empty(); });
  CHECK(w.seen<refused>().at(0).message ==
        "you are not in den any more: there are as many rooms as may be");
}

TEST_CASE("client: without `reconnect` a lost connection is the end") {
  tls_world w({answer_politely}, [](client_config& c) { c.reconnect = false; });
  w.connect();
  w.listener.connections[0]->close();
  w.until([&] { return w.end.has_value(); });
  CHECK_FALSE(w.seen<disconnected>().at(0).retry_in);
  CHECK(w.listener.connections.size() == 1);
}

TEST_CASE("client: closes properly while it waits for the next attempt") {
  tls_world w({answer_politely},
              [](client_config& c) { c.retry_first = c.retry_most = std::chrono::hours(1); });
  w.connect();
  w.listener.connections[0]->close();
  w.until([&] { return !w.seen<disconnected>().empty(); });
  bool closed = false;
  w.chat->async_close([&](error_code e) { closed = !e; });
  w.until([&] { return closed && w.end.has_value(); });
}

TEST_CASE("client: says bye over TLS and hears the server out") {
  tls_world w({answer_politely});
  w.connect();
  bool closed = false;
  w.chat->async_close([&](error_code e) { closed = !e; });
  // The attempt does not last until its own time-out of two seconds.
  for (int idle = 0; !closed && idle < 20;) {
    w.context.restart();
    if (w.context.run_one_for(std::chrono::milliseconds(50)) == 0) ++idle;
  }
  CHECK(closed);
  CHECK(w.listener.connections[0]->heard<native::bye>().size() == 1);
}
