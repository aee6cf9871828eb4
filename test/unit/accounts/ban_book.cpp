#include "accounts/ban_book.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>

using namespace asio_chat;

namespace {

identity who(std::uint8_t n) {
  identity i{};
  i[0] = n;
  i[15] = 1;
  return i;
}

ban about(std::uint64_t number, const std::string& room, ban::kind what = ban::kind::out) {
  ban b;
  b.number = number;
  b.what = what;
  b.room = room;
  return b;
}

ban by_name(std::uint64_t number, const std::string& room, std::string name) {
  ban b = about(number, room);
  b.name = std::move(name);
  return b;
}

std::string host(const std::string& text) {
  const auto n = parse_network(text).value();
  return {n.bytes.begin(), n.bytes.end()};
}

std::uint64_t found(const ban_book& book, const std::string& room, const subject& s,
                    ban::kind what = ban::kind::out) {
  const ban* b = book.find(what, room, s, [](const ban&) { return true; });
  return b ? b->number : 0;
}

} // namespace

TEST_CASE(
    "a ban is found by account, token, device, name and network, in its room and of its kind") {
  ban_book book;
  ban account = about(1, "lobby");
  account.who = who(1);
  account.devices = {who(2), who(3), who(2)};
  book.put(account);
  book.put(by_name(2, "lobby", "mal"));
  ban network = about(3, "", ban::kind::mute);
  network.from = parse_network("192.0.2.0/24");
  book.put(network);

  CHECK(found(book, "lobby", {who(1)}) == 1);
  CHECK(found(book, "den", {who(1)}) == 0);
  CHECK(found(book, "lobby", {who(1)}, ban::kind::mute) == 0);
  CHECK(found(book, "lobby", {who(9), "", {}, who(3)}) == 1);
  CHECK(found(book, "lobby", {who(9), "mal"}) == 2);
  CHECK(found(book, "den", {who(9), "x", host("192.0.2.77")}, ban::kind::mute) == 3);
  CHECK(found(book, "", {who(9), "x", host("192.0.2.77")}, ban::kind::mute) == 3);
  CHECK(found(book, "den", {who(9), "x", host("192.0.3.77")}, ban::kind::mute) == 0);
  CHECK(found(book, "den", {who(9), "x", host("192.0.2.77"), {}, role::op}, ban::kind::mute) == 0);

  book.remove(1);
  CHECK(found(book, "lobby", {who(1)}) == 0);
  CHECK(found(book, "lobby", {who(9), "", {}, who(2)}) == 0);
  book.remove(1);
  book.put(by_name(2, "den", "mal")); // in its place
  CHECK(found(book, "lobby", {who(9), "mal"}) == 0);
  CHECK(found(book, "den", {who(9), "mal"}) == 2);
}

TEST_CASE("networks of every length are found, of both kinds of addresses") {
  ban_book book;
  std::uint64_t n = 0;
  for (const char* text : {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/33", "::/0"}) {
    ban b = about(++n, "");
    b.from = parse_network(text);
    book.put(b);
  }
  const auto at = [&](const char* text) { return found(book, "lobby", {{}, "", host(text)}); };
  CHECK(at("10.200.0.1") == 1);
  CHECK(at("10.1.9.9") == 1);
  book.remove(1);
  CHECK(at("10.1.9.9") == 2);
  book.remove(2);
  CHECK(at("10.1.2.3") == 3);
  CHECK(at("10.1.2.4") == 5);
  CHECK(at("2001:db8:7fff::1") == 4);
  CHECK(at("2001:db8:8000::1") == 5);
  book.remove(5);
  CHECK(at("2001:db8:8000::1") == 0);
}

TEST_CASE("of several bans the first one that counts is found") {
  ban_book book;
  for (std::uint64_t n : {7u, 3u, 5u})
    book.put(by_name(n, "lobby", "mal"));
  const ban* b = book.find(ban::kind::out, "lobby", {{}, "mal"},
                           [](const ban& one) { return one.number != 3; });
  REQUIRE(b);
  CHECK(b->number == 5);
  book.put(by_name(2, "", "mal"));
  CHECK(found(book, "lobby", {{}, "mal"}) == 2);
}

TEST_CASE("ten thousand bans cost the one who is looked for no comparison") {
  ban_book book;
  for (std::uint64_t n = 1; n <= 10'000; ++n) {
    ban b = by_name(n, n % 2 ? "lobby" : "", fmt::format("name{}", n));
    b.from = parse_network(fmt::format("10.{}.{}.0/24", n / 256, n % 256));
    book.put(b);
  }
  CHECK(found(book, "lobby", {who(1), "innocent", host("192.0.2.1")}) == 0);
  CHECK(book.compared() == 0);
  CHECK(found(book, "lobby", {who(1), "name9999", host("192.0.2.1")}) == 9999);
  CHECK(book.compared() == 1);
}

TEST_CASE("a ban about the same is found by its marks, in its place alone") {
  ban_book book;
  const auto same = [&](const ban& b) {
    const ban* known = book.find_same(b, [](const ban&) { return true; });
    return known ? known->number : 0;
  };
  for (std::uint64_t n = 10; n < 1'010; ++n)
    book.put(by_name(n, n % 2 == 0 ? "lobby" : "", "other" + std::to_string(n)));
  ban account = about(1, "lobby");
  account.who = who(1);
  account.devices = {who(2)};
  book.put(account);
  book.put(by_name(2, "lobby", "mal"));
  ban network = about(3, "");
  network.from = parse_network("192.0.2.0/24");
  book.put(network);
  CHECK(same(account) == 1);
  CHECK(same(by_name(0, "lobby", "mal")) == 2);
  CHECK(same(network) == 3);
  CHECK(book.compared() <= 3); // however many there are
  CHECK(same(by_name(0, "den", "mal")) == 0);
  CHECK(same(by_name(0, "", "mal")) == 0);
  ban mute = account;
  mute.what = ban::kind::mute;
  CHECK(same(mute) == 0);
  ban device = about(0, "lobby");
  device.who = who(2);
  CHECK(same(device) == 0); // a mark of another's ban
  network.from = parse_network("192.0.2.0/25");
  CHECK(same(network) == 0);
  CHECK(book.find_same(account, [](const ban&) { return false; }) == nullptr);
}

TEST_CASE("bans are counted by room, and not when their time has come") {
  ban_book book;
  const wall_time noon(std::chrono::hours(12));
  book.put(by_name(1, "den", "a"));
  for (std::uint64_t n = 2; n < 12; ++n) {
    ban b = by_name(n, n < 6 ? "den" : "", "b" + std::to_string(n));
    b.until = noon;
    book.put(b);
  }
  CHECK(book.count() == 11);
  CHECK(book.count_in("den") == 5);
  CHECK(book.count_in("") == 6);
  CHECK(book.count_in("attic") == 0);
  CHECK(book.of_room("den") == std::set<std::uint64_t>{1, 2, 3, 4, 5});
  book.end_until(noon - std::chrono::milliseconds(1), 100);
  CHECK(book.count() == 11);
  book.end_until(noon, 3);
  CHECK(book.count() == 8);
  CHECK(book.count_in("den") == 2);
  CHECK(book.ended() == std::set<std::uint64_t>{2, 3, 4});
  book.remove(3);
  CHECK(book.count() == 8);
  CHECK(book.ended().size() == 2);
  ban again = by_name(2, "den", "b2"); // for longer
  again.until = noon + std::chrono::hours(1);
  book.put(again);
  CHECK(book.count_in("den") == 3);
  book.end_until(noon, 100);
  CHECK(book.count() == 2);
  CHECK(book.count_in("") == 0);
  for (std::uint64_t n = 1; n < 12; ++n)
    book.remove(n);
  CHECK(book.count() == 0);
  CHECK(book.ended().empty());
}

TEST_CASE(
    "bans are found by how they are shown, and by their account, and no more once they are gone") {
  ban_book book;
  const auto shown = [&](std::uint64_t n, const std::string& room, std::string as) {
    ban b = about(n, room);
    b.shown = std::move(as);
    return b;
  };
  using numbers = std::set<std::uint64_t>;
  book.put(shown(1, "lobby", "Mal"));
  book.put(shown(2, "", "mal"));
  ban account = shown(3, "lobby", "mal");
  account.who = who(1);
  book.put(account);
  ban mute = shown(4, "den", "192.0.2.0/24");
  mute.what = ban::kind::mute;
  mute.from = parse_network("192.0.2.0/24");
  mute.who = who(1);
  book.put(mute);
  CHECK(book.shown_as(ban::kind::out, "lobby", "mal") == numbers{1, 3});
  CHECK(book.shown_as(ban::kind::out, "", "mal") == numbers{2});
  CHECK(book.shown_as(ban::kind::mute, "lobby", "mal") == numbers{});
  CHECK(book.of_account(who(1)) == numbers{3, 4});
  CHECK(book.of_room("lobby") == numbers{1, 3});
  const auto network = [&](ban::kind what, const std::string& room, const std::string& from) {
    const ban* b = book.find_network(what, room, host(from), [](const ban&) { return true; });
    return b ? b->number : 0;
  };
  CHECK(network(ban::kind::mute, "den", "192.0.2.7") == 4);
  CHECK(network(ban::kind::mute, "den", "192.0.3.7") == 0);
  CHECK(network(ban::kind::mute, "", "192.0.2.7") == 0);
  CHECK(network(ban::kind::out, "den", "192.0.2.7") == 0);
  book.put(shown(3, "den", "other")); // in the place of the one with its number
  CHECK(book.shown_as(ban::kind::out, "lobby", "mal") == numbers{1});
  CHECK(book.shown_as(ban::kind::out, "den", "other") == numbers{3});
  CHECK(book.of_account(who(1)) == numbers{4});
  for (const std::uint64_t n : {1u, 2u, 3u, 4u})
    book.remove(n);
  CHECK(book.shown_as(ban::kind::out, "lobby", "mal") == numbers{});
  CHECK(book.of_account(who(1)) == numbers{});
  CHECK(book.of_room("den") == numbers{});
}
