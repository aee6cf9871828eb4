#include "base/bytes.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

TEST_CASE("shared bytes are the given bytes, in one place for all holders") {
  const std::string text(1000, 'x');
  shared_bytes first = share(text);
  const shared_bytes second = first;
  CHECK(second.view() == text);
  CHECK(second.size() == 1000);
  CHECK(first.view().data() == second.view().data());
  first = {};
  CHECK_FALSE(first);
  CHECK(second.view() == text);
}

TEST_CASE("shared bytes may be empty, which is not none, and hold any byte") {
  CHECK(share(""));
  CHECK(share("").size() == 0);
  const std::string all("\0\xff\n", 3);
  CHECK(share(all).view() == all);
}

TEST_CASE("bytes of a run lie side by side, and are one part for a reader of all of them") {
  byte_run run;
  shared_bytes all = run.append("one");
  const shared_bytes two = run.append("two");
  const shared_bytes three = run.append("three");
  CHECK_FALSE(all.extend(three)); // "two" would be missing
  CHECK(all.extend(two));
  CHECK_FALSE(all.extend(two)); // not twice
  CHECK(all.extend(three));
  CHECK(all.view() == "onetwothree");
  CHECK(two.view() == "two");
}

TEST_CASE("bytes of different blocks are never one part") {
  const std::string both("onetwo");
  const boost::intrusive_ptr<const byte_block> a(new byte_block("one"));
  const boost::intrusive_ptr<const byte_block> b(new byte_block("two"));
  shared_bytes first(a, std::string_view(both).substr(0, 3));
  CHECK_FALSE(first.extend({b, std::string_view(both).substr(3)}));
  CHECK(first.view() == "one");
}

TEST_CASE("bytes that a run has given out do not change when more are appended") {
  byte_run run;
  std::vector<shared_bytes> given;
  for (int i = 0; i < 5'000; ++i)
    given.push_back(run.append(std::to_string(i)));
  for (int i = 0; i < 5'000; ++i)
    REQUIRE(given[static_cast<std::size_t>(i)].view() == std::to_string(i));
}

TEST_CASE("a run uses its block again when nothing refers to it") {
  byte_run run;
  const char* const where = run.append("one").view().data();
  shared_bytes two = run.append("two");
  CHECK(two.view().data() == where);
  CHECK(run.append("three").view().data() == where + 3);
  two = {};
  CHECK(run.append("four").view().data() == where);
}

TEST_CASE("bytes that would waste a block get a block of their own") {
  byte_run run;
  const shared_bytes one = run.append("one");
  const std::string large(byte_run::block_bytes, 'x');
  CHECK(run.append(large).view() == large);
  const shared_bytes two = run.append("two");
  CHECK(two.view().data() == one.view().data() + 3);
}
