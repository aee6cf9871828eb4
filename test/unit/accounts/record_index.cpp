#include "accounts/record_index.hpp"

#include "support/catch.hpp"

#include <string>

using namespace asio_chat;

namespace {

bool any(record_number) {
  return true;
}

} // namespace

TEST_CASE("records of one hash are told apart, and found until they are removed") {
  record_index index;
  index.put(7, 1);
  index.put(7, 2);
  index.put(23, 3); // in the same part
  CHECK(index.find(7, [](record_number n) { return n == 2; }) == 2);
  CHECK(index.find(7, [](record_number n) { return n == 3; }) == no_record);
  CHECK(index.find(23, any) == 3);
  index.remove(7, 2);
  CHECK(index.find(7, any) == 1);
  index.remove(7, 1);
  CHECK(index.find(7, any) == no_record);
  CHECK(index.find(8, any) == no_record);
}

TEST_CASE("a record's number is given again, and stays where it is when others come") {
  record_pool<std::string> pool;
  const record_number first = pool.add();
  pool[first] = "first";
  const std::string* const there = &pool[first];
  for (int i = 0; i < 1'000; ++i)
    pool[pool.add()] = "another";
  CHECK(&pool[first] == there);
  pool.remove(first);
  CHECK(pool.add() == first);
  CHECK(pool[first].empty());
}
