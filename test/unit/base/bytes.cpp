#include "base/bytes.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

TEST_CASE("shared bytes are the bytes given, in one place for all who hold them") {
  const std::string text(1000, 'x');
  shared_bytes first = share(text);
  const shared_bytes second = first;
  CHECK(second->view() == text);
  CHECK(second->size() == 1000);
  CHECK(first->view().data() == second->view().data());
  CHECK(first->use_count() == 2);
  first.reset();
  CHECK(second->use_count() == 1);
  CHECK(second->view() == text);
}

TEST_CASE("shared bytes may be none, and hold any byte") {
  CHECK(share("")->size() == 0);
  const std::string all("\0\xff\n", 3);
  CHECK(share(all)->view() == all);
}
