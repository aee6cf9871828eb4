// New certificates while clients are connected.

#include "support/catch.hpp"
#include "support/chat_world.hpp"

#include <asio_chat/tls/certificate_info.hpp>

using namespace asio_chat;
using namespace asio_chat::test;

TEST_CASE("a talk goes on while certificates are read again, good ones and bad ones") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  const tls_server_config good = server_tls();
  CHECK(w.server->stats().certificate_ends ==
        tls::describe_file(good.certificate_file).value().not_after);

  tls_server_config bad = good;
  bad.certificate_file = "/nowhere/cert.pem";
  for (int i = 0; i < 20; ++i) {
    CHECK_THROWS_AS(w.server->reload_tls(bad), asio_chat::error);
    w.server->reload_tls(good);
    alice.say("line " + std::to_string(i));
  }
  CHECK(w.until([&] { return bob.has("alice: line 19"); }));
  CHECK_FALSE(alice.ended);
  w.join("carol");
  CHECK(w.logged("Loaded certificates, trusted CAs and revocations"));
}

TEST_CASE("certificates are read beside the talk, one reload after the other") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  tls_server_config bad = server_tls();
  bad.certificate_file = "/nowhere/cert.pem";
  std::string done;
  for (int i = 0; i < 5; ++i) {
    w.server->async_reload_tls(bad, [&](const result<void>& r) { done += r ? '+' : '-'; });
    w.server->async_reload_tls(server_tls(), [&](const result<void>& r) { done += r ? '+' : '-'; });
  }
  CHECK(done.empty()); // never inside the call
  alice.say("meanwhile");
  CHECK(w.until([&] { return bob.has("alice: meanwhile") && done.size() == 10; }));
  CHECK(done == "-+-+-+-+-+");
  CHECK_FALSE(alice.ended);
  w.join("carol");
}

TEST_CASE("a server may be destroyed while certificates are read, and by the handler that they "
          "were read") {
  chat_world w;
  int aborted = 0;
  const auto is_aborted = [&](const result<void>& r) {
    if (r.has_error() && r.error().code == asio::error::operation_aborted) ++aborted;
  };
  for (int i = 0; i < 3; ++i)
    w.server->async_reload_tls(server_tls(), is_aborted);
  w.server.reset();
  w.context.restart();
  w.context.run_for(patience);
  CHECK(w.context.stopped());
  CHECK(aborted == 3);
  chat_world another;
  bool done = false;
  another.server->async_reload_tls(server_tls(), [&](const result<void>&) {
    done = true;
    another.server.reset();
  });
  another.server->async_reload_tls(server_tls(), is_aborted);
  CHECK(another.until([&] { return done; }));
  another.context.restart();
  another.context.run_for(patience);
  CHECK(another.context.stopped());
  CHECK(aborted == 4);
}

TEST_CASE("async_reload_tls of a server that has stopped is answered") {
  chat_world w;
  bool stopped = false;
  w.server->async_stop([&](error_code) { stopped = true; });
  REQUIRE(w.until([&] { return stopped; }));
  std::optional<error_code> told;
  w.server->async_reload_tls(
      server_tls(), [&](const result<void>& r) { told = r ? error_code() : r.error().code; });
  CHECK_FALSE(told);
  CHECK(w.until([&] { return told.has_value(); }));
  CHECK(told == errc::server_stopping);
}

TEST_CASE("a server without certificate can be given one") {
  asio::io_context context;
  asio_chat::server server(context, {});
  CHECK_FALSE(server.stats().certificate_ends);
  CHECK_THROWS_AS(server.listen("127.0.0.1", 0), asio_chat::error);
  server.reload_tls(server_tls());
  CHECK(server.listen("127.0.0.1", 0).port() != 0);
  CHECK(server.stats().certificate_ends);
}
