// test/process/test_names.py compares every code point with another implementation.
#include "names/precis.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using precis::letter_case;

namespace {

std::string small(std::string_view text) {
  const auto made = precis::enforce(text, letter_case::mapped);
  return made ? *made : "no: " + made.error().message;
}

bool is_name(std::string_view text) {
  return precis::enforce(text, letter_case::mapped).has_value();
}

} // namespace

TEST_CASE("precis: what a user name becomes") {
  CHECK(small("Юля") == "юля");
  CHECK(small("ＡＬＩＣＥ") == "alice");
  CHECK(small("ｱﾊﾞ") == "アバ");
  CHECK(small("Ju\u0308rgen") == "jürgen");
  CHECK(small("ΟΔΟΣ") == "οδος");
  CHECK(small("İ") == "i\u0307");
  CHECK(small("\u212B") == "å"); // ANGSTROM SIGN
  CHECK(precis::enforce("Ju\u0308rgen", letter_case::preserved).value() == "Jürgen");
}

TEST_CASE("precis: the examples of RFC 8265") {
  CHECK(small("juliet@example.com") == "juliet@example.com");
  CHECK(small("fussball") == "fussball");
  CHECK(small("fußball") == "fußball");
  CHECK(small("π") == "π");
  CHECK(small("Σ") == "σ");
  CHECK(small("ς") == "ς");
  for (const char* bad : {"foo bar", "", "henry\u2163", "∞"}) {
    INFO(bad);
    CHECK_FALSE(is_name(bad));
  }
}

TEST_CASE("precis: a refusal names the character") {
  CHECK(small("a\u200Bb") == "no: U+200B may not stand in a name: a name has letters and digits");
  CHECK(small("a\u200Db") ==
        "no: U+200D may not stand in a name at this place: a name has letters and digits");
  CHECK(small("a\xC0\xAF") == "no: a name is valid UTF-8");
  CHECK(small("\xED\xA0\x80") == "no: a name is valid UTF-8");
}

TEST_CASE("precis: joiners stand where they change how letters are drawn") {
  CHECK(is_name("\u0915\u094D\u200D\u0937"));                   // behind a virama
  CHECK(is_name("\u0915\u094D\u200C\u0937"));                   //
  CHECK(is_name("\u0646\u0627\u0645\u0647\u200C\u0627\u06CC")); // between letters that join
  CHECK_FALSE(is_name("\u0627\u200C\u0627"));                   // an alef does not join to its left
  CHECK_FALSE(is_name("\u200C\u0627"));
  CHECK_FALSE(is_name("a\u200C"));
}

TEST_CASE("precis: names from right to left") {
  CHECK(is_name("שלום"));
  CHECK(is_name("שלום-2"));
  CHECK(is_name("محمد"));
  CHECK_FALSE(is_name("שלום-"));
  CHECK_FALSE(is_name("aש"));
  CHECK_FALSE(is_name("שa"));
  CHECK_FALSE(is_name("1ש"));
  CHECK_FALSE(is_name("א1\u0661"));
}
