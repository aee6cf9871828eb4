#include "names/look.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace asio_chat;

namespace {

constexpr identity ann{1};
constexpr identity eve{2};

bool look_alike(std::string_view one, std::string_view other) {
  const auto looks = looks_of(other);
  return std::ranges::any_of(
      looks_of(one), [&](const std::string& l) { return std::ranges::count(looks, l) > 0; });
}

} // namespace

TEST_CASE("looks: letters of other alphabets, in capitals and small") {
  CHECK(look_alike("аdmin", "admin"));   // U+0430
  CHECK(look_alike("ѕуѕtеm", "system")); // U+0455, U+0443, U+0435
  CHECK(look_alike("сосо", "coco"));     // all of it Cyrillic
  CHECK(look_alike("ΤΟΜ", "tom"));       // Greek, as it is shown
  CHECK(look_alike("ΤΟΜ", "ТОМ"));       // Greek and Cyrillic
  CHECK(look_alike("Aydın", "aydin"));
  CHECK(look_alike("Юля", "юля"));
  CHECK_FALSE(look_alike("Юля", "Юра"));
  CHECK_FALSE(look_alike("Jürgen", "Jurgen"));
  CHECK_FALSE(look_alike("τομ", "tom"));
}

TEST_CASE("looks: ASCII names are to each other what they always were") {
  CHECK(looks_of("Com") == std::vector<std::string>{"com"});
  CHECK_FALSE(look_alike("com", "corn"));
  CHECK_FALSE(look_alike("paul", "pau1"));
  CHECK_FALSE(look_alike("o", "0"));
}

TEST_CASE("looks: whose they are") {
  look_book book;
  book.put("Сосо", ann);
  book.put("coco", eve); // ASCII: not in it
  CHECK(book.owners_of("coco") == std::vector{ann});
  book.put("сосо", eve);
  CHECK(book.owners_of("coco").size() == 2);
  book.remove("СОСО", eve); // another look: in it only as it is folded
  book.remove("Сосо", ann);
  CHECK(book.owners_of("coco").empty());
  book.remove("Сосо", ann);
}

TEST_CASE("looks: what is written to be taken for something else is refused") {
  for (const char* good :
       {"Jürgen-2", "юля_5", "山田Taro", "김철수", "ひらがなカナ漢字", "محمد", "नमस्ते", "Ngọc"}) {
    INFO(good);
    CHECK(check_seen_as_it_is(good).has_value());
  }
  const auto why = [](const char* name) { return check_seen_as_it_is(name).error().message; };
  CHECK(why("аlice").starts_with("a name has letters of one script"));
  CHECK(why("αlpha").starts_with("a name has letters of one script"));
  CHECK(why("юляzz").starts_with("a name has letters of one script"));
  CHECK(why("न1१") == "a name has digits of one kind");
  CHECK(why("é\u0301\u0301") == "a name has no marks that are not seen");
}
