#include "edit_buffer.hpp"
#include "line_history.hpp"
#include "paste.hpp"

#include "support/catch.hpp"

#include <clocale>

using namespace asio_chat::app;

namespace {

edit_buffer holding(std::u32string text) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  edit_buffer b;
  b.assign(std::move(text));
  return b;
}

} // namespace

TEST_CASE("asio-chat editing: a letter and the marks on it are one step") {
  edit_buffer b = holding(U"ae\u0301\u0323b");
  b.go(b.before());
  CHECK(b.cursor() == 4);
  b.go(b.before());
  CHECK(b.cursor() == 1);
  b.go(b.after());
  CHECK(b.cursor() == 4);
  b.erase_to(b.before());
  CHECK(b.text() == U"ab");
}

TEST_CASE("asio-chat editing: motions and cuts by words") {
  edit_buffer b = holding(U"one two-three  vier\u00e9");
  b.go(b.word_begin());
  CHECK(b.cursor() == 15);
  b.go(b.word_begin());
  CHECK(b.cursor() == 8);
  b.go(b.word_end());
  CHECK(b.cursor() == 13);
  b.cut_to(b.blank_before());
  CHECK(b.text() == U"one   vier\u00e9");
  b.yank();
  CHECK(b.text() == U"one two-three  vier\u00e9");
}

TEST_CASE("asio-chat editing: what is cut without a break is kept together") {
  edit_buffer b = holding(U"one two three");
  b.cut_to(b.word_begin());
  b.cut_to(b.word_begin());
  CHECK(b.text() == U"one ");
  b.yank();
  CHECK(b.text() == U"one two three");
}

TEST_CASE("asio-chat editing: what was typed in one go is undone in one go") {
  edit_buffer b = holding(U"");
  for (const char32_t c : std::u32string(U"one two"))
    b.insert(c);
  b.undo();
  CHECK(b.text() == U"one ");
  b.undo();
  CHECK(b.text() == U"one");
  b.cut_to(0);
  b.undo();
  CHECK(b.text() == U"one");
}

TEST_CASE("asio-chat editing: a text of several lines has lines to go up and down in") {
  edit_buffer b = holding(U"first\nsec\nthird");
  CHECK(b.line_begin() == 10);
  CHECK(b.go_up());
  CHECK(b.cursor() == 9);
  CHECK(b.go_up());
  CHECK(b.cursor() == 3);
  CHECK_FALSE(b.go_up());
  CHECK(b.line_end() == 5);
  CHECK(b.go_down());
  CHECK(b.cursor() == 9);
  CHECK(b.go_down());
  CHECK_FALSE(b.go_down());
}

TEST_CASE("asio-chat editing: transposing at the end exchanges the last two") {
  edit_buffer b = holding(U"hte");
  b.go(1);
  b.transpose();
  CHECK(b.text() == U"the");
  b.go(3);
  b.transpose();
  CHECK(b.text() == U"teh");
}

TEST_CASE("asio-chat history of lines: back and forth, and back at what was being typed") {
  line_history h;
  h.keep(U"one");
  h.keep(U"two");
  h.keep(U"one");
  CHECK(h.back(U"draft") == U"one");
  CHECK(h.back(U"one") == U"two");
  CHECK_FALSE(h.back(U"two"));
  CHECK(h.forth() == U"one");
  CHECK(h.forth() == U"draft");
  CHECK_FALSE(h.forth());
}

TEST_CASE("asio-chat history of lines: a search goes from the newest to older ones") {
  line_history h;
  h.keep(U"green tea");
  h.keep(U"coffee");
  h.keep(U"black tea");
  auto hit = h.find(U"tea", 1);
  REQUIRE(hit);
  CHECK(hit->line == U"black tea");
  hit = h.find(U"tea", hit->age + 1);
  REQUIRE(hit);
  CHECK(hit->line == U"green tea");
  CHECK_FALSE(h.find(U"tea", hit->age + 1));
  CHECK_FALSE(h.find(U"cocoa", 1));
}

TEST_CASE("asio-chat paste: line ends are made equal, and indentation and tabs stay") {
  CHECK(pasted_text("\r\n  if (x)\r\n\treturn;\r\n\n") == "  if (x)\n\treturn;");
  CHECK(pasted_text("one\rtwo\r") == "one\ntwo");
  CHECK(pasted_text("a\x1b[31m\x04") == "a[31m");
  CHECK(pasted_text("\r\n\n").empty());
  CHECK(count_lines("one") == 1);
  CHECK(count_lines("one\ntwo") == 2);
}

TEST_CASE("asio-chat paste: what looks like a command is said as it is") {
  CHECK(typed_literally("/quit\nx") == "//quit\nx");
  CHECK(typed_literally("  // comment") == "  /// comment");
  CHECK(typed_literally("x /quit") == "x /quit");
}

TEST_CASE("asio-chat edit buffer: a text goes on where it was put down, with what was cut since") {
  edit_buffer e;
  e.insert(std::u32string_view(U"one two"));
  e.go(3);
  e.erase_to(0);
  e.go(1);
  edit_buffer other;
  other.insert(std::u32string_view(U"cut"));
  other.cut_to(0);
  other.go_on_with(e);
  CHECK(other.text() == U" two");
  CHECK(other.cursor() == 1);
  other.yank();
  CHECK(other.text() == U" cuttwo");
  other.undo();
  other.undo();
  CHECK(other.text() == U"one two");
}
