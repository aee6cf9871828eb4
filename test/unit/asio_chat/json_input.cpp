#include "json_input.hpp"

#include "support/catch.hpp"

using namespace asio_chat::app;

namespace {

std::string wrong(std::string_view raw) {
  const typed_line line = read_json_line(raw);
  CHECK(line.what == intent::unreadable);
  return line.text;
}

} // namespace

TEST_CASE("asio-chat JSON input: a text is sent as it is, also one that looks like a command") {
  const typed_line line =
      read_json_line(R"({"type":"send","text":"/quit\n  x","room":"den","id":"7"})");
  CHECK(line.what == intent::say);
  CHECK(line.text == "/quit\n  x");
  CHECK(line.room == "den");
  CHECK(line.from.ref == "7");
}

TEST_CASE("asio-chat JSON input: commands, the end, and blank lines") {
  const typed_line who = read_json_line(R"( {"type":"command","line":"/who","ref":"8"} )");
  CHECK(who.what == intent::command);
  CHECK(who.text == "/who");
  CHECK(who.room.empty());
  CHECK(who.from.ref == "8");
  CHECK(read_json_line(R"({"type":"command","line":"/Quit"})").what == intent::leave);
  CHECK(read_json_line(R"({"type":"bye"})").what == intent::leave);
  CHECK(read_json_line(" \r").what == intent::nothing);
}

TEST_CASE("asio-chat JSON input: what is misspelt is told and not guessed") {
  CHECK(wrong("hello").starts_with("it is not JSON: "));
  CHECK(wrong("[1]") == "it is not a JSON object");
  CHECK(wrong("{}") == "`type` is missing");
  CHECK(wrong(R"({"type":"say","text":"x"})") == "`type` is not send, command or bye");
  CHECK(wrong(R"({"type":"send"})") == "`text` is missing");
  CHECK(wrong(R"({"type":"send","text":7})") == "`text` is not a string");
  CHECK(wrong(R"({"type":"send","text":"x","rooom":"den"})") == "there is no field `rooom` here");
  CHECK(wrong(R"({"type":"command","line":"who"})") == "`line` does not begin with /");
  CHECK(read_json_line(R"({"type":"send","id":"9"})").from.ref == "9");
  CHECK(read_json_line(R"({"text":"x","id":"9"})").from.ref == "9");
  CHECK(read_json_line(R"({"line":"/who","ref":"8"})").from.ref == "8");
}
