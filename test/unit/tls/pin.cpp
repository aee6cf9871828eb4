#include "tls/pin.hpp"

#include "scratch.hpp"

#include "support/catch.hpp"

using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

TEST_CASE("A21: a pin is of the key, not of the certificate", "[tls][A21]") {
  const auto one = make_self_signed();
  const auto other = make_self_signed();
  CHECK(is_pin(pin_of(one.certificate.get())));
  CHECK(pin_of(one.certificate.get()) != pin_of(other.certificate.get()));

  certificate_ptr renewed(X509_dup(one.certificate.get()));
  ASN1_INTEGER_set(X509_get_serialNumber(renewed.get()), 7);
  CHECK(pin_of(renewed.get()) == pin_of(one.certificate.get()));
}

TEST_CASE("A21: only canonical pins are pins", "[tls][A21]") {
  CHECK(is_pin("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  for (const char* wrong :
       {"", "sha256/", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", // bits beyond the 32 bytes
        "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
        "sha256/ AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "sha256/!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AB:CD:EF"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_pin(wrong));
  }
}
