// The host program says who somebody is.

#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

#include <deque>
#include <stdexcept>

using namespace asio_chat;
using namespace std::chrono_literals;
using test::last;
using test::server_world;
using test::types;
using words = std::vector<std::string>;

namespace {

/// Keeps the questions; the test answers them.
struct asked_logins {
  struct one {
    login_request request;
    login_answer_handler answer;
  };
  server_hooks hooks() {
    return {.authenticate = [this](const login_request& r, login_answer_handler h) {
      questions.push_back({r, std::move(h)});
    }};
  }
  one next() {
    one q = std::move(questions.front());
    questions.pop_front();
    return q;
  }
  std::deque<one> questions;
};

/// Lets everybody in: `alice-phone` is the user `alice`.
server_hooks by_name() {
  return {.authenticate = [](const login_request& r, const login_answer_handler& answer) {
    answer(login_accepted{.user = r.name.substr(0, r.name.find('-'))});
  }};
}

std::string hello(const std::string& name) {
  return "{'type':'hello','name':'" + name + "'}";
}

} // namespace

TEST_CASE("a host sees what a connection shows, and gives it a name and rights") {
  asked_logins asked;
  server_world w({}, asked.hooks());
  const auto c = w.connect();
  CHECK(w.say(c, "{'type':'hello','name':'alice','passphrase':'secret'}").empty());
  const auto q = asked.next();
  CHECK(q.request.name == "alice");
  CHECK(q.request.password == "secret");
  CHECK(q.request.address == "memory");
  CHECK(q.request.certificate.empty());
  CHECK(q.request.session == w.chat->sessions().at(0).number);
  CHECK(w.chat->stats().members == 0);

  q.answer(login_accepted{
      .user = "17", .name = "Alice", .may = rights::all().without(right::set_topic)});
  w.run();
  const auto heard = c->take();
  REQUIRE(types(heard) == words{"welcome", "event joined", "room"});
  CHECK(heard[0].at("name") == "Alice");
  CHECK(heard[0].contains("resume")); // which tells this device from another, and opens nothing
  CHECK(w.chat->sessions().at(0).name == "Alice");
  CHECK(w.chat->sessions().at(0).user == "17");
  const auto refused = w.say(c, "{'type':'command','ref':'r','room':'lobby','line':'/topic mine'}");
  CHECK(last(refused, "code") == "not_allowed");
  CHECK_FALSE(w.logged("secret"));
}

TEST_CASE("a login that a host refuses may be tried again, unless it is refused for good") {
  asked_logins asked;
  server_world w({}, asked.hooks());
  const auto c = w.connect();
  w.say(c, hello("mallory"));
  asked.next().answer(login_refused{.why = "not\nyou", .retry_after = 5s});
  w.run();
  const auto first = c->take();
  CHECK(types(first) == words{"error"});
  CHECK(last(first, "code") == "login_required");
  CHECK(last(first, "message").find("; try again in 5 s") != std::string::npos);
  CHECK(last(first, "message").find('\n') == std::string::npos);

  w.say(c, hello("mallory"));
  asked.next().answer(login_refused{.why = "never you", .for_good = true});
  w.run();
  const auto second = c->take();
  CHECK(types(second) == words{"goodbye"});
  CHECK(second[0].at("code") == 2008);
  CHECK(second[0].at("reconnect") == false);
  CHECK(c->ended);
  CHECK(w.chat->stats().refused_logins == 2);
}

TEST_CASE("a login that a host refuses with strange values is refused like any other") {
  asked_logins asked;
  server_world w({}, asked.hooks());
  const auto c = w.connect();
  w.say(c, hello("mallory"));
  asked.next().answer(login_refused{
      .why = std::string(3'000'000, 'x'), .retry_after = -5s, .code = static_cast<errc>(987'654)});
  w.run();
  const auto first = c->take();
  CHECK(types(first) == words{"error"});
  CHECK(last(first, "code") == "login_required");
  CHECK(last(first, "message").size() == 1'000);
}

TEST_CASE("two connections of one user are one member, whatever names they ask for") {
  server_world w({}, by_name());
  const auto phone = w.connect();
  w.say(phone, hello("alice-phone"));
  const auto laptop = w.connect();
  const auto heard = w.say(laptop, hello("alice"));
  CHECK(heard[0].at("name") == "alice-phone");
  CHECK(w.chat->stats().members == 1);
  CHECK(w.chat->rooms().at(0).members == 1);
}

TEST_CASE("a device of a user that comes again takes its own place, and is asked about again") {
  asked_logins asked;
  server_world w({}, asked.hooks());
  const auto come = [&](const std::string& hello_with) {
    const auto c = w.connect();
    w.say(c, hello_with);
    asked.next().answer(login_accepted{.user = "17"});
    w.run();
    return c;
  };
  const auto laptop = come(hello("alice"));
  const auto phone = come(hello("alice"));
  const std::string token(phone->take().at(0).at("resume").as_string());
  const std::string again = "{'type':'hello','name':'alice','resume':'" + token + "'}";
  const auto phone_again = come(again);
  CHECK(types(phone_again->take()).front() == "welcome");
  CHECK(phone->ended);
  CHECK_FALSE(laptop->ended);
  CHECK(w.chat->stats().members == 1);
  // Each counts its messages for itself.
  w.say(laptop, "{'type':'send','id':'1','room':'lobby','text':'from the laptop'}");
  const auto said = w.say(phone_again, "{'type':'send','id':'1','room':'lobby','text':'hi'}");
  CHECK(types(said) == words{"event message", "ack"});
  CHECK_FALSE(said.back().at("duplicate").as_bool());
  // The token alone is of no use to anybody else.
  const auto thief = w.connect();
  w.say(thief, again);
  asked.next().answer(login_refused{.why = "not you"});
  w.run();
  CHECK(types(thief->take()) == words{"error"});
  CHECK_FALSE(phone_again->ended);
}

TEST_CASE("where a member has one connection, a user who comes again replaces the one before") {
  server_config config;
  config.limits.member_connections = 1;
  server_world w(config, by_name());
  const auto first = w.connect();
  w.say(first, hello("alice"));
  const auto second = w.connect();
  CHECK(types(w.say(second, hello("alice"))).front() == "welcome");
  CHECK(first->ended);
  CHECK(w.chat->stats().members == 1);
}

TEST_CASE("the name of a user is held for this user alone") {
  asked_logins asked;
  server_world w({}, asked.hooks());
  const auto log_in = [&](const std::string& user) {
    const auto c = w.connect();
    w.say(c, hello("alice"));
    asked.next().answer(login_accepted{.user = user});
    w.run();
    return c;
  };
  log_in("17")->hang_up();
  w.run();
  CHECK(last(log_in("18")->take(), "code") == "name_taken");
  CHECK(types(log_in("17")->take()).front() == "welcome");
}

TEST_CASE("the rights of the last login of a user hold for all connections") {
  asked_logins asked;
  server_world w({}, asked.hooks());
  const auto phone = w.connect();
  w.say(phone, hello("alice"));
  asked.next().answer(login_accepted{.user = "a"});
  w.run();
  const auto laptop = w.connect();
  w.say(laptop, hello("alice"));
  asked.next().answer(login_accepted{.user = "a", .may = {right::join_rooms}});
  w.run();
  phone->take();
  const auto heard = w.say(phone, "{'type':'send','id':'m','room':'lobby','text':'hello'}");
  CHECK(last(heard, "code") == "not_allowed");
}

TEST_CASE("a guest of a host comes back by the token") {
  server_world w({}, {.authenticate = [](const auto&, const login_answer_handler& answer) {
                   answer(login_accepted{});
                 }});
  const auto c = w.connect();
  const auto heard = w.say(c, hello("alice"));
  const std::string token(heard[0].at("resume").as_string());
  c->hang_up();
  w.run();
  const auto taken = w.say(w.connect(), hello("alice"));
  CHECK(last(taken, "code") == "name_taken");
  const auto again = w.say(w.connect(), "{'type':'hello','name':'alice','resume':'" + token + "'}");
  CHECK(types(again).front() == "welcome");
}

TEST_CASE("a passphrase that all share is checked first, and a host does not see it") {
  server_config config;
  config.passphrase.emplace("open sesame");
  asked_logins asked;
  server_world w(config, asked.hooks());
  const auto wrong = w.say(w.connect(), "{'type':'hello','name':'a','passphrase':'guess'}");
  CHECK(last(wrong, "phrase") == "wrong passphrase");
  CHECK(asked.questions.empty());
  w.say(w.connect(), "{'type':'hello','name':'a','passphrase':'open sesame'}");
  CHECK_FALSE(asked.next().request.password);
}

TEST_CASE("a login about which a host throws, is silent, or forgets, is refused for now") {
  int n = 0;
  login_answer_handler kept;
  server_hooks hooks{.authenticate =
                         [&](const login_request&, login_answer_handler h) {
                           if (++n == 1) throw std::runtime_error("no database");
                           if (n == 2) kept = std::move(h);
                         },
                     .answer_time = 3s};
  server_world w({}, std::move(hooks));
  const auto c = w.connect();
  for (int i = 0; i < 3; ++i) {
    auto heard = w.say(c, hello("alice"));
    if (i == 1) {
      CHECK(heard.empty());
      w.time.advance(3s);
      heard = c->take();
    }
    CHECK(types(heard) == words{"error"});
    CHECK(last(heard, "code") == "not_available");
  }
  CHECK(w.logged("A hook of the host program failed hook=authenticate reason=no database"));
  CHECK(w.logged("hook=authenticate reason=no answer in time"));
  kept(login_accepted{});
  w.run();
  CHECK(w.chat->stats().members == 0);
}

TEST_CASE("a login that is answered after the login time, or without its connection, is void") {
  asked_logins asked;
  server_hooks hooks = asked.hooks();
  hooks.answer_time = 1h;
  server_world w({}, std::move(hooks));
  const auto slow = w.connect();
  w.say(slow, hello("alice"));
  w.time.advance(31s);
  CHECK(types(slow->take()) == words{"goodbye"});
  const auto gone = w.connect();
  w.say(gone, hello("bob"));
  gone->hang_up();
  w.run();
  const auto orphan = w.connect();
  w.say(orphan, hello("carol"));
  for (const int n : {0, 1}) {
    INFO(n);
    asked.next().answer(login_accepted{});
    w.run();
    CHECK(w.chat->stats().members == 0);
  }
  const auto last_one = asked.next();
  w.chat.reset();
  last_one.answer(login_accepted{});
  w.run();
}

TEST_CASE("the answer time of a server's hooks is checked") {
  boost::asio::io_context context;
  try {
    server s(context, {}, {.answer_time = 0ms});
    FAIL("it was taken");
  } catch (const error& e) {
    CHECK(std::string(e.what()).find("server_hooks::answer_time") != std::string::npos);
  }
}
