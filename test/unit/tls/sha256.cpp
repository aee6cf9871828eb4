#include "tls/sha256.hpp"

#include "scratch.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include "support/catch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace asio_chat;
using namespace asio_chat::tls::test;

TEST_CASE("SHA-256 gives what FIPS 180-4 says", "[tls]") {
  const auto hex = [](std::string_view bytes) {
    return fmt::format("{:02x}", fmt::join(tls::sha256(bytes).value(), ""));
  };
  CHECK(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("SHA-256 of a certificate is the one of its DER, which is shown as fingerprint",
          "[tls]") {
  const auto made = make_self_signed();
  unsigned char* der = nullptr;
  const int length = i2d_X509(made.certificate.get(), &der);
  REQUIRE(length > 0);
  const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  const auto digest = tls::sha256(made.certificate.get());
  REQUIRE(digest.has_value());
  CHECK(digest == tls::sha256(bytes));
  CHECK(tls::describe(made.certificate.get()).fingerprint ==
        fmt::format("{:02X}", fmt::join(*digest, ":")));
}
