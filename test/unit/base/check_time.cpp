#include "base/check_time.hpp"

#include "support/catch.hpp"

#include <asio_chat/error.hpp>

#include <string>

using namespace asio_chat;
using namespace std::chrono_literals;

namespace {

std::string refusal(std::chrono::milliseconds value, time_range range,
                    never zero = never::refused) {
  try {
    check_time("limits.x", value, range, zero);
  } catch (const error& e) {
    CHECK(e.code() == errc::bad_setting);
    return e.what();
  }
  return "";
}

} // namespace

TEST_CASE("a duration within its range is taken, both ends with it") {
  CHECK(refusal(1ms, {}).empty());
  CHECK(refusal(24h, {}).empty());
  CHECK(refusal(5s, {.min = 5s, .max = 6s}).empty());
  CHECK(refusal(6s, {.min = 5s, .max = 6s}).empty());
}

TEST_CASE("a duration out of its range is refused by its name and the range") {
  CHECK(refusal(4999ms, {.min = 5s, .max = 6s}) == "limits.x must be 5000 to 6000 ms, not 4999 ms");
  CHECK(refusal(24h + 1ms, {}) == "limits.x must be 1 to 86400000 ms, not 86400001 ms");
  CHECK(refusal(-1ms, {}, never::allowed) ==
        "limits.x must be 1 to 86400000 ms, or 0 for never, not -1 ms");
}

TEST_CASE("zero is a duration only where it means never") {
  CHECK(refusal(0ms, {}, never::allowed).empty());
  CHECK(!refusal(0ms, {}).empty());
}
