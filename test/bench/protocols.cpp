#include "support/catch.hpp"

#include "asio-chat-bench/make_protocol.hpp"

using namespace asio_chat::bench;

TEST_CASE("every protocol of the benchmark has a name and can be made", "[bench]") {
  CHECK(speeches().size() == 7);
  for (const auto& [name, kind] : speeches()) {
    CHECK(name_of(kind) == name);
    const auto made = make_protocol(kind);
    CHECK_FALSE(made->ready());
    std::string out;
    made->login({"ann", "lobby", false}, out);
    CHECK_FALSE(out.empty());
    // Only the text protocol lets a client in without a word.
    CHECK(made->ready() == (kind == speech::text));
  }
}
