#include <asio_chat/error.hpp>
#include <asio_chat/version.hpp>

#include "support/catch.hpp"
#include "unit/base/source_file.hpp"

#include <set>

using namespace asio_chat;

namespace {

const auto& codes() {
  static const auto all = test::enumerators_of("lib/include/asio_chat/errc.hpp", "errc");
  return all;
}

} // namespace

TEST_CASE("every error of the header has its own name, a sentence, and a way back") {
  REQUIRE(codes().size() > 25);
  std::set<std::string_view> names;
  for (const auto& [name, value] : codes()) {
    const auto code = static_cast<errc>(value);
    INFO(name << " = " << value);
    CHECK(name_of(code) == name);
    CHECK(errc_of(name) == code);
    CHECK(make_error_code(code).message() != "unknown error");
    CHECK(names.insert(name_of(code)).second);
  }
}

TEST_CASE("an unknown code and an unknown name are a protocol error") {
  CHECK(name_of(static_cast<errc>(9999)) == "protocol_error");
  CHECK(errc_of("no such name") == errc::protocol_error);
  CHECK(errc_of("") == errc::protocol_error);
  CHECK(make_error_code(static_cast<errc>(9999)).message() == "unknown error");
}

TEST_CASE("an error code belongs to the category of the chat and compares with errc") {
  const error_code e = make_error_code(errc::name_taken);
  CHECK(std::string(e.category().name()) == "asio_chat");
  CHECK(e == errc::name_taken);
  CHECK(e != errc::name_invalid);
  CHECK(static_cast<bool>(e));
  // The number of another category is no error of the chat.
  CHECK(error_code(e.value(), boost::system::generic_category()) != errc::name_taken);
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

TEST_CASE("a result holds a value or a failure") {
  const result<int> good = 42;
  REQUIRE(good.has_value());
  CHECK(*good == 42);
  const result<int> bad = fail(errc::text_empty, "nothing");
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().code == errc::text_empty);
  CHECK(bad.error().message == "nothing");
}

TEST_CASE("the version in the header is the project's") {
  CHECK(version_string == ASIO_CHAT_PROJECT_VERSION);
  CHECK(version_string == std::to_string(ASIO_CHAT_VERSION_MAJOR) + "." +
                              std::to_string(ASIO_CHAT_VERSION_MINOR) + "." +
                              std::to_string(ASIO_CHAT_VERSION_PATCH));
  static_assert(ASIO_CHAT_VERSION == ASIO_CHAT_VERSION_MAJOR * 10000 +
                                         ASIO_CHAT_VERSION_MINOR * 100 + ASIO_CHAT_VERSION_PATCH);
}
