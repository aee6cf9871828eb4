#include "fullscreen/window_commands.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <algorithm>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

struct client_side {
  testing::manual_clock time;
  chat_state state{windows("example")};
  key_bindings bindings;
  unsent_lines unsent{state};
  window_commands commands{state, time, bindings, unsent};

  client_side() {
    room_state den;
    den.room = "den";
    state.all.entered(den);
  }
  /// What it says in the window that is shown.
  std::string says(std::string_view line) {
    const auto before = state.all.current().log.end();
    CHECK(commands.run(line).ours);
    const message_log& log = state.all.current().log;
    return log.end() > before ? log.at(log.end() - 1).text : "";
  }
};

} // namespace

TEST_CASE("asio-chat window commands: an alias stands for a line, and its arguments follow") {
  client_side c;
  CHECK(c.says("/alias") == "no aliases");
  CHECK(c.says("/alias J /join") == "/j is /join");
  CHECK(c.commands.expand("/J den") == "/join den");
  CHECK(c.commands.expand("/join den") == "/join den");
  CHECK(c.commands.expand("j den") == "j den");
  c.says("/alias /hi hello everyone");
  CHECK(c.commands.expand("/hi") == "hello everyone");
  CHECK(c.says("/alias") == "/hi is hello everyone\n/j is /join");
  CHECK(c.says("/unalias j") == "/j is no alias any more");
  CHECK(c.commands.expand("/j den") == "/j den");
}

TEST_CASE("asio-chat window commands: aliases that lead to each other come to an end") {
  client_side c;
  c.says("/alias who /who -all");
  CHECK(c.commands.expand("/who") == "/who -all");
  c.says("/alias a /b");
  c.says("/alias b /a");
  CHECK(c.commands.expand("/a x") == "/a x");
}

TEST_CASE("asio-chat window commands: a conversation is opened, and every window closed but one") {
  client_side c;
  CHECK(c.commands.run("/query bob").then.empty());
  CHECK(c.state.all.current().title() == "@bob");
  CHECK(c.commands.run("/query carol are you there").then == "/msg carol are you there");
  CHECK(c.commands.run("/close").then.empty());
  CHECK(c.state.all.current().title() == "@bob");
  c.commands.run("/CLOSE");
  CHECK(c.state.all.current().title() == "#den");
  CHECK(c.says("/close 2") == "/close takes no argument; usage: /close");
  CHECK(c.commands.run("/close").then == "/leave den"); // it closes when the server has answered
  room_state nook;
  nook.room = "nook";
  c.state.all.set_own_name("alice");
  for (const bool is_lost : {false, true}) {
    c.state.all.entered(nook);
    c.state.all.show_room("nook");
    // Where one is not any more, the server has nothing to answer.
    is_lost ? c.state.all.connected_again()
            : c.state.all.presence(member_left{"nook", "alice"}, c.time.wall_now());
    CHECK(c.commands.run("/close").then.empty());
    CHECK(c.state.all.find(window::kind::room, "nook") == nullptr);
  }
  c.state.all.show(0);
  CHECK(c.says("/close").starts_with("the server's window stays"));
  CHECK(c.says("/query").starts_with("NAME is missing"));
}

TEST_CASE("asio-chat window commands: who is ignored does not count and does not call") {
  client_side c;
  c.state.all.set_own_name("alice");
  CHECK(c.says("/ignore") == "no member is ignored");
  c.says("/ignore Bob");
  CHECK(c.says("/ignore") == "ignoring bob");
  c.state.all.show(0);
  entry e;
  e.room = "den";
  e.from = "BOB";
  e.text = "alice!";
  e.at = {1, 1};
  CHECK_FALSE(c.state.all.said(e));
  CHECK_FALSE(c.state.all.said(direct_message{"bob", "alice", {}, "psst"}));
  CHECK(c.state.all.count() == 2);
  CHECK(c.state.all.at(1).unread == 0);
  CHECK(c.says("/unignore bob") == "bob is not ignored any more");
  CHECK(c.says("/unignore bob") == "bob was not ignored");
  CHECK(c.state.all.said(direct_message{"bob", "alice", {}, "psst"}));
}

TEST_CASE("asio-chat window commands: with an account the server keeps who is ignored") {
  client_side c;
  c.state.all.set_own_name("alice");
  c.says("/ignore carol"); // as a guest
  CHECK(c.state.all.take_ignored(list_of_hidden({"bob"})));
  CHECK(is_ignored(c.state.all.ignored(), "BOB"));
  CHECK(is_ignored(c.state.all.ignored(), "carol"));
  CHECK_FALSE(c.state.all.said(direct_message{"bob", "alice", {}, "psst"}));
  CHECK_FALSE(c.commands.run("/ignore dora").ours);
  CHECK_FALSE(c.commands.run("/unignore bob").ours);
  CHECK_FALSE(c.commands.run("/ignore").ours);
  const message_log& log = c.state.all.current().log;
  CHECK(log.at(log.end() - 1).text == "ignoring here alone: carol");
  CHECK_FALSE(c.commands.run("/help ignore").ours);
  CHECK(c.says("/unignore carol") == "carol is not ignored any more");
  vocabulary words;
  words.commands.emplace_back("ignore");
  c.commands.add_to(words);
  CHECK(std::ranges::count(words.commands, "ignore") == 1);
  CHECK(words.choices["unignore NAME"] == std::vector<std::string>{"bob"});
  // Another name of an account comes from the server.
  c.state.all.presence(member_renamed{"den", "bob", "robert"}, {});
  CHECK_FALSE(is_ignored(c.state.all.ignored(), "robert"));
  c.state.all.take_ignored(list_of_hidden({}));
  CHECK(c.state.all.said(direct_message{"bob", "alice", {}, "psst"}));
  c.state.all.forget_kept_ignored();
  CHECK(c.says("/ignore dora").starts_with("ignoring dora"));
}

TEST_CASE("asio-chat window commands: the client explains its own, and the server the others") {
  client_side c;
  CHECK(c.says("/help /query") == "/query NAME [TEXT]: show a conversation with one member");
  CHECK_FALSE(c.commands.run("/help who").ours);
  CHECK_FALSE(c.commands.run("/help").ours); // both
  const message_log& log = c.state.all.current().log;
  CHECK(log.at(log.end() - 1).text.find("/ignore [NAME]") != std::string::npos);
  CHECK(c.says("/keys").find("Alt-a") != std::string::npos);
  CHECK_FALSE(c.commands.run("/who").ours);
  vocabulary words;
  c.says("/alias j /join");
  c.commands.add_to(words);
  CHECK(std::ranges::find(words.commands, "ignore") != words.commands.end());
  CHECK(std::ranges::find(words.commands, "j") != words.commands.end());
}

TEST_CASE("asio-chat window commands: a theme is shown, chosen, and completed") {
  client_side c;
  CHECK(c.says("/theme") == "the theme is dark; there are 16, dark, light, mono");
  CHECK(c.says("/theme light").empty());
  CHECK(c.state.themes.name() == "light");
  CHECK(c.says("/theme red") == "there is no theme 'red'; there are 16, dark, light, mono");
  c.says("/alias hi hello");
  vocabulary words;
  c.commands.add_to(words);
  CHECK(complete("/theme mo", words).text == "mono ");
  CHECK(complete("/theme mono li", words).choices.empty());
  CHECK(complete("/unalias h", words).text == "hi ");
}
