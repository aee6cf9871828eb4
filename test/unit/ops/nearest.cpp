#include "ops/nearest.hpp"

#include "support/catch.hpp"

using asio_chat::ops::did_you_mean;
using asio_chat::ops::nearest;

TEST_CASE("a near name is found if there is one", "[ops]") {
  const std::string_view names[] = {"listen", "log-level", "log-time", "key"};
  CHECK(nearest("listne", names) == "listen");
  CHECK(nearest("log-tim", names) == "log-time");
  CHECK(nearest("loglevel", names) == "log-level");
  CHECK(nearest("zzz", names).empty());
  CHECK(nearest("frobnicate", names).empty());
  CHECK(nearest(std::string(100'000, 'l'), names).empty());
  CHECK(did_you_mean("listne", names) == "; did you mean listen?");
  CHECK(did_you_mean("frobnicate", names).empty());
}
