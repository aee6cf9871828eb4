#include "tls/pin.hpp"

#include "scratch.hpp"

#include "support/catch.hpp"

using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

TEST_CASE("A21: a pin is of the key, not of the certificate", "[tls][A21]") {
  const auto one = make_self_signed();
  const auto other = make_self_signed();
  CHECK(asio_chat::is_pin(pin_of(one.certificate.get())));
  CHECK(pin_of(one.certificate.get()) != pin_of(other.certificate.get()));

  certificate_ptr renewed(X509_dup(one.certificate.get()));
  ASN1_INTEGER_set(X509_get_serialNumber(renewed.get()), 7);
  CHECK(pin_of(renewed.get()) == pin_of(one.certificate.get()));
}
