#include "names/member_name.hpp"

#include "base/ascii.hpp"
#include "support/catch.hpp"
#include "unit/base/random_text.hpp"

#include <utf8.h>

#include <iterator>

using namespace asio_chat;

namespace {

const limits usual;

errc code_of_refusal(const failure& f) {
  return static_cast<errc>(f.code.value());
}

std::string checked(std::string_view name) {
  const auto proper = check_member_name(name, usual);
  return proper ? *proper : "no: " + proper.error().message;
}

} // namespace

TEST_CASE("fold_name: capitals, wide forms and decomposed letters are the same") {
  CHECK(fold_name("Alice_B-2") == "alice_b-2");
  CHECK(fold_name("[{^") == "[{^");
  CHECK(fold_name("Ä") == "ä");
  CHECK(fold_name("A\u0308") == "ä");
  CHECK(fold_name("ＡlＩce") == "alice");
  CHECK(fold_name("\xFF\xC4") == "\xFF\xC4"); // nobody's name
  CHECK(fold_name("") == "");
}

TEST_CASE("C26: names of members") {
  for (const char* good :
       {"a", "Alice", "_x", "9lives", "a-b_c.d[e]{f}|g^h`i~", "twenty.characters.ok"}) {
    INFO(good);
    CHECK(check_member_name(good, usual).has_value());
  }
  for (const char* bad : {"", "-dash", ".dot", "two words", "tab\t", "new\nline", "ä b", "a:b",
                          "#a", "a/b", "@a", "exclaims!", "\x1b[m"}) {
    INFO(bad);
    const auto checked = check_member_name(bad, usual);
    REQUIRE_FALSE(checked.has_value());
    CHECK(code_of_refusal(checked.error()) == errc::name_invalid);
  }
  CHECK_FALSE(check_member_name(std::string_view("a\0b", 3), usual).has_value());
}

TEST_CASE("C26: a name has as many characters as the limit says") {
  CHECK(check_member_name(std::string(20, 'x'), usual).has_value());
  const auto longer = check_member_name(std::string(21, 'x'), usual);
  REQUIRE_FALSE(longer.has_value());
  CHECK(longer.error().message == "a name has at most 20 characters");
  limits short_names;
  short_names.name_characters = 3;
  CHECK(check_member_name("abc", short_names).has_value());
  CHECK_FALSE(check_member_name("abcd", short_names).has_value());
}

TEST_CASE("C26: mend_member_name makes of a wish the nearest name") {
  CHECK(mend_member_name("alice", usual) == "alice");
  CHECK(mend_member_name("  alice \n", usual) == "alice");
  CHECK(mend_member_name("Bob Smith", usual) == "Bob_Smith");
  CHECK(mend_member_name("Jürgen Maß", usual) == "Jürgen_Maß");
  CHECK(mend_member_name("-x-", usual) == "_x-");
  CHECK(mend_member_name(std::string(30, 'b'), usual) == std::string(20, 'b'));
  CHECK(mend_member_name("a\xff\xfe", usual) == "a__");
  CHECK(mend_member_name("", usual) == "");
  CHECK(mend_member_name("   ", usual) == "");
  CHECK(mend_member_name("äöü", usual) == "äöü");
  CHECK(mend_member_name("юля♥", usual) == ""); // lines say nobody's name
  CHECK(mend_member_name("a♥юля", usual) == "a____");
  CHECK(mend_member_name("＿＿", usual) == "");
  CHECK(mend_member_name("Ａnn", usual) == "Ann");
  CHECK(mend_member_name("---", usual) == "");
}

TEST_CASE("C26: mending any wish gives a name or nothing") {
  std::mt19937 random(5);
  for (int i = 0; i < 20'000; ++i) {
    const std::string wish = test::random_bytes(random, 30);
    const std::string mended = mend_member_name(wish, usual);
    if (!mended.empty()) REQUIRE(check_member_name(mended, usual).has_value());
    if (check_member_name(wish, usual) && wish.find_first_not_of("_-.[]{}|^`~") != wish.npos) {
      REQUIRE(mended == wish);
    }
  }
}

TEST_CASE("C26: names in other scripts are shown as they are written, composed and narrow") {
  for (const char* good :
       {"Юля", "Jürgen", "ÉMILE", "山田", "김철수", "שלום", "नमस्ते", "محمد-2", "_ю", "ü[x]"}) {
    INFO(good);
    CHECK(checked(good) == good);
  }
  CHECK(checked("Ju\u0308rgen") == "Jürgen");
  CHECK(checked("ｱﾊﾞ") == "アバ");
  CHECK(checked("Ａlice") == "Alice");
  CHECK(checked("ｒｏｏｔ\uFF20x").starts_with("no: a name begins with")); // a wide @
}

TEST_CASE("C26: names that are no names in any script") {
  for (const char* bad : {
           "\u0301a", // a mark on what stands before the name
           "юля ♥",
           "юля\u200B",
           "юля\u2060",
           "\u202Eюля",
           "\u2066юля\u2069",
           "юля\uFEFF",
           "♥",
           "юля\u00AD",
           "ю\u034F\u034Fля",
           "\U000E0041ю",
           "юля\u3164",
           "ﬁsch",
           "юля:",
           "юля@",
           "юля/я",
           "юля\x1b[m",
           "-юля",
           "ü\xff",
           "ü\xC0\xAF",
           "ü\xED\xA0\x80",
           "ü\xF4\x90\x80\x80",
           "\u05D0a",
           "Юlia",
           "ю\u0301\u0300\u0302\u0303\u0304", // five marks
           "\u0660\u06F0",
       }) {
    INFO(bad);
    const auto refused = check_member_name(bad, usual);
    REQUIRE_FALSE(refused.has_value());
    CHECK(code_of_refusal(refused.error()) == errc::name_invalid);
  }
  CHECK(checked("ю\u0301\u0300\u0302\u0303\u0304") == "no: a letter of a name has at most 4 marks");
}

TEST_CASE("C26: of other scripts too a name has so many characters, whatever their bytes") {
  const auto many = [](int n, const char* c) {
    std::string name;
    while (n-- > 0)
      name += c;
    return name;
  };
  CHECK(checked(many(20, "山")) == many(20, "山"));
  CHECK(checked(many(21, "山")) == "no: a name has at most 20 characters");
  CHECK(checked(many(20, "u\u0308")) == many(20, "ü")); // composed
  CHECK(checked(many(20'000, "\u0301")) == "no: a name has at most 20 characters");
  CHECK(mend_member_name(many(21, "山"), usual) == many(20, "山"));
}

TEST_CASE("C26: a name is what it says it is") {
  // What is shown is a name again, and that name; and it has the key of what was typed.
  std::mt19937 random(17);
  constexpr std::u32string_view some =
      U"aAzZ019-_.[~éÉüßıİſΣσςωΩюЮжשאבمحمद١۱्ािアｱﾞﾊがか゛漢字한글ＡｚＺ５́̈͡ǅǄŉﬃ";
  int names = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string wish;
    for (auto n = 1 + random() % 5; n > 0; --n)
      utf8::append(some[random() % some.size()], std::back_inserter(wish));
    const auto shown = check_member_name(wish, usual);
    const std::string mended = mend_member_name(wish, usual);
    if (!mended.empty()) REQUIRE(check_member_name(mended, usual).value() == mended);
    if (!shown) continue;
    ++names;
    REQUIRE(check_member_name(*shown, usual).value() == *shown);
    REQUIRE(fold_name(*shown) == fold_name(wish));
    REQUIRE(fold_name(fold_name(wish)) == fold_name(wish));
  }
  CHECK(names > 1'000);
}

TEST_CASE("names: the words of a sentence that may be names") {
  const auto words = [](std::string_view text) {
    std::vector<std::string> all;
    for (auto word = take_name(text); !word.empty(); word = take_name(text))
      all.emplace_back(word);
    CHECK(text.empty());
    return all;
  };
  using list = std::vector<std::string>;
  CHECK(words("hi bob, a_b-2: «Юля»—山田! ").front() == "hi");
  CHECK(words(" bob, a_b-2: «Юля»—山田! ") == list{"bob", "a_b-2", "Юля", "山田"});
  CHECK(words("नमस्ते\u0301") == list{"नमस्ते\u0301"});
  CHECK(words("").empty());
  CHECK(words(" ♥ ").empty());
  CHECK(words("a\xFF"
              "b\xD0") == list{"a", "b"});
  CHECK(words(std::string_view("a\0b", 3)) == list{"a", "b"});
}

TEST_CASE("names of the server are nobody's") {
  for (const char* name : {"system", "server", "admin", "root"}) {
    INFO(name);
    CHECK(is_reserved_name(name));
  }
  for (const char* name : {"", "systems", "System", "alice", "zz"})
    CHECK_FALSE(is_reserved_name(name));
}
