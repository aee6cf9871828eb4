// Conversations of two accounts, which are kept.
#include "window_person.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;
using person = window_person;

TEST_CASE("asio-chat window control: between accounts a conversation is used like a room") {
  person p;
  p.keeps_others = true;
  p.enter("/query bob hello");
  CHECK(p.opened == std::vector<std::string>{"bob"});
  p.enter("/me waves");
  CHECK(p.entered.empty()); // until it is known that it is kept
  CHECK(p.sees("alice │ hello"));
  p.is_kept(true);
  REQUIRE(p.entered.size() == 2);
  CHECK(p.entered[0].what == intent::say);
  CHECK(p.entered[0].room == "@bob");
  CHECK(p.entered[0].text == "hello");
  CHECK(p.entered[1].kind == entry_kind::action);
  CHECK_FALSE(p.entered[0].id.empty()); // so that it is said once
  p.enter_room("@bob", 5);
  p.enter("/search tea");
  CHECK(p.entered[2].room == "@bob");
  p.enter("/topic tea");
  CHECK(p.entered[3].room == "@bob");
  p.enter("/close");
  CHECK(p.entered[4].text == "/leave @bob");
  CHECK(p.opened.size() == 1);
}

TEST_CASE(
    "asio-chat window control: what an account has written comes by itself, and is told read") {
  person p;
  p.keeps_others = true;
  p.meta(U'1');
  p.enter_room("@bob", 4);
  p.said("@bob", "three", 3);
  p.said("@bob", "four", 4);
  const window* bob = p.state.all.find_log("@bob");
  REQUIRE(bob);
  CHECK(bob->title() == "@bob");
  CHECK(bob->unread == 2);
  CHECK(bob->mentions == 2);
  CHECK(p.calls == 2);
  CHECK(p.state.all.current().title() == "#lobby"); // one stays where one is
  p.screen();
  CHECK(p.read.empty());
  p.meta(U'a');
  CHECK(p.sees("bob │ four"));
  CHECK(bob->unread == 0);
  CHECK(p.read == std::vector<std::string>{"@bob 4"});
  p.said("@bob", "five", 5);
  p.screen();
  p.screen();
  CHECK(p.read == std::vector<std::string>{"@bob 4", "@bob 5"});
  CHECK(p.opened.empty());
  CHECK(p.state.all.read_positions().count("@bob") == 0); // the server keeps it
  // One's own lines, from another device, are by the account.
  entry own;
  own.room = "@bob";
  own.from = "ally";
  own.text = "from the phone";
  own.at = {1, 6};
  p.news.show(own, "");
  CHECK(p.last().own);
}

TEST_CASE("asio-chat window control: both may begin a conversation at the same time") {
  person p;
  p.keeps_others = true;
  p.enter("/query bob");
  p.enter("hello");
  p.enter_room("@bob", 1); // he was faster
  p.said("@bob", "hi", 1);
  p.is_kept(false); // one is in it already
  CHECK(p.entered.back().room == "@bob");
  CHECK(p.state.all.find_log("@bob")->kept);
}

TEST_CASE("asio-chat window control: who logs out has no such conversation any more") {
  person p;
  p.keeps_others = true;
  p.enter_room("@bob", 1);
  p.enter("/query bob");
  p.news.show(member_left{"@bob", "alice"}, "");
  CHECK_FALSE(p.state.all.find_log("@bob")->kept);
  p.screen();
  REQUIRE(p.opened == std::vector<std::string>{"bob"});
  p.is_kept(false);
  p.enter("hello");
  CHECK(p.entered.back().text == "/msg bob hello");
  // With the login it is asked again.
  reply in;
  in.command = "login";
  in.items = {"alice"};
  p.news.show(in, "");
  p.screen();
  CHECK(p.opened.size() == 2);
}
