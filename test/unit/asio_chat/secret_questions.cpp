#include "secret_questions.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

command_argument secret(const char* name, const char* help = "", bool optional = false) {
  command_argument a;
  a.name = name;
  a.help = help;
  a.optional = optional;
  a.secret = true;
  return a;
}

command_argument word(const char* name, bool optional = false,
                      argument_kind kind = argument_kind::word) {
  command_argument a;
  a.name = name;
  a.optional = optional;
  a.kind = kind;
  return a;
}

const std::vector<command_info>& commands() {
  static const std::vector<command_info> all{
      {"register",
       {secret("PASSWORD", "8 bytes; in quotes"), secret("CODE", "if one is needed", true)}},
      {"login", {word("NAME"), secret("PASSWORD"), secret("CODE", "", true)}},
      {"password", {secret("OLD"), secret("NEW")}},
      {"totp", {word("ACTION", true), secret("SECRET", "", true), secret("CODE", "", true)}},
      {"cert", {word("ACTION", true), secret("SECRET", "", true), word("PIN", true)}},
      {"join", {word("ROOM", false, argument_kind::room), secret("KEY", "", true)}},
      {"who", {word("NAME", true)}}};
  return all;
}

std::vector<std::string> asked_for(std::string_view line,
                                   const std::set<std::string>& wanted = {}) {
  std::vector<std::string> questions;
  for (const missing_secret& m : missing_secrets(line, commands(), wanted))
    questions.push_back(m.question + (m.twice ? ", twice" : ""));
  return questions;
}

struct person {
  explicit person(std::string_view line)
      : asked(std::string(line), missing_secrets(line, commands())) {}
  secret_questions asked;

  secret_questions::state type(std::string_view text) {
    for (const char c : text)
      asked.press({key::kind::character, static_cast<char32_t>(c)});
    return control(U'M');
  }
  secret_questions::state control(char32_t c) { return asked.press({key::kind::control, c}); }
};

using step = secret_questions::state;
using words = std::vector<std::string>;

} // namespace

TEST_CASE("asio-chat secret questions: what a line lacks is asked for, and nothing else") {
  CHECK(asked_for("/login alice") == words{"password"});
  CHECK(asked_for(" /Login   alice ") == words{"password"});
  CHECK(asked_for("/register") == words{"new password (8 bytes), twice"});
  CHECK(asked_for("/password") == words{"password until now", "new password, twice"});
  CHECK(asked_for("/password old") == words{"new password, twice"});
  CHECK(asked_for("/totp on") == words{"your password"});
  CHECK(asked_for("/totp confirm") == words{"code that your app shows"});
  CHECK(asked_for("/totp off") == words{"your password", "code that your app shows"});
  CHECK(asked_for("/cert add") == words{"your password (Enter leaves it out)"});
  for (const char* line :
       {"/login", "/login alice word", "/register word", "/password a b", "/password a b c",
        "/totp", "/totp what", "/cert", "/cert list", "/cert remove", "/cert add pin", "/who",
        "/none", "login alice", "//login alice", ""}) {
    CAPTURE(line);
    CHECK(asked_for(line).empty());
  }
}

TEST_CASE("asio-chat secret questions: a password that may be left out is asked for all the same") {
  const std::vector<command_info> newer{
      {"login", {word("NAME", true), secret("PASSWORD", "", true), secret("CODE", "", true)}}};
  const auto questions = [&](std::string_view line) {
    std::vector<std::string> all;
    for (const missing_secret& m : missing_secrets(line, newer))
      all.push_back(m.question);
    return all;
  };
  CHECK(questions("/login alice") == words{"password (Enter alone: another device lets you in)"});
  CHECK(questions("/login").empty());
  CHECK(questions("/login alice word").empty());
}

TEST_CASE("asio-chat secret questions: a code is asked for once the server wants one") {
  const auto wants = [](std::string_view command, errc why) {
    return wants_optional_secret(command, why, commands());
  };
  CHECK(wants("login", errc::login_required));
  CHECK(wants("register", errc::login_required));
  CHECK_FALSE(wants("register", errc::not_allowed));
  CHECK_FALSE(wants("login", errc::not_allowed));
  CHECK_FALSE(wants("register", errc::name_taken));
  CHECK_FALSE(wants("password", errc::login_required));
  CHECK_FALSE(wants("none", errc::login_required));
  CHECK(asked_for("/Login alice", {"login"}) == words{"password", "code of your second factor"});
  CHECK(asked_for("/login alice word", {"login"}) == words{"code of your second factor"});
  CHECK(asked_for("/login alice", {"register"}) == words{"password"});
}

TEST_CASE("asio-chat secret questions: a question of the server cannot control the terminal") {
  const std::string endless(500, '\n');
  const std::vector<command_info> hostile{{"x", {secret("A\x1b[2J", endless.c_str())}}};
  const auto missing = missing_secrets("/x", hostile);
  REQUIRE(missing.size() == 1);
  CHECK(missing.front().question.find_first_of("\x1b\n") == std::string::npos);
  CHECK(missing.front().question.size() < 200);
}

TEST_CASE("asio-chat secret questions: the answers are put behind the line") {
  person p("/login alice");
  CHECK(p.asked.prompt() == "password: ");
  CHECK(p.type("wrongly") == step::whole);
  CHECK(p.asked.line() == "/login alice wrongly");
  person c("/cert add");
  CHECK(c.asked.prompt() == "your password (Enter leaves it out): ");
  CHECK(c.type("") == step::whole);
  CHECK(c.asked.line() == "/cert add");
  person off("/totp off");
  CHECK(off.type("word") == step::asks);
  CHECK(off.asked.prompt() == "code that your app shows: ");
  CHECK(off.type("") == step::asks);
  CHECK(off.type("123") == step::whole);
  CHECK(off.asked.line() == "/totp off word 123");
}

TEST_CASE("asio-chat secret questions: one of several words is put in quotes, and counted as one") {
  CHECK(asked_for("/password \"my old phrase\"") == words{"new password, twice"});
  CHECK(asked_for("/cert add \"my old phrase\"").empty());
  person p("/login alice");
  CHECK(p.type("correct horse") == step::whole);
  CHECK(p.asked.line() == "/login alice \"correct horse\"");
}

TEST_CASE("asio-chat secret questions: a new secret is typed twice, and the same") {
  person p("/password");
  p.type("old");
  p.type(" new");
  CHECK(p.asked.prompt() == "it cannot have blanks at its ends; new password: ");
  p.type("new\" one");
  CHECK(p.asked.prompt() == "it cannot have a \" before a blank; new password: ");
  p.type("newer");
  CHECK(p.asked.prompt() == "once more: new password: ");
  CHECK(p.type("never") == step::asks);
  CHECK(p.asked.prompt() == "these were two different ones; new password: ");
  p.type("newer");
  CHECK(p.type("newer") == step::whole);
  CHECK(p.asked.line() == "/password old newer");
}

TEST_CASE("asio-chat secret questions: keys edit the answer, a paste too, and one gives up") {
  person p("/login alice");
  CHECK(p.type("") == step::asks);
  CHECK(p.asked.prompt() == "it is needed, or Esc gives up; password: ");
  p.asked.press({key::kind::character, U'x'});
  p.control(U'U');
  p.asked.press({key::kind::paste, 0, "one\ntwo"});
  CHECK(p.asked.prompt() == "that paste has several lines; password: ");
  p.asked.press({key::kind::paste, 0, "pasted\n"});
  p.asked.press({key::kind::left});
  p.control(U'?');
  CHECK(p.type("t") == step::whole);
  CHECK(p.asked.line() == "/login alice pastet");
  person gone("/login alice");
  gone.asked.press({key::kind::character, U'x'});
  CHECK(gone.control(U'D') == step::asks);
  CHECK(gone.asked.press({key::kind::escape}) == step::given_up);
}

TEST_CASE("asio-chat secret questions: the key of a room is asked for once that room wants one") {
  CHECK(wants_optional_secret("join", errc::key_required, commands()));
  CHECK_FALSE(wants_optional_secret("join", errc::not_allowed, commands()));
  CHECK(asked_for("/join den").empty());
  CHECK(asked_for("/join den", {"join den"}) == words{"key of the room"});
  CHECK(asked_for("/Join #Den", {"join den"}) == words{"key of the room"});
  CHECK(asked_for("/join den open-sesame", {"join den"}).empty());
  CHECK(asked_for("/join attic", {"join den"}).empty());
  CHECK(asked_for("/join", {"join den"}).empty());
  CHECK(well_known_secret_from("/join den") == std::string_view::npos);
  CHECK(well_known_secret_from("/join den open") == 10);
  CHECK(well_known_secret_from("/key open") == 5);
}
