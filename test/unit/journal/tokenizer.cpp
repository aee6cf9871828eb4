#include "journal/tokenizer.hpp"

#include "base/sanitize.hpp"
#include "support/catch.hpp"
#include "unit/base/random_text.hpp"

using namespace asio_chat;

using words = std::vector<std::string>;

TEST_CASE("words are runs of letters and digits, in small letters, sorted, each once") {
  CHECK(words_in("Tea at five, or GREEN tea?") == words{"at", "five", "green", "or", "tea"});
  CHECK(words_in("don't mail a_b@c-4.org") == words{"4", "a", "b", "c", "don", "mail", "org", "t"});
  CHECK(words_in("").empty());
  CHECK(words_in(" \t\n-- \U0001F600 …").empty());
}

TEST_CASE("words come in the order of the text, as often as they are there") {
  words all;
  for_each_word("To be, or not to BE", [&](std::string_view w) { all.emplace_back(w); });
  CHECK(all == words{"to", "be", "or", "not", "to", "be"});
}

TEST_CASE("letters of all scripts are folded") {
  CHECK(words_in("GRÜNER Tee") == words{"grüner", "tee"});
  CHECK(words_in("ΟΔΟΣ οδος οδοσ") == words{"οδοσ"}); // one small sigma for all
  CHECK(words_in("Привет, МИР") == words{"мир", "привет"});
  CHECK(words_in("Straße STRASSE") == words{"strasse"});
}

TEST_CASE("composed and decomposed, wide, narrow and ligature forms are the same word") {
  CHECK(words_in("café cafe\u0301 CAFE\u0301") == words{"café"});
  CHECK(words_in("Ａｐｆｅｌ apfel １２ 12") == words{"12", "apfel"});
  CHECK(words_in("ﬁsh fish oﬃce") == words{"fish", "office"});
  CHECK(words_in("ｶﾞ ガ カ\u3099") == words{"ガ"});
  CHECK(words_in("한국 \u1112\u1161\u11AB\u1100\u116E\u11A8") == words{"한국"});
  CHECK(words_in("Å \u212B A\u030A") == words{"å"});
  CHECK(words_in("x² ½") == words{"1", "2", "x2"});
}

TEST_CASE("a text of ASCII alone and one with other letters have the same words") {
  CHECK(words_in("To be, or NOT; x_y 4-2") == words_in("To be, or NOT; x_y 4-2 …"));
  // At every length around the one from which on memory is needed.
  std::string text;
  for (char c = 'a'; text.size() < 600; c = c == 'z'   ? 'A'
                                            : c == 'Z' ? 'a'
                                                       : static_cast<char>(c + 1))
    text += text.size() % 7 == 3 ? ' ' : c;
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const std::string part = text.substr(0, n);
    REQUIRE(words_in(part) == words_in(part + " …"));
    REQUIRE(words_in(std::string(n, 'X')) == words_in(std::string(n, 'x') + " …"));
  }
}

TEST_CASE("whatever bytes of valid text come, words are folded once for all") {
  std::mt19937 random(11);
  for (int i = 0; i < 5'000; ++i) {
    for (const std::string& word : words_in(sanitize(test::random_bytes(random, 60)))) {
      REQUIRE_FALSE(word.empty());
      REQUIRE(words_in(word) == words{word});
    }
  }
}

TEST_CASE("marks belong to their letter") {
  CHECK(words_in("q\u0301s here") == words{"here", "q\u0301s"}); // there is no composed form
  CHECK(words_in("नमस्ते दुनिया") == words{"दुनिया", "नमस्ते"});
  CHECK(words_in("\u0301 x").size() == 1); // a mark on nothing is no word
}

TEST_CASE("of a heap of marks the first thirty count") {
  const auto heap = [](int pairs) {
    std::string marks;
    for (int i = 0; i < pairs; ++i)
      marks += "\u0301\u0323"; // not in the order that they are put into
    return marks;
  };
  CHECK(words_in("x" + heap(15)) == words_in("x" + heap(4'000)));
  CHECK(words_in("x" + heap(14)) != words_in("x" + heap(15)));
  CHECK(words_in("one x" + heap(100) + "y two\u0301") ==
        words_in("one x" + heap(15) + "y two\u0301"));
  // Nor do letters that become marks begin another heap.
  std::string mixed = "カ";
  for (int i = 0; i < 4'000; ++i)
    mixed += "\u0301\uFF9E";
  CHECK(words_in(mixed).back().size() < 200);
}

TEST_CASE("what is invisible within a word is not part of it") {
  CHECK(words_in("Donau\u00ADdampf\u00ADschiff") == words{"donaudampfschiff"});
  CHECK(words_in("می\u200cخواهم") == words{"میخواهم"});
  CHECK(words_in("I\uFE0F") == words{"i"});
}

TEST_CASE("letters of scripts without spaces are words of their own") {
  CHECK(words_in("日本語 and more") == words{"and", "more", "日", "本", "語"});
  CHECK(words_in("東京2020年") == words{"2020", "京", "年", "東"});
}

TEST_CASE("a query matches an entry that has all its words, its author and its time") {
  const wall_time noon{std::chrono::milliseconds(1'700'000'000'000)};
  const entry e{"den", {1, 1}, noon, "Alice", entry_kind::message, "Green tea at five", ""};
  const auto found = [&](const search_query& q) { return matches(q, e); };
  CHECK(found({"den", {"tea", "green"}, {}, {}, {}}));
  CHECK_FALSE(found({"den", {"tea", "black"}, {}, {}, {}}));
  CHECK_FALSE(found({"den", {"te"}, {}, {}, {}}));
  CHECK(found({"den", {}, "aLICE", {}, {}}));
  CHECK_FALSE(found({"den", {"tea"}, "bob", {}, {}}));
  CHECK(found({"den", {"tea"}, {}, noon, noon + std::chrono::milliseconds(1)}));
  CHECK_FALSE(found({"den", {"tea"}, {}, noon + std::chrono::milliseconds(1), {}}));
  CHECK_FALSE(found({"den", {"tea"}, {}, {}, noon}));
}
