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

TEST_CASE("asio-chat input of objects: what refers to a message says how, and which one") {
  const typed_line edit =
      read_json_line(R"({"type":"send","text":"tea","refers":{"how":"edit","offset":41}})");
  CHECK(edit.what == intent::say);
  CHECK(edit.refers == entry_reference{entry_reference::kind::edit, 41});
  const typed_line gone =
      read_json_line(R"({"type":"send","refers":{"how":"delete","offset":41}})");
  CHECK(gone.what == intent::say);
  CHECK(gone.refers.how == entry_reference::kind::removal);
  for (const char* bad :
       {R"({"type":"send","text":"tea","refers":41})",
        R"({"type":"send","text":"tea","refers":{"how":"bend","offset":41}})",
        R"({"type":"send","text":"tea","refers":{"how":"edit","offset":-1}})",
        R"({"type":"send","text":"tea","refers":{"how":"edit","offset":0}})",
        R"({"type":"send","text":"tea","refers":{"how":"edit","offset":"41"}})",
        R"({"type":"send","text":"tea","refers":{"how":"edit","offset":41,"room":"den"}})",
        R"({"type":"send","text":"tea","refers":{"offset":41}})"}) {
    INFO(bad);
    const typed_line line = read_json_line(bad);
    CHECK(line.what == intent::unreadable);
    CHECK(line.text.find("`refers` is not") != std::string::npos);
  }
  CHECK(read_json_line(R"({"type":"send","refers":{"how":"edit","offset":41}})").text ==
        "`text` is missing");
}
