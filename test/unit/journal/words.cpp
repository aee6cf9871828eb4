#include "journal/words.hpp"

#include "support/catch.hpp"

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
}

TEST_CASE("marks belong to their letter") {
  CHECK(words_in("cafe\u0301s here") == words{"cafe\u0301s", "here"});
  CHECK(words_in("नमस्ते दुनिया") == words{"दुनिया", "नमस्ते"});
  CHECK(words_in("\u0301 x").size() == 1); // a mark on nothing is no word
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
