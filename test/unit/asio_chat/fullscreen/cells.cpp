#include "fullscreen/cells.hpp"

#include "support/catch.hpp"

#include <clocale>

using namespace asio_chat::app;

namespace {

cells of(std::string_view text) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return cells_of_text(text, {});
}

/// Each cell in brackets, with its width if that is not 1.
std::string shown(const cells& made) {
  canvas on(200, 1);
  std::string all;
  for (const cell& c : made) {
    canvas one(2, 1);
    one.put(0, 0, 2, std::span(&c, 1));
    all += "[" + one.text_of(0) + "]";
    if (c.width == 2) all += "2";
  }
  return all;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  const cells all = of(text);
  std::vector<std::string> rows;
  for (const auto& row : wrap(all, width)) {
    canvas on(100, 1);
    on.put(0, 0, 100, row);
    rows.push_back(on.text_of(0));
  }
  return rows;
}

} // namespace

TEST_CASE("asio-chat cells: wide characters take two cells, marks none") {
  CHECK(shown(of("a中e\u0301")) == "[a][中]2[e\u0301]");
  CHECK(width_of(of("a中e\u0301")) == 4);
}

TEST_CASE("asio-chat cells: a letter has four marks at most") {
  CHECK(shown(of("e\u0301\u0302\u0303\u0304\u0305\u0306x")) == "[e\u0301\u0302\u0303\u0304][x]");
}

TEST_CASE("asio-chat cells: a joined emoji is drawn as its parts, and a mark alone on a blank") {
  CHECK(shown(of("👩\u200D👧")) == "[👩]2[👧]2");
  CHECK(shown(of("\u0301x")) == "[ \u0301][x]");
}

TEST_CASE("asio-chat cells: nothing in a text steers a terminal") {
  CHECK(shown(of("\x1b[2J")) == "[\uFFFD][[][2][J]");
  CHECK(shown(of("a\u202Eb\u2066\x9f")) == "[a][\uFFFD][b][\uFFFD][\uFFFD]");
  CHECK(shown(of("a\nb\tc")) == "[a][][b][][][][][][c]");
}

TEST_CASE("asio-chat cells: an ellipsis says that a text was cut, also through a wide character") {
  CHECK(shown(cut_to_width(of("abcd"), 4)) == "[a][b][c][d]");
  CHECK(shown(cut_to_width(of("abcde"), 4)) == "[a][b][c][…]");
  CHECK(shown(cut_to_width(of("ab中中"), 4)) == "[a][b][…]");
}

TEST_CASE("asio-chat cells: rows end at blanks where there are any") {
  CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("one two three", 6) == std::vector<std::string>{"one", "two", "three"});
  CHECK(wrapped("abcdefgh", 3) == std::vector<std::string>{"abc", "def", "gh"});
  CHECK(wrapped("    deep indentation", 8) ==
        std::vector<std::string>{"    deep", "indentat", "ion"});
  CHECK(wrapped("", 8) == std::vector<std::string>{""});
  CHECK(wrapped("中中中", 5) == std::vector<std::string>{"中中", "中"});
}

TEST_CASE("asio-chat cells: what does not fit a canvas is not put on it") {
  canvas on(4, 1);
  CHECK(on.put(0, 0, 4, of("abc中")) == 3);
  CHECK(on.text_of(0) == "abc");
  CHECK(on.put(1, 0, 4, of("x")) == 0);
}

TEST_CASE("asio-chat cells: a name has one colour, in any capitals") {
  CHECK(style_of_name("Alice") == style_of_name("alice"));
  CHECK(style_of_name("alice").colour != style_of_name("bob").colour);
}
