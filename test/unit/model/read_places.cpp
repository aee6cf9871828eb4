#include "model/read_places.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

TEST_CASE("what is told of what was read is found again, and nothing else") {
  const reply told = news_of_reads({read_item("home", 41), read_item("@bob", 7)});
  CHECK(told.ref.empty());
  CHECK(told.lines.empty());
  const auto places = read_places_in(told);
  REQUIRE(places.size() == 2);
  CHECK(places[0].room == "home");
  CHECK(places[0].offset == 41);
  CHECK(places[1].room == "@bob");
  CHECK(read_places_in({{}, "ignore", {}, {"home 41"}, {}}).empty());
  CHECK(read_places_in(news_of_reads({"", "home", "home ", " 41", "home 0", "home x", "home 1 2",
                                      "home -1", "home 99999999999999999999"}))
            .empty());
}
