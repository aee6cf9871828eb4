#include <asio_chat/error.hpp>
#include <asio_chat/version.hpp>

#include "support/catch.hpp"

using namespace asio_chat;

TEST_CASE("every error has a name that leads back to it") {
  CHECK(name_of(errc::name_taken) == "name_taken");
  CHECK(errc_of("name_taken") == errc::name_taken);
  CHECK(errc_of("text_too_long") == errc::text_too_long);
  CHECK(errc_of("no such name") == errc::protocol_error);
}

TEST_CASE("an error thrown says its sentence and keeps its code") {
  const result<int> r = fail(errc::room_invalid, "a sentence");
  try {
    static_cast<void>(r.value());
    FAIL("did not throw");
  } catch (const error& e) {
    CHECK(std::string(e.what()) == "a sentence");
    CHECK(e.code() == errc::room_invalid);
  }
}

TEST_CASE("the version in the header is the project's") {
  CHECK(version_string == ASIO_CHAT_PROJECT_VERSION);
}
