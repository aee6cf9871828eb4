#include "tls/x509/revocation.hpp"

#include "../scratch.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

TEST_CASE("A19: a serial number is read as people write it", "[tls][A19]") {
  CHECK(x509::parse_serial("1a2b").value() == "1A2B");
  CHECK(x509::parse_serial("1A:2B").value() == "1A2B");
  CHECK(x509::parse_serial("0x001a2b").value() == "1A2B");
  CHECK(x509::parse_serial("7").value() == "07");
  const auto made = make_self_signed();
  const std::string shown = describe(made.certificate.get()).serial;
  CHECK(x509::parse_serial(shown).value() == shown);
  CHECK(x509::parse_serial(std::string(40, 'f')).has_value());
}

TEST_CASE("A19: an invalid serial number is refused", "[tls][A19]") {
  for (const char* text : {"", "0", "0x", "00:00", "-1", "alice", "1 2", ":1", "1:", "1::2"}) {
    CAPTURE(text);
    const auto read = x509::parse_serial(text);
    REQUIRE(read.has_error());
    CHECK(read.error().message.find("not a serial number") != std::string::npos);
  }
  CHECK(x509::parse_serial(std::string(41, 'f')).has_error());
}

TEST_CASE("A19: every reason that is offered comes back as it was given", "[tls][A19]") {
  const std::chrono::sys_seconds when{std::chrono::seconds(1'700'000'000)};
  auto reasons = x509::revocation_reasons();
  REQUIRE(reasons.size() == 6);
  reasons.emplace_back(""); // none
  for (const std::string& reason : reasons) {
    CAPTURE(reason);
    const auto entry = x509::make_entry({"1A2B", when, reason});
    REQUIRE(entry);
    CHECK(X509_REVOKED_get_ext_count(entry.get()) == (reason.empty() ? 0 : 1));
    const auto back = x509::read_entry(entry.get());
    CHECK(back.serial == "1A2B");
    CHECK(back.when == when);
    CHECK(back.reason == reason);
  }
  for (const char* reason : {"unspecified", "certificateHold", "removeFromCRL", "nonsense"})
    CHECK_FALSE(x509::make_entry({"1A2B", when, reason}));
}
