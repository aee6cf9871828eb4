#include "fullscreen/themes.hpp"

#include "support/catch.hpp"

using namespace asio_chat::app;

TEST_CASE("asio-chat themes: a part of the screen looks as one says") {
  appearances looks;
  CHECK(add_appearance(looks, "mention 213 on blue bold underline").empty());
  CHECK(looks.at(role::mention).ink == 213);
  CHECK(looks.at(role::mention).paper == 4);
  CHECK(looks.at(role::mention).bold);
  CHECK(looks.at(role::mention).underlined);
  CHECK_FALSE(looks.at(role::mention).reversed);
  CHECK(add_appearance(looks, "bar reverse").empty());
  CHECK(looks.at(role::bar).ink == -1);
  const auto [text, part] = GENERATE(table<std::string, std::string>({{"", "no part ''"},
                                                                      {"nose red", "own-name"},
                                                                      {"bar 256", "'256'"},
                                                                      {"bar pink", "'pink'"}}));
  CHECK(add_appearance(looks, text).find(part) != std::string::npos);
}

TEST_CASE("asio-chat themes: there are four, and one's own begin with one of them") {
  theme_choice themes;
  CHECK(themes.names() == std::vector<std::string>{"16", "dark", "light", "mono"});
  CHECK(themes.name() == "dark");
  CHECK(themes.define("dusk", "bar", "white on blue").empty());
  CHECK(themes.define("dusk", "like", "light").empty());
  CHECK(themes.define("night", "like", "dusk").empty());
  CHECK(themes.define("night", "mention", "bold").empty());
  CHECK(themes.choose("night").empty());
  CHECK(themes.name() == "night");
  CHECK(themes.shown().like == ground::light);
  CHECK(themes.shown().parts.at(role::bar).paper == 4);
  CHECK(themes.shown().parts.at(role::mention).bold);
  CHECK(themes.choose("dusk").empty());
  CHECK_FALSE(themes.shown().parts.contains(role::mention));
}

TEST_CASE("asio-chat themes: parts of one's own go before those of every theme") {
  theme_choice themes;
  CHECK(themes.define("mono", "bar", "underline").empty());
  appearances looks;
  CHECK(add_appearance(looks, "bar bold").empty());
  themes.always(looks);
  for (const std::string& name : themes.names()) {
    CHECK(themes.choose(name).empty());
    CHECK(themes.shown().parts.at(role::bar).bold);
    CHECK_FALSE(themes.shown().parts.at(role::bar).underlined);
  }
}

TEST_CASE("asio-chat themes: what is wrong with a theme is said, and changes nothing") {
  theme_choice themes;
  CHECK(themes.choose("red") == "there is no theme 'red'; there are 16, dark, light, mono");
  CHECK(themes.name() == "dark");
  CHECK(themes.define("two words", "bar", "bold").find("one word") != std::string::npos);
  CHECK(themes.define("dusk", "like", "dusk").find("no theme 'dusk'") != std::string::npos);
  CHECK(themes.define("dusk", "like", "red").find("no theme 'red'") != std::string::npos);
  CHECK(themes.define("dusk", "nose", "red").find("no part 'nose'") != std::string::npos);
}
