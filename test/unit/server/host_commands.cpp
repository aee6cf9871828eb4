// Commands that the host program adds to those of the server.

#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

#include <stdexcept>

using namespace asio_chat;
using namespace std::chrono_literals;
using test::last;
using test::server_world;
using test::types;
using words = std::vector<std::string>;

namespace {

host_command dice() {
  return {.info = {.name = "roll",
                   .arguments = {{.name = "SIDES",
                                  .kind = argument_kind::number,
                                  .min = 2,
                                  .max = 100,
                                  .help = "of the die"},
                                 {.name = "WHY", .kind = argument_kind::text, .optional = true}},
                   .help = "roll a die",
                   .details = "It is fair."},
          .run = [](command_call c, const command_answer_handler& answer) {
            answer(command_lines{{c.by.name + " rolls 4 of " + c.arguments.at(0), c.arguments.at(1),
                                  "in " + c.room}});
          }};
}

std::string typed(const std::string& line, const std::string& room = "lobby") {
  return "{'type':'command','ref':'r','room':'" + room + "','line':'" + line + "'}";
}

words lines_of(const std::vector<boost::json::object>& messages) {
  words all;
  REQUIRE(messages.size() == 1);
  REQUIRE(messages[0].at("type") == "reply");
  for (const auto& line : messages[0].at("lines").as_array())
    all.emplace_back(line.as_string());
  return all;
}

std::string rejection(server& s, host_command c) {
  try {
    s.add_command(std::move(c));
  } catch (const error& e) {
    CHECK(e.code() == errc::bad_setting);
    return e.what();
  }
  return "added";
}

} // namespace

TEST_CASE("a member calls a command of the host, in any case, with its arguments") {
  server_world w;
  w.chat->add_command(dice());
  const auto alice = w.log_in("alice");
  CHECK(lines_of(w.say(alice, typed("/Roll 6 for luck "))) ==
        words{"alice rolls 4 of 6", "for luck", "in lobby"});
  CHECK(lines_of(w.say(alice, typed("/roll 6", ""))) ==
        words{"alice rolls 4 of 6", "", "in lobby"});
}

TEST_CASE("arguments of a command of the host are checked before it is called") {
  server_world w;
  w.chat->add_command(dice());
  const auto alice = w.log_in("alice");
  for (const char* line : {"/roll", "/roll 1", "/roll 101", "/roll six"}) {
    const auto heard = w.say(alice, typed(line));
    CHECK(last(heard, "code") == "bad_arguments");
    CHECK(last(heard, "message").ends_with("usage: /roll SIDES [WHY]"));
  }
}

TEST_CASE("help and completion have the commands of the host") {
  server_world w;
  w.chat->add_command(dice());
  const auto c = w.connect();
  const auto heard = w.say(c, "{'type':'hello','name':'alice','replies':'data'}");
  CHECK(heard[0].at("commands").as_array().back() == "roll");
  CHECK(boost::json::serialize(heard[0].at("syntax").as_array().back()).find("SIDES") !=
        std::string::npos);
  const auto bob = w.log_in("bob");
  CHECK(lines_of(w.say(bob, typed("/help"))).back().starts_with("/roll SIDES [WHY] "));
  const words about = lines_of(w.say(bob, typed("/help ROLL")));
  CHECK(about.front().find("roll a die") != std::string::npos);
  CHECK(std::ranges::find(about, "It is fair.") != about.end());
}

TEST_CASE("a command of the host is refused without its right, and outside of the room") {
  server_world w({}, {.authenticate = [](const login_request& r, const login_answer_handler& h) {
                   h(login_accepted{.user = r.name, .may = {right::join_rooms, right::open_rooms}});
                 }});
  host_command c = dice();
  c.needs = right::set_topic;
  w.chat->add_command(std::move(c));
  c = dice();
  c.info.name = "here";
  c.needs_room = true;
  w.chat->add_command(std::move(c));
  const auto alice = w.log_in("alice");
  CHECK(last(w.say(alice, typed("/roll 6")), "code") == "not_allowed");
  CHECK(last(w.say(alice, typed("/here 6", "den")), "code") == "not_in_room");
  CHECK(lines_of(w.say(alice, typed("/here 6"))).size() == 3);
}

TEST_CASE("a command of the host may be answered later, in its turn, or refused") {
  server_world w;
  command_answer_handler kept;
  host_command c = dice();
  c.run = [&](const command_call&, command_answer_handler h) { kept = std::move(h); };
  w.chat->add_command(std::move(c));
  const auto alice = w.log_in("alice");
  CHECK(w.say(alice, typed("/roll 6")).empty());
  CHECK(w.say(alice, typed("/rooms")).empty()); // answers come in the order of the requests
  kept(host_refusal{"the die is lost"});
  w.run();
  const auto heard = alice->take();
  REQUIRE(types(heard) == words{"error", "reply"});
  CHECK(heard[0].at("message") == "the die is lost");
  CHECK(heard[0].at("ref") == "r");
}

TEST_CASE("a command of the host that throws or is silent is refused") {
  server_world w;
  host_command c = dice();
  command_answer_handler kept;
  c.run = [&](const command_call& call, command_answer_handler h) {
    if (call.arguments[0] == "6") throw std::runtime_error("no die");
    kept = std::move(h);
  };
  w.chat->add_command(std::move(c));
  const auto alice = w.log_in("alice");
  CHECK(last(w.say(alice, typed("/roll 6")), "code") == "not_available");
  w.say(alice, typed("/roll 7"));
  w.time.advance(10s);
  CHECK(last(alice->take(), "code") == "not_available");
  kept(command_lines{{"late"}});
  w.run();
  CHECK(alice->take().empty());
  w.say(alice, typed("/roll 8"));
  alice->hang_up();
  w.run();
  kept(command_lines{{"nobody is there"}});
  w.chat.reset();
}

TEST_CASE("what a command of the host answers cannot harm a client, and fits a frame") {
  server_world w;
  host_command c = dice();
  c.run = [](const command_call&, const command_answer_handler& h) {
    words lines(1'000, std::string(100, 'x'));
    lines[0] = "\x1b[2J";
    h(command_lines{std::move(lines)});
  };
  w.chat->add_command(std::move(c));
  const words heard = lines_of(w.say(w.log_in("alice"), typed("/roll 6")));
  CHECK(heard.front().find('\x1b') == std::string::npos);
  CHECK(heard.size() < 300);
  CHECK(heard.back() == "the answer is longer; the rest is left out");
}

TEST_CASE("a command with something wrong is not added, and the error says what") {
  server_world w;
  server& s = *w.chat;
  CHECK(rejection(s, dice()) == "added");
  CHECK(rejection(s, dice()).find("there is one of this name already") != std::string::npos);
  const auto with = [](auto change) {
    host_command c = dice();
    c.info.name = "other";
    change(c);
    return c;
  };
  const auto says = [&](auto change, std::string_view what) {
    return rejection(s, with(change)).find(what) != std::string::npos;
  };
  CHECK(says([](auto& c) { c.info.name = "who"; }, "one of this name already"));
  CHECK(says([](auto& c) { c.info.name = "/x"; }, "small letters only"));
  CHECK(says([](auto& c) { c.info.name = ""; }, "small letters only"));
  CHECK(says([](auto& c) { c.info.help = ""; }, "no help"));
  CHECK(says([](auto& c) { c.run = nullptr; }, "no function"));
  CHECK(says([](auto& c) { c.info.arguments.resize(5, {.name = "N"}); }, "more than 4"));
  CHECK(says([](auto& c) { c.info.arguments[0].key = "from"; }, "has a key"));
  CHECK(says([](auto& c) { c.info.arguments[0].name = ""; }, "no name"));
  CHECK(says([](auto& c) { c.info.arguments[0].min = 200; }, "no number is in the range"));
  CHECK(says([](auto& c) { std::swap(c.info.arguments[0], c.info.arguments[1]); },
             "takes the rest of the line"));
  CHECK(says(
      [](auto& c) {
        c.info.arguments[0].optional = true;
        c.info.arguments[1].optional = false;
      },
      "has to be there"));
}
