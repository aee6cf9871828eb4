#include "support/chat_world.hpp"

#include "support/catch.hpp"

#include <random>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

TEST_CASE(
    "C16 C17: half of 100 clients vanish during a broadcast and every survivor gets one copy, "
    "in order") {
  constexpr int lines = 200;
  chat_world w;
  text_client& speaker = w.join("speaker");
  std::vector<text_client*> listeners;
  for (int i = 0; i < 100; ++i)
    listeners.push_back(&w.join("c" + std::to_string(i)));
  for (int n = 0; n < lines; ++n) {
    speaker.say(std::to_string(n));
    if (n % 4 == 0) listeners[static_cast<std::size_t>(n / 2)]->vanish();
    if (n % 10 == 0) w.pass(1ms);
  }
  const std::string last = "speaker: " + std::to_string(lines - 1);
  const auto survivor = [](std::size_t i) { return i % 2 == 1; };
  REQUIRE(w.until([&] {
    for (std::size_t i = 0; i < 100; ++i) {
      if (survivor(i) && !listeners[i]->has(last)) return false;
    }
    return true;
  }));
  for (std::size_t i = 0; i < 100; ++i) {
    if (!survivor(i)) continue;
    std::vector<std::string> heard;
    for (const std::string& l : listeners[i]->lines) {
      if (l.starts_with("speaker: ")) heard.push_back(l);
    }
    REQUIRE(heard.size() == lines);
    for (int n = 0; n < lines; ++n) {
      REQUIRE(heard[static_cast<std::size_t>(n)] == "speaker: " + std::to_string(n));
    }
  }
  REQUIRE(w.until([&] { return w.server->stats().members == 51; }));
}

TEST_CASE("C25: a storm of joins, leaves and lines keeps every listener's order") {
  chat_world w;
  text_client& witness = w.join("witness");
  std::mt19937 random(20261121);
  std::vector<text_client*> present;
  std::vector<int> said(60, 0);
  for (int i = 0; i < 60; ++i) {
    present.push_back(&w.join("p" + std::to_string(i)));
    for (int n = 0; n < 20; ++n) {
      const auto who = random() % present.size();
      if (!present[who]) continue;
      present[who]->say(std::to_string(said[who]++));
    }
    if (i % 5 == 4) {
      const auto gone = random() % present.size();
      if (present[gone]) {
        present[gone]->say("/quit");
        present[gone] = nullptr;
      }
    }
    w.pass(1ms);
  }
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) present[i]->say("end");
  }
  REQUIRE(w.until([&] {
    for (std::size_t i = 0; i < present.size(); ++i) {
      if (present[i] && !witness.has("p" + std::to_string(i) + ": end")) return false;
    }
    return true;
  }));
  for (std::size_t i = 0; i < present.size(); ++i) {
    const std::string before = "p" + std::to_string(i) + ": ";
    int next = 0;
    for (const std::string& l : witness.lines) {
      if (!l.starts_with(before) || l == before + "end") continue;
      CHECK(l == before + std::to_string(next));
      ++next;
    }
    CHECK(next == said[i]);
  }
}
