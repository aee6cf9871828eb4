// Settings that no server can work with are refused when it is made.

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/server.hpp>

using namespace asio_chat;

namespace {

/// The sentence that refuses these settings; empty if they are taken.
std::string refusal(const server_config& config) {
  boost::asio::io_context context;
  try {
    const server made(context, config);
  } catch (const error& e) {
    return e.what();
  }
  return {};
}

/// The sentence that refuses to listen there without TLS; empty if it does.
std::string plaintext_refusal(const server_config& config, const std::string& address) {
  boost::asio::io_context context;
  server made(context, config);
  try {
    made.listen_insecure_plaintext(address, 0);
  } catch (const error& e) {
    return e.what();
  }
  return {};
}

} // namespace

TEST_CASE("the settings that come with the library are good") {
  CHECK(refusal({}).empty());
}

TEST_CASE("C29: the longest text is bounded, so that it fits a frame whatever it is made of") {
  server_config c;
  c.limits.text_bytes = 0;
  CHECK(refusal(c) == "limits.text_bytes must be 1 to 30000 bytes, not 0");
  c.limits.text_bytes = 30'001;
  CHECK(refusal(c) == "limits.text_bytes must be 1 to 30000 bytes, not 30001");
  c.limits.text_bytes = 30'000;
  CHECK(refusal(c).empty());
}

TEST_CASE("master keys without a directory are refused: nothing would be kept") {
  server_config c;
  c.storage.master_keys = {std::string(64, 'a')};
  CHECK(refusal(c) == "storage.master_keys are for a journal on disk: set storage.directory as "
                      "well, or leave the keys out");
}

TEST_CASE("names and topics are bounded, so that they leave room for what is said") {
  server_config c;
  c.limits.name_characters = 9'000; // longer than a frame of the text protocol
  CHECK(refusal(c) == "limits.name_characters must be 10 to 64 characters, not 9000");
  c = {};
  c.limits.room_characters = 65;
  CHECK(refusal(c) == "limits.room_characters must be 1 to 64 characters, not 65");
  c = {};
  c.limits.topic_bytes = 40'000; // as quotes, longer than a frame of the native protocol
  CHECK(refusal(c) == "limits.topic_bytes must be 1 to 4096 bytes, not 40000");
}

TEST_CASE("names that come from certificates take that every client shows one") {
  server_config c;
  c.people.names = certificate_names::common_name;
  for (const auto clients : {client_certificates::none, client_certificates::optional}) {
    c.tls.clients = clients;
    CHECK(refusal(c) == "names come from clients' certificates (cert-name), so every client has to "
                        "show one: set client-cert = required");
  }
  c.tls.clients = client_certificates::required;
  CHECK(refusal(c).empty());
}

TEST_CASE("an idle time below a minute is warned of at start, and none is as good as a long one") {
  const auto warnings = [](std::chrono::milliseconds idle_time) {
    server_config c;
    c.limits.idle_time = idle_time;
    std::string all;
    c.log = [&](severity s, std::string_view message, std::span<const log_field> fields) {
      if (s == severity::warning) all += std::string(message) + " " + fields[0].value;
    };
    boost::asio::io_context context;
    const server made(context, std::move(c));
    return all;
  };
  CHECK(warnings(std::chrono::milliseconds(59'999))
            .starts_with("The idle timeout is below a minute"));
  CHECK(warnings(std::chrono::milliseconds(59'999)).ends_with(" 59999"));
  CHECK(warnings(std::chrono::minutes(1)).empty());
  CHECK(warnings(std::chrono::milliseconds(0)).empty());
}

TEST_CASE("every duration of a server is a range, and 0 is never or refused") {
  struct member {
    const char* name;
    std::chrono::milliseconds limits::*place;
    std::chrono::milliseconds least, most;
    bool never;
  };
  using namespace std::chrono_literals;
  const member all[] = {
      {"room_age", &limits::room_age, 1min, 24h * 36'500, true},
      {"edit_time", &limits::edit_time, 1s, 24h * 36'500, true},
      {"name_hold_time", &limits::name_hold_time, 1ms, 24h * 30, true},
      {"sleep_time", &limits::sleep_time, 1ms, 24h, true},
      {"id_time", &limits::id_time, 1s, 24h * 30, false},
      {"handshake_time", &limits::handshake_time, 1ms, 24h, false},
      {"login_time", &limits::login_time, 1ms, 24h, false},
      {"idle_time", &limits::idle_time, 1ms, 24h, true},
      {"stall_time", &limits::stall_time, 2ms, 24h, false},
      {"close_time", &limits::close_time, 1ms, 24h, false},
      {"drain_time", &limits::drain_time, 1ms, 24h, false},
  };
  for (const member& m : all) {
    INFO(m.name);
    const auto with = [&](std::chrono::milliseconds value) {
      server_config c;
      c.limits.*m.place = value;
      return refusal(c);
    };
    CHECK(with(m.least).empty());
    CHECK(with(m.most).empty());
    CHECK(with(0ms).empty() == m.never);
    for (const auto bad : {m.least - 1ms, m.most + 1ms, -1ms, std::chrono::milliseconds::max()})
      if (bad != 0ms) CHECK(with(bad).starts_with("limits." + std::string(m.name) + " must be "));
  }
}

TEST_CASE("every count of a server is in a range") {
  const auto with = [](auto place, auto value) {
    server_config c;
    c.limits.*place = value;
    return refusal(c);
  };
  CHECK(with(&limits::rooms, 0u).starts_with("limits.rooms must be 1 to"));
  CHECK(with(&limits::rooms_per_member, 0u).starts_with("limits.rooms_per_member must be 1 to"));
  CHECK(
      with(&limits::member_connections, 0u).starts_with("limits.member_connections must be 1 to"));
  CHECK(with(&limits::connections, 0u).starts_with("limits.connections must be 1 to"));
  CHECK(with(&limits::join_history, 10'001u) ==
        "limits.join_history must be 0 to 10000 entries, not 10001");
  CHECK(with(&limits::join_history, 0u).empty());
  server_config c;
  c.admission.bytes = 1000;
  CHECK(refusal(c).starts_with("admission.bytes must be 1048576 to "));
  c = {};
  c.admission.longest_penalty = std::chrono::seconds(14);
  CHECK(refusal(c).starts_with("admission.longest_penalty must be "));
  c.admission.longest_penalty = {};
  CHECK(refusal(c).empty());
  c.rates.searches = {1, std::chrono::hours(25)};
  CHECK(refusal(c).starts_with("rates.searches.per must be "));
  c = {};
  for (const int backlog : {0, -1, 65'536}) {
    c.backlog = backlog;
    CHECK(refusal(c).starts_with("backlog must be 1 to 65535, not "));
  }
  c = {};
  c.join_history["den"] = 10'001;
  CHECK(refusal(c) == "join_history of den must be 0 to 10000 entries, not 10001");
}

TEST_CASE("the default room has a room's name, and an empty passphrase is none") {
  server_config c;
  c.default_room = "no room";
  CHECK(refusal(c).starts_with("a room's name begins with"));
  c = {};
  c.passphrase = "";
  CHECK(refusal(c) == "the passphrase must not be empty: anyone could log in");
}

TEST_CASE("a server without a certificate does not listen") {
  boost::asio::io_context context;
  server made(context, {});
  CHECK_THROWS_WITH(made.listen("127.0.0.1", 0),
                    "a server without a certificate cannot listen; set tls.certificate_file, "
                    "tls.certificate_pem or tls.context");
}

TEST_CASE("no host is an error, and does not stand for all addresses") {
  CHECK(plaintext_refusal({}, "").starts_with("no host to listen on"));
}

TEST_CASE("a server says where it listens") {
  boost::asio::io_context context;
  server made(context, {});
  CHECK(made.listening_on().empty());
  const auto first = made.listen_insecure_plaintext("127.0.0.1", 0);
  const auto second = made.listen_insecure_plaintext("127.0.0.2", 0);
  CHECK(made.listening_on() == std::vector{first, second});
}

TEST_CASE("E4: without TLS a server listens on loopback addresses only") {
  for (const char* address : {"0.0.0.0", "192.0.2.7"})
    CHECK(plaintext_refusal({}, address) ==
          "cannot listen on " + std::string(address) +
              ":0 without TLS: it is not a loopback address such as 127.0.0.1 or ::1");
  CHECK(plaintext_refusal({}, "::").starts_with("cannot listen on [::]:0 without TLS"));
  CHECK(plaintext_refusal({}, "127.0.0.1").empty());
}

TEST_CASE("B1: where client certificates are required a server does not listen without TLS") {
  server_config c;
  c.tls.clients = client_certificates::required;
  CHECK(plaintext_refusal(c, "127.0.0.1")
            .starts_with("cannot listen without TLS while clients are asked"));
}

TEST_CASE("a server takes another master key as it runs, and no other directory") {
  const test::temp_directory directory;
  const std::string first(64, 'a'), second(64, 'b');
  server_config c;
  c.storage = {directory.string(), {first}};
  {
    boost::asio::io_context context;
    server made(context, c);
    CHECK_THROWS_AS(made.reload_storage({directory.string(), {}}), error);
    CHECK_THROWS_AS(made.reload_storage({directory.string(), {"short"}}), error);
    CHECK_THROWS_AS(made.reload_storage({"/elsewhere", {second}}), error);
    CHECK_NOTHROW(made.reload_storage({directory.string(), {second, first}}));
  }
  CHECK(refusal(c).find("does not open with this master key") != std::string::npos);
  c.storage.master_keys = {second};
  CHECK(refusal(c).empty());
}

TEST_CASE("a server takes master keys beside what else it does, one reload after the other") {
  const test::temp_directory directory;
  const std::string first(64, 'a'), second(64, 'b'), third(64, 'c');
  server_config c;
  c.storage = {directory.string(), {first}};
  std::vector<std::string> heard;
  const auto hear = [&](const result<void>& r) {
    heard.push_back(r ? "taken" : r.error().message);
  };
  {
    boost::asio::io_context context;
    server made(context, c);
    made.async_reload_storage({directory.string(), {second, first}}, hear);
    made.async_reload_storage({directory.string(), {"short"}}, hear);
    made.async_reload_storage({"/elsewhere", {second}}, hear);
    made.async_reload_storage({directory.string(), {third, second}}, hear);
    CHECK(heard.empty()); // never inside the call
    while (heard.size() < 4)
      context.run_one();
    made.async_reload_storage({directory.string(), {first, third}}, hear);
    made.reload_storage(
        {directory.string(), {second, first}}); // this call waits for the one under way
  } // the context runs no more: the last handler is not called
  REQUIRE(heard.size() == 4);
  CHECK(heard[0] == "taken"); // they were taken in their order
  CHECK(heard[1].starts_with("a master key is 64 hexadecimal digits"));
  CHECK(heard[2].starts_with("storage.directory cannot be changed"));
  CHECK(heard[3] == "taken");
  c.storage.master_keys = {third};
  CHECK(refusal(c).find("does not open with this master key") != std::string::npos);
  c.storage.master_keys = {second};
  CHECK(refusal(c).empty());
}

TEST_CASE("a server that keeps the history in memory has no master key to change") {
  boost::asio::io_context context;
  server made(context, {});
  CHECK_NOTHROW(made.reload_storage({}));
  bool taken = false;
  made.async_reload_storage({}, [&](const result<void>& r) { taken = r.has_value(); });
  while (!taken)
    REQUIRE(context.run_one() == 1);
}
