// TLS connections that go to sleep.
#include "tls_pair.hpp"

#include <random>

using namespace asio_chat;
using namespace asio_chat::test::tls;
namespace asio = boost::asio;

TEST_CASE("a sleeping connection wakes by input, and sleeps on over what is written") {
  for (const int version : both_versions) {
    world w(version);
    w.sleep();
    w.send("hello");
    w.until([&] { return w.server->in == "hello"; });
    CHECK_FALSE(w.server->asleep);

    w.sleep();
    w.server->write("good morning");
    w.until([&] { return w.in == "good morning"; });
    CHECK(w.server->asleep);

    w.send(", both");
    w.server->write(", both");
    w.until([&] { return w.in == "good morning, both" && w.server->in == "hello, both"; });
    CHECK_FALSE(w.server->asleep);
    CHECK(w.server->sleeps == 2);
  }
}

TEST_CASE("input that comes before the sleep is read, not slept over") {
  for (const int version : both_versions) {
    world w(version);
    w.send("hello");
    w.server->rest();
    w.until([&] { return w.server->in == "hello"; });
    w.sleep();
    const std::string first = w.seal("one");
    w.send_raw(first + w.seal(" two"));
    w.until([&] { return w.server->in == "helloone two"; });
  }
}

TEST_CASE("a record that is cut anywhere around a sleep arrives whole") {
  for (const int version : both_versions) {
    world w(version);
    std::string expected;
    for (std::size_t cut = 0; cut <= 40; ++cut) {
      const std::string text = "text number " + std::to_string(cut);
      expected += text;
      const std::string record = w.seal(text);
      w.send_raw(std::string_view(record).substr(0, cut));
      w.turn();
      w.turn();
      w.server->rest();
      w.turn();
      w.turn();
      w.server->write("x"); // a write in between takes no byte away from the read
      w.turn();
      w.send_raw(std::string_view(record).substr(std::min(cut, record.size())));
      w.until([&] { return w.server->in == expected && (w.server->reading || w.server->asleep); });
    }
    CHECK(w.server->sleeps > 20);
    w.until([&] { return w.in == std::string(41, 'x'); });
  }
}

TEST_CASE("what is said of a sleeping connection is what was said before") {
  for (const int version : both_versions) {
    world w(version);
    const std::string before = SSL_get_version(w.server->stream->native_tls());
    w.sleep();
    REQUIRE(w.server->stream->native_tls() != nullptr);
    CHECK(SSL_get_version(w.server->stream->native_tls()) == before);
    CHECK(SSL_get_certificate(w.server->stream->native_tls()) != nullptr);
    CHECK(w.server->asleep);
  }
}

TEST_CASE("a sleeping connection can be shut down, with close_notify") {
  for (const int version : both_versions) {
    world w(version);
    w.sleep();
    w.server->shut_down();
    w.until([&] { return (SSL_get_shutdown(w.ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0; });
    SSL_shutdown(w.ssl.get());
    w.until([&] { return w.server->shut; });
  }
}

TEST_CASE("a sleeping connection can be closed, and be let go of") {
  for (const int version : both_versions) {
    world w(version);
    w.sleep();
    w.server->close();
    w.server.reset(); // the handler of its wait has not run yet
    w.until([&] { return w.ended; });
  }
}

TEST_CASE("a peer that goes while we sleep is noticed, politely or not") {
  for (const int version : both_versions) {
    {
      world w(version);
      w.sleep();
      SSL_shutdown(w.ssl.get());
      w.until([&] { return w.server->end == asio::error::eof; });
    }
    world w(version);
    w.sleep();
    w.socket.close();
    w.until([&] {
      w.context.restart();
      w.context.poll();
      return w.server->end.failed();
    });
    CHECK(w.server->end != asio::error::eof);
  }
}

TEST_CASE("keys may change while we sleep") {
  world w(TLS1_3_VERSION);
  for (int i = 0; i < 3; ++i) {
    w.sleep();
    REQUIRE(SSL_key_update(w.ssl.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
    w.send("a");
    w.server->write("b");
    w.until([&] {
      return w.in.size() == static_cast<std::size_t>(i + 1) && w.server->in.size() == w.in.size();
    });
    w.until([&] { return w.server->reading; });
  }
}

TEST_CASE("renegotiation is refused when we sleep, too") {
  world w(TLS1_2_VERSION);
  w.sleep();
  SSL_renegotiate(w.ssl.get());
  SSL_do_handshake(w.ssl.get());
  w.until([&] { return !w.server->asleep; });
  for (int i = 0; i < 20; ++i)
    w.turn();
  CHECK(SSL_num_renegotiations(w.server->stream->native_tls()) == 0);
  CHECK(w.server->in.empty());
}

TEST_CASE("thousands of sleeps at any moment lose, double and reorder nothing") {
  for (const int version : both_versions) {
    world w(version);
    std::mt19937 random(20261121);
    const auto below = [&](unsigned n) { return random() % n; };
    std::string said;
    std::string answered;
    std::string held; // of a record: the rest comes later
    for (unsigned step = 0; step < 30'000; ++step) {
      switch (below(6)) {
      case 0: {
        const std::string text = std::to_string(step) + std::string(below(300), '.') + ";";
        said += text;
        std::string bytes = std::exchange(held, {}) + w.seal(text);
        const std::size_t now = below(2) == 0 ? bytes.size() : below(unsigned(bytes.size()));
        held = bytes.substr(now);
        w.send_raw(bytes.substr(0, now));
        break;
      }
      case 1: {
        const std::string text = std::to_string(step) + std::string(below(3'000), '.') + ";";
        answered += text;
        w.server->write(text);
        break;
      }
      case 2:
      case 3:
        w.server->rest();
        break;
      default:
        w.turn();
      }
      if (held.empty()) continue;
      if (below(4) == 0) w.send_raw(std::exchange(held, {}));
    }
    w.send_raw(held);
    w.until([&] { return w.server->in.size() >= said.size() && w.in.size() >= answered.size(); });
    CHECK(w.server->in == said);
    CHECK(w.in == answered);
    CHECK(w.server->sleeps > 2'000);
  }
}
