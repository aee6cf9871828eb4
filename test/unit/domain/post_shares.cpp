#include "domain/post_shares.hpp"
#include "domain/inflight_limit.hpp"

#include <array>

namespace asio_chat {

namespace {

void count(post_shares& all, post_share& of, std::uint64_t times) {
  for (std::uint64_t i = 0; i < times; ++i)
    all.count(of);
}

} // namespace

TEST_CASE("who says more than a fourth of all has most of it, unless nobody else is there") {
  post_shares all;
  post_share flooder;
  post_share other;
  count(all, flooder, 1000);
  CHECK_FALSE(all.is_most(flooder));
  count(all, other, 1);
  CHECK_FALSE(all.is_most(other));
  count(all, flooder, 1);
  CHECK(all.is_most(flooder));
}

TEST_CASE("where many say as much as each other nobody has most of it") {
  post_shares all;
  std::array<post_share, 5> five;
  for (int i = 0; i < 1000; ++i)
    for (post_share& s : five)
      all.count(s);
  for (const post_share& s : five)
    CHECK_FALSE(all.is_most(s));
}

TEST_CASE("what was said a period and more ago counts no longer") {
  post_shares all;
  post_share flooder;
  post_share other;
  count(all, other, post_shares::posts_of_period);
  count(all, flooder, 1); // the next period
  CHECK_FALSE(all.is_most(flooder));
  count(all, flooder, post_shares::posts_of_period);
  CHECK_FALSE(all.is_most(flooder)); // it is alone, and `other` was two periods ago
  count(all, other, 1);
  count(all, flooder, 1);
  CHECK(all.is_most(flooder));
  CHECK_FALSE(all.is_most(other)); // with one post
}

TEST_CASE("a part of the bound is full sooner, and until half of that is done") {
  inflight_limit l(16);
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(l.begin(4));
  CHECK(l.begin(4)); // the fourth
  CHECK_FALSE(l.begin(4));
  CHECK_FALSE(l.end());
  CHECK_FALSE(l.end());
  CHECK(l.end()); // two are left
  for (int i = 0; i < 13; ++i)
    CHECK_FALSE(l.begin());
  CHECK(l.begin()); // the sixteenth
}

TEST_CASE("where the part is less than one, one at a time is under way") {
  inflight_limit l(2);
  CHECK(l.begin(8));
  CHECK(l.end());
  CHECK(l.empty());
}

} // namespace asio_chat
