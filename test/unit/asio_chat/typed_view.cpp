#include "typed_view.hpp"

#include "edit_buffer.hpp"

#include "support/catch.hpp"

#include <clocale>

using namespace asio_chat::app;

namespace {

std::vector<std::string> rows(const typed_rows& r) {
  std::vector<std::string> all;
  for (const typed_rows::row& row : r.rows) {
    all.emplace_back();
    for (const typed_rows::cell& c : row)
      all.back() += c.bytes;
  }
  return all;
}

using row_texts = std::vector<std::string>;

typed_rows laid_out(std::u32string_view text, std::size_t cursor, std::size_t columns = 10,
                    std::size_t most = 9) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return lay_out("> ", text, cursor, columns, most);
}

} // namespace

TEST_CASE("asio-chat typed line: it wraps at the edge, and the cursor never stands on it") {
  const typed_rows r = laid_out(U"12345678", 8);
  CHECK(rows(r) == row_texts{"> 12345678", ""});
  CHECK(r.cursor_row == 1);
  CHECK(r.cursor_column == 0);
  CHECK(laid_out(U"12345678", 7).cursor_column == 9);
  CHECK(rows(laid_out(U"1234567890", 0)) == row_texts{"> 12345678", "90"});
}

TEST_CASE("asio-chat typed line: a wide character is not cut in two") {
  const typed_rows r = laid_out(U"1234567\u4e2dx", 7);
  CHECK(rows(r) == row_texts{"> 1234567", "\u4e2dx"});
  CHECK(r.cursor_row == 1);
  CHECK(r.cursor_column == 0);
}

TEST_CASE("asio-chat typed line: marks stay with their letter") {
  const typed_rows r = laid_out(U"e\u0301x", 2);
  CHECK(rows(r) == row_texts{"> e\u0301x"});
  CHECK(r.rows[0].size() == 4);
  CHECK(r.cursor_column == 3);
}

TEST_CASE("asio-chat typed line: what steers a terminal is shown as a replacement") {
  CHECK(rows(laid_out(U"a\u202eb", 0)) == row_texts{"> a\uFFFDb"});
}

TEST_CASE("asio-chat typed line: several lines begin where the first one does") {
  const typed_rows r = laid_out(U"one\n two\n\tx", 4, 20);
  CHECK(rows(r) == row_texts{"> one", "   two", "        x"});
  CHECK(r.cursor_row == 1);
  CHECK(r.cursor_column == 2);
  CHECK(entered_lines("> ", U"one\n two") == "> one\n   two\n");
}

TEST_CASE("asio-chat typed line: of many rows those around the cursor are shown") {
  CHECK(rows(laid_out(U"1\n2\n3\n4", 7, 10, 2)) == row_texts{"  3", "  4"});
  CHECK(rows(laid_out(U"1\n2\n3\n4", 0, 10, 2)) == row_texts{"> 1", "  2"});
}

TEST_CASE("asio-chat typed line: only what changes is written") {
  typed_view v;
  CHECK(v.show(laid_out(U"", 0)) == "> ");
  CHECK(v.show(laid_out(U"a", 1)) == "a");
  CHECK(v.show(laid_out(U"ab", 2)) == "b");
  CHECK(v.show(laid_out(U"ab", 2)).empty());
  CHECK(v.show(laid_out(U"ab", 1)) == "\r\x1b[3C");
  CHECK(v.show(laid_out(U"axb", 2)) == "\x1b[Jxb\r\x1b[4C");
  CHECK(v.hide() == "\r\x1b[J");
  CHECK(v.hide().empty());
}

TEST_CASE("asio-chat typed line: a row comes and goes") {
  typed_view v;
  v.show(laid_out(U"1234567", 7));
  CHECK(v.show(laid_out(U"12345678", 8)) == "8\r\n");
  CHECK(v.show(laid_out(U"123456789", 9)) == "9");
  CHECK(v.show(laid_out(U"12345678", 8)) == "\r\x1b[J");
  CHECK(v.show(laid_out(U"1234567", 7)) == "\r\x1b[1A\x1b[9C\x1b[J");
  CHECK(v.hide() == "\r\x1b[J");
}
