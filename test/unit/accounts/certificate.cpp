#include "accounts/certificate.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace asio_chat;

TEST_CASE("of what is given instead of a pin it is said what it is") {
  key_hash key{};
  key.fill(0xab);
  const std::string pin = pin_of(key);
  CHECK(read_pin(pin).value() == key);
  const auto refusal = [](const std::string& typed) {
    const auto read = read_pin(typed);
    return read ? std::string("taken") : read.error().message;
  };
  std::string fingerprint;
  for (int i = 0; i < 32; ++i)
    fingerprint += i == 0 ? "AB" : ":AB";
  CHECK(refusal(fingerprint) ==
        "that is the fingerprint of a certificate, which ends when it is renewed: give the pin of "
        "its key, sha256/ and 44 characters; asio-chat-certs show FILE prints it");
  CHECK(refusal(std::string(64, 'f')).starts_with("that is the fingerprint of a certificate"));
  CHECK(refusal(std::string(40, 'F')).starts_with("that is a fingerprint by SHA-1"));
  for (const std::string& wrong :
       {std::string(), std::string("sha256/"), pin.substr(0, pin.size() - 1), pin + "=", pin + "A",
        " " + pin, "SHA256/" + pin.substr(7), "sha1/" + pin.substr(7), std::string(63, 'f'),
        std::string(65, 'f'), std::string(10'000, ':'), std::string("sha256/\0", 8),
        pin.substr(0, 20) + "\n" + pin.substr(21), fingerprint + ":"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_pin(wrong).has_value());
  }
}

TEST_CASE("a certificate has the first bits of its key in bans") {
  key_hash key{};
  key[0] = 1;
  key[15] = 2;
  key[16] = 3;
  identity who{};
  who[0] = 1;
  who[15] = 2;
  CHECK(identity_of(key) == who);
}
