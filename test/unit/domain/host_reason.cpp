// What a host gives as a reason, as the member is told it.
#include "domain/host_reason.hpp"

#include "base/sanitize.hpp"
#include "support/catch.hpp"

using namespace asio_chat;

TEST_CASE("the reason of a host is one line, and has an end") {
  CHECK(reason_by_host("mind\nyour words", "no") == "mind your words");
  CHECK(reason_by_host("", "no") == "no");
  CHECK(reason_by_host(std::string(max_reason_bytes, 'x'), "no").size() == max_reason_bytes);
  for (std::size_t before = 0; before < 4; ++before) {
    std::string why(before, 'x');
    for (int i = 0; i < 1'000; ++i)
      why += "\u00e9";
    const std::string told = reason_by_host(why, "no");
    CHECK(told.size() <= max_reason_bytes);
    CHECK(told.size() > max_reason_bytes - 3);
    CHECK(is_sanitized(told));
    CHECK(told.ends_with("\u00e9\u2026"));
  }
}

TEST_CASE("the code of a host is one that there is") {
  CHECK(code_by_host(errc::room_invalid, errc::not_allowed) == errc::room_invalid);
  CHECK(code_by_host(errc::protocol_error, errc::not_allowed) == errc::protocol_error);
  CHECK(code_by_host(errc{}, errc::not_allowed) == errc::not_allowed);
  CHECK(code_by_host(static_cast<errc>(987'654), errc::not_allowed) == errc::not_allowed);
}
