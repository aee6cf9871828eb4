#include "fullscreen/settings.hpp"

#include "support/catch.hpp"

using namespace asio_chat::app;

TEST_CASE("asio-chat settings: a call is a sequence that no name can end") {
  CHECK(call_sequence(call_by::nothing, "bob", "#den").empty());
  CHECK(call_sequence(call_by::bell, "bob", "#den") == "\a");
  CHECK(call_sequence(call_by::osc9, "bob\a\x1b\\\n\u202e", "#den") ==
        "\x1b]9;asio-chat: bob??\\???? in #den\a");
  CHECK(call_sequence(call_by::osc777, "a;b", "@a;b") == "\x1b]777;notify;asio-chat;a,b in @a,b\a");
}

TEST_CASE("asio-chat settings: a part of the screen looks as one says") {
  appearances looks;
  CHECK(add_appearance(looks, "mention 213 on blue bold underline").empty());
  CHECK(looks.at(role::mention).ink == 213);
  CHECK(looks.at(role::mention).paper == 4);
  CHECK(looks.at(role::mention).bold);
  CHECK(looks.at(role::mention).underlined);
  CHECK_FALSE(looks.at(role::mention).reversed);
  CHECK(add_appearance(looks, "bar reverse").empty());
  CHECK(looks.at(role::bar).ink == -1);
  const auto [text, part] = GENERATE(table<std::string, std::string>({{"", "no part ''"},
                                                                      {"nose red", "own-name"},
                                                                      {"bar 256", "'256'"},
                                                                      {"bar pink", "'pink'"}}));
  CHECK(add_appearance(looks, text).find(part) != std::string::npos);
}
