#include "fullscreen/message_log.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

log_line said(std::uint64_t offset) {
  log_line l{log_line::kind::message};
  l.at = {1, offset};
  l.text = std::to_string(offset);
  return l;
}

std::vector<log_line> page(std::uint64_t first, std::uint64_t last) {
  std::vector<log_line> lines;
  for (; first <= last; ++first)
    lines.push_back(said(first));
  return lines;
}

log_line notice(std::string text) {
  return {log_line::kind::notice, {}, {}, std::move(text)};
}

std::string texts(const message_log& log) {
  std::string all;
  for (auto n = log.first(); n < log.end(); ++n)
    all += log.at(n).text + " ";
  return all;
}

} // namespace

TEST_CASE("asio-chat message log: lines keep their numbers when older ones come") {
  message_log log;
  log.append(said(11));
  const auto n = log.first();
  log.prepend(page(1, 10));
  CHECK(log.at(n).text == "11");
  CHECK(log.first() == n - 10);
  CHECK(log.oldest() == position{1, 1});
}

TEST_CASE("asio-chat message log: at one end goes what comes at the other") {
  message_log log;
  for (std::uint64_t i = 1; i <= message_log::max_lines + 5; ++i)
    log.append(said(i));
  CHECK(log.size() == message_log::max_lines);
  CHECK(log.oldest() == position{1, 6});
  CHECK_FALSE(log.cut());
  log.prepend(page(1, 5));
  CHECK(log.size() == message_log::max_lines);
  CHECK(log.newest() == position{1, 500});
  CHECK(log.beyond() == 5);
}

TEST_CASE("asio-chat message log: a cut log is whole again when it has the last line") {
  message_log log;
  log.append(said(1));
  for (std::uint64_t i = 2; i <= 5; ++i)
    log.miss({1, i});
  log.resume(page(2, 3), false);
  CHECK(log.beyond() == 2);
  log.miss({1, 6});
  log.resume(page(4, 5), true); // made before the sixth was said
  CHECK(log.beyond() == 1);
  log.resume(page(6, 6), true);
  CHECK_FALSE(log.cut());
  CHECK(texts(log) == "1 2 3 4 5 6 ");
}

TEST_CASE("asio-chat message log: another part of the room's log says how much is behind it") {
  message_log log;
  for (const log_line& line : page(90, 100))
    log.append(line);
  log.replace(page(10, 20), true);
  CHECK(log.oldest() == position{1, 10});
  CHECK(log.beyond() == 80);
  log.resume(page(21, 60), false);
  log.resume(page(61, 100), true);
  CHECK_FALSE(log.cut());
  log.replace(page(95, 100), false);
  CHECK_FALSE(log.cut());
}

TEST_CASE("asio-chat message log: an entry that comes late stands where the room has it") {
  message_log log;
  log.append(said(1));
  log.append(said(4));
  log.append(notice("n"));
  log.append(said(2));
  CHECK(texts(log) == "1 2 4 n ");
}

TEST_CASE("asio-chat message log: one's own line goes behind what was said before it") {
  message_log log;
  log_line own = said(0);
  own.text = "own";
  log.append(own);
  log.append(said(7));
  log.append(notice("n"));
  log.append(said(9));
  log.settle(log.first(), {1, 8});
  CHECK(texts(log) == "7 own n 9 ");
}

TEST_CASE("asio-chat message log: behind a gap positions begin anew") {
  message_log log;
  log.append(said(40));
  log.append({log_line::kind::gap, {}, {}, "gap"});
  log.append(said(3));
  CHECK(texts(log) == "40 gap 3 ");
}

TEST_CASE("asio-chat message log: one's own lines without an answer are never dropped") {
  message_log log;
  log_line waits = notice("waits");
  waits.fate = log_line::state::waiting;
  log.append(said(501));
  log.append(waits);
  log.prepend(page(1, 500));
  CHECK(log.at(log.end() - 1).text == "waits");
  const auto end = log.end();
  log.clear();
  CHECK(texts(log) == "waits ");
  CHECK(log.first() >= end);
}

TEST_CASE("asio-chat message log: what was not said stands behind every part of the log") {
  message_log log;
  for (const log_line& line : page(1, 4))
    log.append(line);
  log_line unsaid = notice("unsaid");
  unsaid.fate = log_line::state::refused;
  log.append(unsaid);
  log.replace(page(2, 4), false);
  CHECK(texts(log) == "2 3 4 unsaid ");
  log.replace(page(1, 2), true);
  CHECK(texts(log) == "1 2 unsaid ");
  log.resume(page(3, 4), true);
  CHECK(texts(log) == "1 2 3 4 unsaid ");
  CHECK_FALSE(log.cut());
}

namespace {

using reference = entry_reference::kind;

log_line refers(std::uint64_t offset, reference how, std::uint64_t to, std::string from,
                std::string text) {
  log_line l = said(offset);
  l.from = std::move(from);
  l.text = std::move(text);
  l.refers = {how, to};
  return l;
}

} // namespace

TEST_CASE(
    "asio-chat message log: edits, deletions and reactions are seen in the line they are about") {
  message_log log;
  for (const log_line& line : page(1, 3))
    log.append(line);
  log.append(refers(4, reference::edit, 1, "alice", "One"));
  log.append(refers(5, reference::edit, 1, "alice", "ONE"));
  log.append(refers(6, reference::removal, 2, "alice", "deleted a message"));
  log.append(refers(7, reference::reaction, 3, "alice", "+"));
  log.append(refers(8, reference::reaction, 3, "bob", "+"));
  log.append(refers(9, reference::reaction, 3, "bob", "-"));
  log.append(refers(10, reference::reply, 1, "bob", "yes"));
  const auto at = [&log](std::uint64_t offset) {
    return log.at(log.first() + static_cast<message_log::number>(offset) - 1);
  };
  CHECK(at(1).now.edited);
  CHECK(at(1).now.text == "ONE");
  CHECK(at(2).now.deleted);
  REQUIRE(at(3).now.reactions.size() == 2);
  CHECK(at(3).now.reactions[0].by == std::vector<std::string>{"alice", "bob"});
  for (std::uint64_t offset = 4; offset <= 9; ++offset)
    CHECK(at(offset).now.hidden);
  CHECK_FALSE(at(10).now.hidden);
  CHECK(at(10).now.quote == ": ONE");
  log.append(refers(11, reference::reaction, 3, "bob", "-")); // taken back
  REQUIRE(at(3).now.reactions.size() == 1);
  log.append(refers(12, reference::edit, 1, "alice", "Uno"));
  CHECK(at(10).now.quote == ": Uno"); // and not what is gone by now
  log.append(refers(13, reference::removal, 1, "alice", "deleted a message"));
  CHECK(at(10).now.quote == ": (deleted)");
  CHECK(log.newest() == position{1, 13});
}

TEST_CASE("asio-chat message log: a pin is seen where it was set and in the line it is about") {
  message_log log;
  for (const log_line& line : page(1, 2))
    log.append(line);
  log.append(refers(3, reference::pin, 1, "olga", "pinned a message of alice"));
  log.append(refers(4, reference::pin, 99, "olga", "pinned a message of bob")); // not held
  const auto at = [&log](std::uint64_t offset) {
    return log.at(log.first() + static_cast<message_log::number>(offset) - 1);
  };
  CHECK(at(1).now.pinned);
  CHECK_FALSE(at(2).now.pinned);
  CHECK_FALSE(at(3).now.hidden);
  CHECK_FALSE(at(3).now.quote.empty());
  CHECK_FALSE(at(3).can_be_meant());
  CHECK_FALSE(at(4).now.hidden);
  log.append(refers(5, reference::unpin, 1, "olga", "unpinned a message of alice"));
  CHECK_FALSE(at(1).now.pinned);
}

TEST_CASE(
    "asio-chat message log: what is about a line that is not held is shown by itself until it is") {
  message_log log;
  log.append(refers(11, reference::edit, 10, "alice", "Ten"));
  log_line gone = refers(12, reference::edit, 10, "alice", "(this text was destroyed)");
  gone.destroyed = true;
  log.append(gone);
  CHECK_FALSE(log.at(log.first()).now.hidden);
  CHECK(log.at(log.first() + 1).now.hidden); // says nothing
  log.prepend(page(9, 10));
  CHECK(log.at(log.first() + 1).now.text == "Ten");
  CHECK(log.at(log.first() + 2).now.hidden);
}
