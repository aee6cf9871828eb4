#include "wire/command_line.hpp"

#include "support/catch.hpp"
#include "unit/base/random_text.hpp"

using namespace asio_chat;
using wire::parse_command_line;

namespace {

void check(std::string_view line, std::string_view name, std::string_view arguments) {
  INFO(line);
  const wire::typed_line c = parse_command_line(line);
  CHECK(c.name == name);
  CHECK(c.arguments == arguments);
}

} // namespace

TEST_CASE("a line without a slash is a message") {
  check("hello", "say", "hello");
  check("  padded\t\r\n", "say", "padded");
  check("two\nlines", "say", "two\nlines");
  check("", "say", "");
  check(" / ", "", ""); // trimmed first: a slash and nothing else
  check("not /who", "say", "not /who");
}

TEST_CASE("a slash begins a command, and two slashes say one") {
  check("/who", "who", "");
  check("/QuIt", "QuIt", "");
  check("/nick bob", "nick", "bob");
  check("/nick   bob  ", "nick", "bob");
  check("/msg bob\thi  there", "msg", "bob\thi  there");
  check("/me\nwaves", "me", "waves");
  check("/", "", "");
  check("/ who", "", "who");
  check("//who", "say", "/who");
  check("// spaced", "say", "/ spaced");
  check("///", "say", "//");
}

TEST_CASE("C41 C54: nothing that is typed is taken apart further, or evaluated") {
  check("/rm -rf / ; reboot", "rm", "-rf / ; reboot");
  check("/$(reboot)", "$(reboot)", "");
  check("/%n%s {0} `x`", "%n%s", "{0} `x`");
  check("$(reboot)", "say", "$(reboot)");
}

TEST_CASE("the parts of any line are parts of that line") {
  std::mt19937 random(6);
  for (int i = 0; i < 20'000; ++i) {
    const std::string line = (i % 2 ? "/" : "") + test::random_bytes(random, 30);
    const wire::typed_line c = parse_command_line(line);
    REQUIRE((c.name == "say" || line.find(c.name) != std::string::npos));
    REQUIRE(line.find(c.arguments) != std::string::npos);
    REQUIRE(c.name.find_first_of(" \t\n") == std::string_view::npos);
  }
}
