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
