// How a command reaches the daemon.
#include "ops/control_socket.hpp"

#include "ops/unix_socket.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>

using namespace asio_chat;
using namespace std::chrono_literals;
using ops::control_line;
using ops::control_socket;
using ops::read_control_line;

namespace {

using stream = boost::asio::local::stream_protocol;

/// A daemon that takes changes; the test answers them.
struct controlled {
  controlled() {
    by->start();
    run();
  }
  ~controlled() { by->close(); }

  void run() {
    context.restart();
    while (context.poll() > 0) {
    }
  }
  stream::socket connect() {
    stream::socket s(context);
    s.connect(stream::endpoint(file.path()));
    s.non_blocking(true);
    run();
    return s;
  }
  void say(stream::socket& s, const std::string& text) {
    boost::asio::write(s, boost::asio::buffer(text));
    run();
  }
  /// Empty: nothing is there; `end`: it was closed.
  std::string hear(stream::socket& s) {
    run();
    std::string all(4096, '\0');
    error_code e;
    all.resize(s.read_some(boost::asio::buffer(all), e));
    return e == boost::asio::error::would_block || !all.empty() ? all : "end";
  }

  const test::temp_directory dir;
  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  ops::unix_socket_file file =
      ops::unix_socket_file::open(ops::control_path(dir.string()), 0600, 16).value();
  std::vector<std::pair<account_change, control_socket::answer>> asked;
  std::vector<std::string> announced;
  bool refuses = false;
  std::vector<std::string> log;
  std::shared_ptr<control_socket> by = std::make_shared<control_socket>(
      context.get_executor(), time, file.take_socket(),
      [this](account_change c, control_socket::answer a) {
        asked.emplace_back(std::move(c), std::move(a));
      },
      [this](std::string text) -> result<void> {
        if (refuses) return fail(errc::text_too_long, "the text is too long");
        announced.push_back(std::move(text));
        return {};
      },
      [this](severity, std::string_view message, auto) { log.emplace_back(message); });
};

} // namespace

TEST_CASE("control: a change is a line, and comes back as it was") {
  const account_change all[] = {{account_change::kind::add, "Юля", "correct horse", role::op},
                                {account_change::kind::disable, "alice"},
                                {account_change::kind::enable, "alice"},
                                {account_change::kind::reset, "alice", "\"quoted\\"},
                                {account_change::kind::remove, "alice"},
                                {account_change::kind::forget, "alice"},
                                {account_change::kind::certify, "alice", {}, role::member, "pin"},
                                {account_change::kind::uncertify, "alice", {}, role::member, "p"},
                                {account_change::kind::add, "bob", {}, role::op, "pin"},
                                {account_change::kind::role, "alice", {}, role::owner}};
  for (const account_change& c : all) {
    const std::string line = control_line(c);
    CHECK(line.find('\n') == std::string::npos);
    const auto back = read_control_line(line);
    REQUIRE(back.has_value());
    CHECK(back->what == c.what);
    CHECK(back->name == c.name);
    CHECK(back->password == c.password);
    CHECK(back->as == c.as);
    CHECK(back->pin == c.pin);
  }
  for (const char* wrong :
       {"", "7", "[]", "{}", R"({"account": "fly", "name": "alice"})", R"({"account": "disable"})",
        R"({"account": "reset", "name": "alice"})", R"({"account": 7, "name": "alice"})",
        R"({"account": "disable", "name": "alice", "password": "x"})",
        R"({"account": "certify", "name": "alice"})",
        R"({"account": "forget", "name": "alice", "pin": "p"})",
        R"({"account": "add", "name": "alice"})"})
    CHECK_FALSE(read_control_line(wrong).has_value());
}

TEST_CASE("control: each connection asks for one thing and gets one answer") {
  controlled d;
  auto one = d.connect();
  auto two = d.connect();
  d.say(one, R"({"account": "disable", "name": "alice"})"
             "\n");
  d.say(two, R"({"account": "delete", "name": "bob"})"
             "\n");
  REQUIRE(d.asked.size() == 2);
  CHECK(d.hear(one).empty());
  d.asked[1].second(fail(errc::bad_setting, "there is no account 'bob'"));
  CHECK(d.hear(two) ==
        "{\"done\":false,\"message\":\"there is no account 'bob'\",\"setting\":true}\n");
  CHECK(d.hear(two) == "end");
  d.asked[0].second(std::string());
  CHECK(d.hear(one) == "{\"done\":true}\n");
  CHECK(d.log == std::vector<std::string>{"An account was changed by asio-chatd account"});
}

TEST_CASE("control: a text that no daemon could be given is refused before one is asked") {
  const auto refusal = [](const std::string& text) {
    const auto told = ops::ask_daemon_to_announce("/nowhere", text);
    return told && !*told ? told->error().message : std::string();
  };
  CHECK(refusal("down at ten").empty()); // there is no daemon
  CHECK(refusal(std::string(32 * 1024, 'x')).empty());
  CHECK(refusal(std::string(70'000, 'x')) ==
        "the text has 70000 bytes, which is more than a daemon can be given: shorten it");
  CHECK(refusal(std::string(20'000, '\1')).starts_with("the text has 20000 bytes")); // escaped
  CHECK(refusal("down \xff\xfe") == "the text is not UTF-8: convert it");
}

TEST_CASE("control: what is to be announced is a line, and is answered at once") {
  const std::string text = "restart at \"ten\"\nwith\tmore \xd1\x8e";
  const std::string line = ops::announcement_line(text);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(ops::announcement_in(line) == text);
  for (const char* wrong : {"", "7", "{}", R"({"announce": 7})", R"({"announce": ""})"})
    CHECK_FALSE(ops::announcement_in(wrong).has_value());
  controlled d;
  auto one = d.connect();
  d.say(one, line + "\n");
  CHECK(d.hear(one) == "{\"done\":true}\n");
  CHECK(d.hear(one) == "end");
  CHECK(d.announced == std::vector{text});
  CHECK(d.log == std::vector<std::string>{"Everybody was told something by asio-chatd announce"});
  d.refuses = true;
  auto two = d.connect();
  d.say(two, line + "\n");
  CHECK(d.hear(two) == "{\"done\":false,\"message\":\"the text is too long\",\"setting\":false}\n");
  CHECK(d.asked.empty());
}

TEST_CASE("control: nonsense, silence and long lines end without a change") {
  controlled d;
  auto nonsense = d.connect();
  d.say(nonsense, "nonsense\n");
  CHECK(d.hear(nonsense).find("does not know this request") != std::string::npos);
  auto silent = d.connect();
  d.time.advance(control_socket::line_time);
  CHECK(d.hear(silent) == "end");
  auto endless = d.connect();
  d.say(endless, std::string(control_socket::max_line + 1, 'x'));
  CHECK(d.hear(endless) == "end");
  auto gone = d.connect();
  d.say(gone, R"({"account": "disable", "name": "alice"})"
              "\n");
  gone.close();
  d.run();
  REQUIRE(d.asked.size() == 1);
  d.asked[0].second(std::string()); // to nobody
  d.run();
}

TEST_CASE("control: more than so many at once wait for their turn") {
  controlled d;
  std::vector<stream::socket> held;
  for (std::size_t n = 0; n < control_socket::max_connections; ++n)
    held.push_back(d.connect());
  auto late = d.connect();
  d.say(late, R"({"account": "disable", "name": "alice"})"
              "\n");
  CHECK(d.asked.empty());
  held.front().close();
  d.run();
  CHECK(d.asked.size() == 1);
}

TEST_CASE("control: without descriptors it pauses, and takes who waited when there are some") {
  controlled d;
  stream::socket late(d.context);
  late.connect(stream::endpoint(d.file.path()));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 3; // those that are open stay
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  constexpr int endless = 100;
  int steps = 0;
  d.context.restart();
  while (steps < endless && d.context.poll_one() > 0)
    ++steps;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(steps > 0);
  CHECK(steps < endless); // it does not ask again and again
  d.say(late, R"({"account": "disable", "name": "alice"})"
              "\n");
  CHECK(d.asked.empty());
  d.time.advance(control_socket::accept_pause);
  d.run();
  CHECK(d.asked.size() == 1);
}

TEST_CASE("control: a command asks the daemon, if one is there") {
  const test::temp_directory nobody;
  CHECK_FALSE(ops::ask_daemon(nobody.string(), {account_change::kind::disable, "alice"}));
  CHECK_FALSE(ops::ask_daemon(nobody.string() + std::string(200, 'x'),
                              {account_change::kind::disable, "alice"}));
  controlled d;
  const auto ask = [&](const auto& answer) {
    std::optional<result<std::string>> told;
    std::thread command([&] {
      told = ops::ask_daemon(d.dir.string(), {account_change::kind::disable, "alice"});
    });
    d.asked.clear();
    while (d.asked.empty())
      d.context.run_one();
    answer();
    d.run();
    command.join();
    REQUIRE(told);
    return *told;
  };
  CHECK(ask([&] { d.asked[0].second(std::string()); }).value().empty());
  CHECK(ask([&] { d.asked[0].second(std::string("eyJ.e.s")); }).value() == "eyJ.e.s");
  const auto no = ask([&] { d.asked[0].second(fail(errc::bad_setting, "no such one")); });
  CHECK(no.error().code == errc::bad_setting);
  CHECK(no.error().message == "no such one");
  // It stops before it has answered.
  const auto lost = ask([&] { d.by->close(); });
  CHECK(lost.error().message.find("may or may not have changed") != std::string::npos);
  // What a daemon that was killed leaves behind.
  CHECK_FALSE(ops::ask_daemon(d.dir.string(), {account_change::kind::disable, "alice"}));
}
