#include "net/outbox.hpp"

#include "support/catch.hpp"

#include <random>

using namespace asio_chat;
using net::outbox;
using net::write_buffers;

namespace {

constexpr std::size_t record = write_buffers::size;

using block_ptr = boost::intrusive_ptr<const byte_block>;

block_ptr make_block(std::string bytes) {
  return block_ptr(new byte_block(std::move(bytes)));
}

/// Writes everything, `step` bytes at a time, and returns what was written.
std::string drain(outbox& box, write_buffers& buffers, std::size_t step) {
  std::string out;
  while (!box.empty()) {
    std::string_view rest = box.start_write(buffers);
    REQUIRE(box.writing());
    while (!rest.empty()) {
      const std::size_t n = std::min(step, rest.size());
      out.append(rest.substr(0, n));
      const std::size_t before = box.bytes();
      rest = box.wrote(n, buffers);
      REQUIRE(box.bytes() == before - n);
    }
    REQUIRE_FALSE(box.writing());
  }
  return out;
}

} // namespace

TEST_CASE("an outbox counts what waits and what is being written") {
  outbox box;
  write_buffers buffers;
  CHECK(box.empty());
  CHECK_FALSE(box.writing());
  box.push(share("hello"));
  box.push(share("you"));
  CHECK(box.bytes() == 8);
  CHECK(box.start_write(buffers) == "helloyou");
  CHECK(box.bytes() == 8);
  CHECK(box.wrote(6, buffers) == "ou");
  CHECK(box.bytes() == 2);
  CHECK_FALSE(box.empty());
  CHECK(box.wrote(2, buffers).empty());
  CHECK(box.empty());
  CHECK_FALSE(box.writing());
}

TEST_CASE("one block goes out from where it lies") {
  outbox box;
  write_buffers buffers;
  const block_ptr small = make_block("hello");
  box.push({small, small->view()});
  CHECK(box.start_write(buffers).data() == small->view().data());
  CHECK(small->use_count() == 2); // kept while it is written
  box.wrote(5, buffers);
  CHECK(small->use_count() == 1); // and no longer

  const shared_bytes large = share(std::string(record, 'x'));
  box.push(large);
  box.push(share("after"));
  CHECK(box.start_write(buffers).data() == large.view().data());
  box.wrote(record, buffers);
  CHECK(box.start_write(buffers) == "after");
}

TEST_CASE("several blocks are laid together, up to a record") {
  outbox box;
  write_buffers buffers;
  std::string all;
  for (int i = 0; i < 30; ++i) {
    const std::string block(600, static_cast<char>('a' + i % 26));
    all += block;
    box.push(share(block));
  }
  const std::string first(box.start_write(buffers));
  CHECK(first.size() == record);
  CHECK(all.starts_with(first));
  box.wrote(first.size(), buffers);
  const std::string second(box.start_write(buffers));
  CHECK(first + second == all);
}

TEST_CASE("blocks that fill a record exactly go in one, a byte more in two") {
  write_buffers buffers;
  outbox box;
  box.push(share(std::string(record - 1, 'x')));
  box.push(share("y"));
  CHECK(box.start_write(buffers).size() == record);
  box.wrote(record, buffers);
  CHECK(box.empty());

  box.push(share(std::string(record - 1, 'x')));
  box.push(share("yz"));
  const std::string_view full = box.start_write(buffers);
  CHECK(full.size() == record);
  CHECK(full.back() == 'y');
  box.wrote(record, buffers);
  CHECK(box.start_write(buffers) == "z");
}

TEST_CASE("C35: however little each write takes, the bytes go out in order, once each") {
  for (std::size_t step = 1; step <= 40; ++step) {
    outbox box;
    write_buffers buffers;
    std::string all;
    for (int i = 0; i < 12; ++i) {
      all += std::to_string(i) + ",";
      box.push(share(std::to_string(i) + ","));
    }
    REQUIRE(drain(box, buffers, step) == all);
  }
}

TEST_CASE("C35: blocks of any size, writes of any size, pushes in between: order and count hold") {
  std::mt19937 random(9);
  std::uniform_int_distribution<std::size_t> block(1, 3'000);
  std::uniform_int_distribution<std::size_t> part(1, 20'000);
  std::uniform_int_distribution<int> choice(0, 2);
  for (int round = 0; round < 20; ++round) {
    outbox box;
    write_buffers buffers;
    std::string pushed;
    std::string written;
    std::string_view rest;
    for (int i = 0; i < 2'000; ++i) {
      if (choice(random) == 0) {
        const std::string b(block(random) * (choice(random) ? 1 : 10),
                            static_cast<char>('a' + i % 26));
        pushed += b;
        box.push(share(b));
      } else if (box.writing()) {
        const std::size_t n = std::min(part(random), rest.size());
        written += rest.substr(0, n);
        rest = box.wrote(n, buffers);
      } else if (!box.empty()) {
        rest = box.start_write(buffers);
      }
      REQUIRE(box.bytes() == pushed.size() - written.size());
    }
    if (box.writing()) {
      written += rest;
      box.wrote(rest.size(), buffers);
    }
    written += drain(box, buffers, 777);
    REQUIRE(written == pushed);
  }
}

TEST_CASE("blocks that were laid together are let go of at once") {
  outbox box;
  write_buffers buffers;
  const block_ptr one = make_block("one");
  const block_ptr two = make_block("two");
  box.push({one, one->view()});
  box.push({two, two->view()});
  box.start_write(buffers);
  CHECK(one->use_count() == 1);
  CHECK(two->use_count() == 1);
}

TEST_CASE("the room for a write is borrowed and given back") {
  write_buffers buffers;
  write_buffers::buffer b = buffers.take();
  const char* where = b.get();
  buffers.give_back(std::move(b));
  outbox box;
  box.push(share("one"));
  box.push(share("two"));
  const std::string_view writing = box.start_write(buffers);
  CHECK(writing.data() == where);
  CHECK(buffers.take().get() != where); // it is in use
  box.wrote(writing.size(), buffers);
  CHECK(buffers.take().get() == where);
}

TEST_CASE("what lies side by side goes out from where it lies") {
  byte_run run;
  outbox box;
  write_buffers buffers;
  std::string all;
  const char* begin = nullptr;
  for (int i = 0; i < 100; ++i) {
    const shared_bytes one = run.append(std::to_string(i) + ",");
    if (i == 0) begin = one.view().data();
    all += one.view();
    box.push(one);
  }
  const std::string_view writing = box.start_write(buffers);
  CHECK(writing == all);
  CHECK(writing.data() == begin);
  // What follows the write under way is not part of it.
  box.push(run.append("more"));
  CHECK(box.wrote(writing.size(), buffers).empty());
  CHECK(box.start_write(buffers) == "more");
}

TEST_CASE("an outbox that is never written keeps few shared blocks in memory") {
  outbox slow;
  write_buffers buffers;
  std::string all;
  std::vector<block_ptr> blocks;
  for (int i = 0; i < 1'000; ++i) {
    blocks.push_back(make_block(std::to_string(i) + std::string(100, 'x')));
    all += blocks.back()->view();
    slow.push({blocks.back(), blocks.back()->view()});
  }
  const auto kept = std::count_if(blocks.begin(), blocks.end(),
                                  [](const block_ptr& b) { return b->use_count() > 1; });
  CHECK(kept <= 32);
  CHECK(slow.bytes() == all.size());
  CHECK(drain(slow, buffers, 100'000) == all);
}

namespace {

/// What a room says to everybody, as long as it is quiet enough to be alone in a run.
std::vector<shared_bytes> lines_of(byte_run& run, std::size_t count, std::size_t bytes) {
  std::vector<shared_bytes> lines;
  for (std::size_t n = 0; n < count; ++n)
    lines.push_back(run.append(std::string(bytes, static_cast<char>('a' + n % 26))));
  return lines;
}

} // namespace

TEST_CASE("what many wait for is in memory once, however many parts it has") {
  for (const std::size_t bytes : {100u, 1'000u, 8'000u, 30'000u}) {
    const byte_meter_ptr meter(new byte_meter);
    byte_run run(meter);
    std::vector<outbox> stopped(200);
    std::size_t said = 0;
    for (const shared_bytes& line : lines_of(run, (1u << 20) / bytes, bytes)) {
      said += line.size();
      for (outbox& box : stopped)
        box.push(line);
    }
    INFO(bytes);
    CHECK(stopped.back().bytes() == said);
    CHECK(meter->bytes() < said + said / 4 + 2 * byte_run::block_bytes);
    write_buffers buffers;
    CHECK(drain(stopped.front(), buffers, 100'000) == drain(stopped.back(), buffers, 100'000));
  }
}

TEST_CASE("a session that waits for little of what is said keeps little of it in memory") {
  const byte_meter_ptr meter(new byte_meter);
  byte_run run(meter);
  outbox slow;
  std::string all;
  for (int n = 0; n < 10'000; ++n) {
    const shared_bytes line = run.append(std::string(1'000, static_cast<char>('a' + n % 26)));
    if (n % 50 != 0) continue; // the others are said in other rooms
    all += line.view();
    slow.push(line);
  }
  CHECK(slow.bytes() == 200'000);
  CHECK(meter->bytes() < 2 * slow.bytes() + 17 * byte_run::block_bytes);
  write_buffers buffers;
  CHECK(drain(slow, buffers, 100'000) == all);
}

TEST_CASE("parts that are copied and parts that stay keep their order") {
  std::mt19937 random(4);
  std::uniform_int_distribution<std::size_t> bytes(1, 20'000);
  std::uniform_int_distribution<int> to_whom(0, 3);
  byte_run run;
  outbox slow;
  std::string all;
  for (int i = 0; i < 3'000; ++i) {
    const shared_bytes line =
        run.append(std::string(bytes(random), static_cast<char>('a' + i % 26)));
    if (i % 500 > 250 && to_whom(random) != 0) continue;
    all += line.view();
    slow.push(line);
  }
  write_buffers buffers;
  CHECK(drain(slow, buffers, 5'000) == all);
}

TEST_CASE("a meter counts what is in memory, once") {
  const byte_meter_ptr meter(new byte_meter);
  {
    const shared_bytes one = share(std::string(1'000, 'x'), meter);
    const shared_bytes again = one;
    CHECK(meter->bytes() >= 1'000);
    CHECK(meter->bytes() < 1'100);
  }
  CHECK(meter->bytes() == 0);
}

TEST_CASE("the more waits for all sessions, the less may wait for each, but always one record") {
  limits l;
  l.outbox_pause_bytes = 1u << 20;
  l.outbox_total_bytes = 64u << 20;
  CHECK(net::full_mark(l, 0) == 1u << 20);
  CHECK(net::full_mark(l, 32u << 20) == 1u << 20);
  CHECK(net::full_mark(l, 48u << 20) == (1u << 19) + record / 2);
  CHECK(net::full_mark(l, 64u << 20) == record);
  CHECK(net::full_mark(l, std::size_t{1} << 40) == record);
  std::size_t before = net::full_mark(l, 0);
  for (std::size_t all = 0; all < 70u << 20; all += 100'000) {
    CHECK(net::full_mark(l, all) <= before);
    before = net::full_mark(l, all);
  }
}
