// Who somebody is, asked of a program at a Unix socket.
#include "ops/socket_authenticator.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <unistd.h>

using namespace asio_chat;
using namespace std::chrono_literals;
using ops::read_answer_line;
using ops::socket_authenticator;

namespace {

using local = boost::asio::local::stream_protocol;

login_request asks(std::string name, std::string password) {
  login_request r;
  r.name = std::move(name);
  r.password = std::move(password);
  r.address = "192.0.2.7:4000";
  return r;
}

/// The other side is the test, line by line.
struct asked_program {
  explicit asked_program(std::vector<uid_t> users = {::geteuid()}, std::size_t max_waiting = 256)
      : acceptor(context, local::endpoint(path))
      , by(std::make_shared<socket_authenticator>(
            context.get_executor(), time,
            socket_authenticator::options{path, std::move(users), 10s, max_waiting},
            [this](severity, std::string_view message, auto fields) {
              log.push_back(std::string(message));
              for (const log_field& f : fields)
                log.back() += " " + f.value;
            })) {}

  void run() {
    context.restart();
    while (context.poll() > 0) {
    }
  }
  void ask(const std::string& name) {
    const std::size_t at = answers.size();
    answers.emplace_back();
    by->ask(asks(name, "secret of " + name), [this, at](login_answer a) {
      CHECK_FALSE(answers[at]); // once
      answers[at] = std::move(a);
    });
    run();
  }
  void accept() {
    acceptor.non_blocking(true);
    peer = acceptor.accept();
    peer->non_blocking(true);
    run();
  }
  std::string hear() {
    run();
    std::string all(65536, '\0');
    error_code none;
    all.resize(peer->read_some(boost::asio::buffer(all), none));
    return all;
  }
  void say(const std::string& text) {
    boost::asio::write(*peer, boost::asio::buffer(text));
    run();
  }
  const login_refused& refused(std::size_t i) {
    REQUIRE(answers.at(i));
    return std::get<login_refused>(*answers[i]);
  }
  bool is_put_off(std::size_t i) {
    return answers.at(i) && refused(i).code == errc::not_available && refused(i).retry_after;
  }

  const test::temp_directory dir;
  const std::string path = dir / "socket";
  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  local::acceptor acceptor;
  std::optional<local::socket> peer;
  std::vector<std::string> log;
  std::vector<std::optional<login_answer>> answers;
  std::shared_ptr<socket_authenticator> by;
};

} // namespace

TEST_CASE("authenticator: a question is a line of JSON, and answers come in any order") {
  asked_program p;
  p.ask("alice");
  p.ask("b\"o\nb");
  p.accept();
  const std::string lines = p.hear();
  const auto end = lines.find('\n');
  const auto first = boost::json::parse(lines.substr(0, end)).as_object();
  CHECK(first.at("id") == 1);
  CHECK(first.at("name") == "alice");
  CHECK(first.at("password") == "secret of alice");
  CHECK(first.at("address") == "192.0.2.7:4000");
  CHECK_FALSE(first.contains("certificate"));
  const auto second = boost::json::parse(lines.substr(end + 1)).as_object();
  CHECK(second.at("id") == 2);
  CHECK(second.at("name") == "b\"o\nb");

  p.say(R"({"id":2,"accept":false,"reason":"no such user"})"
        "\n"
        R"({"id":1,"accept":true,"user":"42","name":"Alice","role":"operator"})"
        "\n");
  CHECK(p.refused(1).why == "no such user");
  CHECK(p.refused(1).code == errc::wrong_passphrase);
  REQUIRE(p.answers[0]);
  const auto& yes = std::get<login_accepted>(*p.answers[0]);
  CHECK(yes.user == "42");
  CHECK(yes.name == "Alice");
  CHECK(yes.as == role::op);
  CHECK_FALSE(yes.may.has(right::rename)); // to the name of one who is not here
  CHECK(p.log.empty());
}

TEST_CASE("authenticator: an answer in pieces is one answer") {
  asked_program p;
  p.ask("alice");
  p.accept();
  for (const char c : std::string(R"({"id":1,"accept":true})"))
    p.say({c});
  CHECK_FALSE(p.answers[0]);
  p.say("\n");
  REQUIRE(p.answers[0]);
  CHECK(std::get<login_accepted>(*p.answers[0]).as == role::guest);
}

TEST_CASE("authenticator: what makes no sense lets nobody in") {
  const std::string bad =
      GENERATE("hello", "[]", "{}", R"({"id":"one","accept":true})", R"({"id":7,"accept":true})",
               R"({"id":0,"accept":true})", R"({"id":1})", R"({"id":1,"accept":"yes"})",
               R"({"id":1,"accept":true,"user":5})", R"({"id":1,"accept":true,"role":"god"})",
               R"({"id":1,"accept":false,"retry_after":-1})", "\xff\xfe", std::string(70'000, 'x'));
  CAPTURE(bad.substr(0, 100));
  asked_program p;
  p.ask("alice");
  p.accept();
  p.hear();
  p.say(bad + "\n");
  CHECK(p.is_put_off(0));
  REQUIRE(p.log.size() == 1);
  CHECK(p.log[0].find(p.path) != std::string::npos);
  CHECK(p.log[0].size() < 500);
  CHECK(p.log[0].find("secret") == std::string::npos);
}

TEST_CASE("authenticator: who cannot be asked about is told to try again, and it is asked anew") {
  asked_program p;
  SECTION("the program goes while it is asked") {
    p.ask("alice");
    p.accept();
    p.peer.reset();
    p.run();
  }
  SECTION("it is not there") {
    p.acceptor.close();
    ::unlink(p.path.c_str());
    p.ask("alice");
    p.acceptor = local::acceptor(p.context, local::endpoint(p.path));
  }
  SECTION("it does not answer in time") {
    p.ask("alice");
    p.accept();
    p.hear();
    p.time.advance(9s);
    p.run();
    CHECK_FALSE(p.answers[0]);
    p.time.advance(2s);
    p.run();
    // Later it does, which is of no use.
    p.say("{\"id\":1,\"accept\":true}\n");
    p.peer.reset();
    p.run();
  }
  CHECK(p.is_put_off(0));
  CHECK(p.log.size() == 1); // once, however many

  p.ask("bob");
  p.accept();
  CHECK(p.hear().find("bob") != std::string::npos);
  p.say("{\"id\":2,\"accept\":true}\n");
  REQUIRE(p.answers[1]);
  CHECK(std::holds_alternative<login_accepted>(*p.answers[1]));
  REQUIRE(p.log.size() == 2);
  CHECK(p.log[1].find("answers again") != std::string::npos);
}

TEST_CASE("authenticator: a restart of the program while nobody logs in is no event") {
  asked_program p;
  p.by->start();
  p.run();
  p.accept();
  p.peer.reset();
  p.run();
  CHECK(p.log.empty());
  p.ask("alice");
  p.accept();
  CHECK(p.hear().find("alice") != std::string::npos);
}

TEST_CASE("authenticator: passwords are given to nobody else's program") {
  asked_program p({::geteuid() + 1});
  p.ask("alice");
  p.accept();
  CHECK(p.is_put_off(0));
  CHECK(p.hear().empty());
  REQUIRE(p.log.size() == 1);
  CHECK(p.log[0].find("authenticator-user") != std::string::npos);
}

TEST_CASE("authenticator: what its program could not read is not asked") {
  asked_program p;
  for (const std::string& name : {std::string("\xff"), std::string(20'000, '\x01')})
    p.ask(name);
  CHECK(p.refused(0).code == errc::login_required);
  CHECK(p.refused(1).code == errc::login_required);
  p.ask(std::string(4'000, '\x01')); // the longest lines are read
  p.accept();
  CHECK(p.hear().size() < 64 * 1024);
}

TEST_CASE("authenticator: questions that wait are bounded") {
  asked_program p({::geteuid()}, 2);
  p.ask("alice");
  p.ask("bob");
  p.ask("carol");
  CHECK(p.is_put_off(2));
  CHECK_FALSE(p.answers[0]);
}

TEST_CASE("authenticator: closed, it lets the loop end") {
  asked_program p;
  p.ask("alice");
  p.accept();
  p.by->close();
  p.context.restart();
  p.context.run();
  CHECK(p.is_put_off(0));
  p.ask("bob");
  CHECK(p.is_put_off(1));
  CHECK(p.log.empty());
}
