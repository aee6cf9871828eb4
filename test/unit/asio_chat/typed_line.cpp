#include "typed_line.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;

TEST_CASE("asio-chat D6: quit and /quit leave, in any case") {
  const auto* text = GENERATE("quit", "QUIT", " Quit ", "/quit", "/QUIT", "/Quit now");
  CHECK(read_typed_line(text, true).what == intent::leave);
}

TEST_CASE("asio-chat D6: what only looks like quit does not leave") {
  CHECK(read_typed_line("quit it", true).what == intent::say);
  CHECK(read_typed_line("/quitter", true).what == intent::command);
  CHECK(read_typed_line("quit", false).what == intent::say);
  CHECK(read_typed_line("/Quit", false).what == intent::leave);
}

TEST_CASE("asio-chat: a line is nothing, a message or a command") {
  CHECK(read_typed_line("", true).what == intent::nothing);
  CHECK(read_typed_line(" \t \r", true).what == intent::nothing);
  CHECK(read_typed_line("\x1b\x07", true).what == intent::nothing);
  CHECK(read_typed_line("\u200B\u3000 \uFEFF", true).what == intent::nothing);
  CHECK(read_typed_line("hello", true).text == "hello");
  CHECK(read_typed_line("/who", true).what == intent::command);
  CHECK(read_typed_line("/who", true).text == "/who");
  CHECK(read_typed_line("//who", true).what == intent::say);
  CHECK(read_typed_line("//who", true).text == "/who");
}

TEST_CASE("asio-chat: blanks before a message and the lines in it are part of it") {
  CHECK(read_typed_line("  hello", true).text == "  hello");
  CHECK(read_typed_line("  if (x)\n\t//y", true).text == "  if (x)\n\t//y");
  CHECK(read_typed_line("  // x\ny", true).text == "  / x\ny");
  CHECK(read_typed_line("/msg bob one\n two", true).what == intent::command);
  CHECK(read_typed_line("/msg bob one\n two", true).text == "/msg bob one\n two");
  CHECK(read_typed_line("/quit\nx", true).what == intent::leave);
  CHECK(read_typed_line("quit\nx", true).what == intent::say);
}

TEST_CASE("asio-chat: as text every line is a message, whatever it looks like") {
  CHECK(read_literal_line("/quit").what == intent::say);
  CHECK(read_literal_line("/quit").text == "/quit");
  CHECK(read_literal_line("  //x \x1b[1m").text == "  //x [1m");
  CHECK(read_literal_line(" \t\r").what == intent::nothing);
}

TEST_CASE("asio-chat D19: typed control characters are not sent") {
  CHECK(read_typed_line("a\x1b[31mb\x7f\x07", true).text == "a[31mb");
  CHECK(read_typed_line("a\xC2\x9B"
                        "31mb",
                        true)
            .text == "a31mb");
  CHECK(read_typed_line("a\tb", true).text == "a\tb");
  CHECK(read_typed_line("a\xff"
                        "b",
                        true)
            .text == "a\uFFFDb");
  CHECK(read_typed_line("\u00fc\u4e2d\U0001F600", true).text == "\u00fc\u4e2d\U0001F600");
}

TEST_CASE("asio-chat: the secret of a command begins with its argument, wherever that is") {
  const std::vector<command_info> commands = {
      {.name = "login",
       .arguments = {{.name = "NAME"},
                     {.name = "PASSWORD", .kind = argument_kind::text, .secret = true}}},
      {.name = "password", .arguments = {{.name = "OLD", .secret = true}, {.name = "NEW"}}},
      {.name = "topic", .arguments = {{.name = "TEXT", .kind = argument_kind::text}}}};
  const auto from = [&](std::string_view line) { return secret_from(line, commands); };
  constexpr auto none = std::string_view::npos;
  CHECK(from("/login alice correct horse") == 13);
  CHECK(from("  /LOGIN  alice   x") == 18);
  CHECK(from("/login alice ") == none);
  CHECK(from("/login alice") == none);
  CHECK(from("/login ") == none);
  CHECK(from("/login") == none);
  CHECK(from("/password a") == 10);
  CHECK(from("/topic a b") == none);
  CHECK(from("/unknown a b") == none);
  CHECK(from("//login alice x") == none);
  CHECK(from("login alice x") == none);
  CHECK(from("") == none);
}
