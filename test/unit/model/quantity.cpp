#include "model/quantity.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace std::chrono_literals;

TEST_CASE("durations", "[model]") {
  const auto parsed = [](std::string_view text) { return parse_duration(text, 1ms, 24h); };
  CHECK(*parsed("300") == 300s);
  CHECK(*parsed("300s") == 300s);
  CHECK(*parsed("5m") == 5min);
  CHECK(*parsed("24h") == 24h);
  CHECK(*parsed("250ms") == 250ms);
  for (const char* bad : {"", "s", "5x", "-5", "+5", "5 s", " 5", "5.5s", "0", "25h", "0x10",
                          "99999999999999999999", "18446744073709551615h"}) {
    INFO(bad);
    CHECK_FALSE(parsed(bad).has_value());
  }
  CHECK(parsed("25h").error().message == "is out of range; give a duration from 1ms to 24h");
  CHECK(parse_duration("31d", 1s, 24h * 30).error().message ==
        "is out of range; give a duration from 1s to 30d");
}

TEST_CASE("0 and never mean the same in durations, counts and sizes", "[model]") {
  for (const char* zero : {"0", "never"}) {
    INFO(zero);
    CHECK(*parse_duration_or_never(zero, 1min, 24h) == 0ms);
    CHECK(*parse_count_or_never(zero, 5) == 0);
    CHECK(*parse_bytes_or_never(zero, 5) == 0);
    CHECK_FALSE(parse_duration(zero, 1ms, 24h).has_value());
  }
  CHECK(*parse_duration_or_never("90m", 1min, 24h) == 90min);
  CHECK(parse_duration_or_never("30s", 1min, 24h).error().message ==
        "is out of range; give a duration from 1m to 24h, or 0 for never");
  for (const char* bad : {"0s", "Never", "-1", "25h"}) {
    INFO(bad);
    CHECK_FALSE(parse_duration_or_never(bad, 1min, 24h).has_value());
  }
  CHECK_FALSE(parse_count_or_never("6", 5).has_value());
}

TEST_CASE("sizes and counts", "[model]") {
  CHECK(*parse_bytes("65536", 1, 1 << 20) == 65536);
  CHECK(*parse_bytes("64k", 1, 1 << 20) == 65536);
  CHECK(*parse_bytes("1M", 1, 1 << 20) == 1 << 20);
  CHECK_FALSE(parse_bytes("2M", 1, 1 << 20).has_value());
  CHECK_FALSE(parse_bytes("0", 1, 10).has_value());
  CHECK_FALSE(parse_bytes("17179869184G", 1, 10).has_value());
  CHECK(*parse_count("0", 0, 5) == 0);
  CHECK_FALSE(parse_count("6", 0, 5).has_value());
  CHECK_FALSE(parse_count("1k", 0, 5000).has_value());
  CHECK_FALSE(parse_count("", 0, 5).has_value());
}

TEST_CASE("rates", "[model]") {
  CHECK(*parse_rate("20/4s") == rate{20, 4s});
  CHECK(*parse_rate("256k/500ms") == rate{256 * 1024, 500ms});
  CHECK(parse_rate("0")->count == 0);
  CHECK(parse_rate("never")->count == 0);
  for (const char* bad : {"", "20", "20/", "/4s", "0/4s", "x/4s", "20/0", "20/25h", "20/4s/4s"}) {
    INFO(bad);
    CHECK_FALSE(parse_rate(bad).has_value());
  }
}

TEST_CASE("switches", "[model]") {
  for (const char* yes : {"on", "true", "yes", "1"})
    CHECK(*parse_switch(yes));
  for (const char* no : {"off", "false", "no", "0"})
    CHECK_FALSE(*parse_switch(no));
  for (const char* bad : {"", "On", "2", "enabled"})
    CHECK_FALSE(parse_switch(bad).has_value());
}

TEST_CASE("what is written out reads as the same", "[model]") {
  for (const char* text : {"20/4s", "1/1ms", "5/24h", "0"})
    CHECK(rate_text(*parse_rate(text)) == text);
  CHECK(rate_text(*parse_rate("256k/4s"), true) == "256k/4s");
  CHECK(rate_text(*parse_rate("1000/4s"), true) == "1000/4s");
  for (const char* text : {"24M", "3G", "1k", "1025", "0"})
    CHECK(bytes_text(*parse_bytes(text, 0, 1ull << 40)) == text);
  for (const char* text : {"10m", "90s", "36h", "250ms", "15s"})
    CHECK(*parse_duration(duration_text(*parse_duration(text, 1ms, 48h)), 1ms, 48h) ==
          *parse_duration(text, 1ms, 48h));
}
