#include "accounts/facts.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace asio_chat;

namespace {

std::string host(std::initializer_list<int> last_four) {
  std::string bytes(10, '\0');
  bytes += "\xff\xff";
  for (const int b : last_four)
    bytes.push_back(static_cast<char>(b));
  return bytes;
}

} // namespace

TEST_CASE("an account remembers the last devices that it has logged out") {
  account a{{1, 2}, "alice", "$argon2id$x", role::member, false, wall_time(std::chrono::hours(7))};
  const std::string before = fact_of(a).value;
  for (std::uint8_t n = 1; n <= max_left_devices + 1; ++n)
    add_left_device(a, {n});
  add_left_device(a, {3});                     // again
  CHECK(fact_of(a).value.starts_with(before)); // an older program reads what it knows
  const auto left = left_devices_of(account_in(fact_of(a)));
  REQUIRE(left.size() == max_left_devices);
  CHECK(left.front() == identity{2});
  CHECK(left.back() == identity{3});
  CHECK(std::ranges::count(left, identity{3}) == 1);
  // Written before there were any.
  CHECK(left_devices_of(account_in({fact_kind::account, key_of(a.id), before})).empty());
}

TEST_CASE("an account, a device, a room and a ban are read as they were written") {
  const account a{{1, 2}, "alice", "$argon2id$x", role::op, true, wall_time(std::chrono::hours(7))};
  const account a2 = account_in(fact_of(a));
  CHECK(a2.id == a.id);
  CHECK(a2.name == "alice");
  CHECK(a2.password_hash == a.password_hash);
  CHECK(a2.role == role::op);
  CHECK(a2.disabled);
  CHECK(a2.made == a.made);

  CHECK(left_devices_of(a2).empty());

  const device d{{3}, {1, 2}, 7, a.made, wall_time(std::chrono::hours(9))};
  const device d2 = device_in(fact_of(d));
  CHECK(d2.token == d.token);
  CHECK(d2.account == d.account);
  CHECK(d2.number == 7);
  CHECK(d2.seen == d.seen);

  room_facts r;
  r.name = "den";
  r.modes = {true, false, true, std::chrono::seconds(30)};
  r.roles = {{{1, 2}, role::owner}, {{9}, role::voice}};
  r.invited = {{5}};
  const room_facts r2 = room_in(fact_of(r));
  CHECK(r2.name == "den");
  CHECK(r2.modes == r.modes);
  CHECK(r2.roles == r.roles);
  CHECK(r2.invited == r.invited);
  CHECK(r2.has_owner());
  CHECK_FALSE(r2.opened_by_guest);
  room_facts left;
  left.name = "attic";
  CHECK_FALSE(room_in(fact_of(left)).is_left_by_guests());
  left.opened_by_guest = true;
  CHECK(room_in(fact_of(left)).is_left_by_guests());
  left.modes.moderated = true; // somebody takes care of it
  CHECK(room_in(fact_of(left)).opened_by_guest);
  CHECK_FALSE(room_in(fact_of(left)).is_left_by_guests());

  // What came later is behind what was there, and one from before has none of it.
  const std::string before = fact_of(r).value;
  r.key_hash = "$argon2id$y";
  CHECK(fact_of(r).value == before + "1:011:$argon2id$y");
  CHECK(std::string_view(room_in(fact_of(r)).key_hash) == "$argon2id$y");
  CHECK_FALSE(room_in(fact_of(r)).keeps_less());
  r.max_entries = 700;
  r.max_age = std::chrono::hours(48);
  CHECK(room_in(fact_of(r)).max_entries == 700);
  CHECK(room_in(fact_of(r)).max_age == std::chrono::hours(48));
  CHECK(std::string_view(room_in(fact_of(r)).key_hash) == "$argon2id$y");
  CHECK_FALSE(room_in(fact_of(r)).opened_by_guest);
  r.key_hash.clear();
  CHECK(room_in(fact_of(r)).keeps_less());
  CHECK(room_in(fact_of(r)).key_hash.empty());
  CHECK(room_in({fact_kind::room, "den", before}).key_hash.empty());
  CHECK_FALSE(room_in({fact_kind::room, "den", before}).keeps_less());
  CHECK(room_of(fact_of(r)) == "den");
  CHECK(room_of(fact_of(a)).empty());

  ban b;
  b.number = 12;
  b.what = ban::kind::mute;
  b.room = "den";
  b.shown = "192.0.2.0/24";
  b.who = identity{4};
  b.name = "mallory";
  b.from = parse_network("192.0.2.0/24");
  b.until = wall_time(std::chrono::hours(1));
  b.by = "alice";
  b.reason = "spam: 5:x";
  const ban b2 = ban_in(fact_of(b));
  CHECK(b2.number == 12);
  CHECK(b2.what == ban::kind::mute);
  CHECK(b2.room == "den");
  CHECK(b2.shown == b.shown);
  CHECK(b2.who == b.who);
  CHECK(b2.name == "mallory");
  CHECK(b2.from == b.from);
  CHECK(b2.until == b.until);
  CHECK(b2.reason == "spam: 5:x");
  CHECK(room_of(fact_of(b)) == "den");
}

TEST_CASE(
    "fields that are missing or cut off are read as nothing, and nothing is read beyond them") {
  for (const std::string value : {"", "3", "3:", "99:ab", ":", "x", "16:0123456789abcdef5:al"}) {
    INFO(value);
    const fact f{fact_kind::account, "00", value};
    CHECK(account_in(f).name.empty());
    CHECK(room_in({fact_kind::room, "den", value}).roles.empty());
    CHECK_FALSE(ban_in({fact_kind::ban, "1", value}).until);
  }
}

TEST_CASE("an address or a network is read, and has the addresses that begin like it") {
  const auto one = parse_network("192.0.2.7");
  REQUIRE(one);
  CHECK(one->contains(host({192, 0, 2, 7})));
  CHECK_FALSE(one->contains(host({192, 0, 2, 8})));
  const auto net = parse_network("192.0.2.200/25");
  REQUIRE(net);
  CHECK(net->contains(host({192, 0, 2, 129})));
  CHECK_FALSE(net->contains(host({192, 0, 2, 127})));
  CHECK_FALSE(net->contains(""));
  const auto six = parse_network("2001:db8::1");
  REQUIRE(six);
  std::string in_its_network = "\x20\x01\x0d\xb8";
  in_its_network.resize(16);
  CHECK(six->contains(in_its_network));
  CHECK(parse_network("0.0.0.0/0")->contains(host({10, 0, 0, 1})));
  for (const char* wrong : {"alice", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x",
                            "::/129", "192.0.2.0/24 ", ""})
    CHECK_FALSE(parse_network(wrong));
}

TEST_CASE("a ban is about whoever fits one of its marks") {
  ban b;
  b.who = identity{4};
  b.name = "mallory";
  CHECK(b.is_about({{4}, "bob", {}}));
  CHECK(b.is_about({{5}, "mallory", {}}));
  CHECK_FALSE(b.is_about({{5}, "bob", {}}));
  CHECK_FALSE(ban().is_about({{}, "", ""}));
}

TEST_CASE("a certificate is read as it was written") {
  account_certificate c{{1, 2}, {3}, 4, wall_time(std::chrono::hours(7)), "CN=a, O=5:b", true};
  c.key[31] = 9;
  const fact f = fact_of(c);
  CHECK(f.key == pin_of(c.key));
  const account_certificate c2 = certificate_in(f);
  CHECK(c2.key == c.key);
  CHECK(c2.account == c.account);
  CHECK(c2.number == 4);
  CHECK(c2.made == c.made);
  CHECK(c2.subject == c.subject);
  CHECK(c2.proven);
}

TEST_CASE("a ban about a certificate keeps those below an operator out") {
  ban b;
  b.devices = {{5}};
  subject s{{1}, "mallory"};
  CHECK_FALSE(b.is_about(s));
  s.certificate = identity{5};
  CHECK(b.is_about(s));
  s.here = role::op;
  CHECK_FALSE(b.is_about(s));
}

TEST_CASE("the address of a member is told as a person writes it") {
  CHECK(host_text(host({192, 0, 2, 7})) == "192.0.2.7");
  std::string six(16, '\0');
  six[0] = 0x20;
  six[1] = 0x01;
  CHECK(host_text(six) == "2001::/64");
  CHECK(host_text("").empty());
  CHECK(host_text("host of alice").empty());
}

TEST_CASE("an app password is read as it was written, and a device knows by which it came") {
  app_password p;
  p.secret = {9, 8};
  p.account = {1, 2};
  p.number = 3;
  p.name = std::string_view("bot");
  p.speaks = true;
  p.rooms = {"den", "lobby"};
  p.made = wall_time(std::chrono::milliseconds(5));
  p.seen = wall_time(std::chrono::milliseconds(6));
  const app_password q = app_password_in(fact_of(p));
  CHECK(q.secret == p.secret);
  CHECK(q.account == p.account);
  CHECK(q.number == 3);
  CHECK(std::string_view(q.name) == "bot");
  CHECK(q.speaks);
  CHECK(q.rooms == p.rooms);
  CHECK(q.made == p.made);
  CHECK(q.seen == p.seen);

  device d{{7}, {1, 2}, 4, p.made, p.seen, std::string_view("phone")};
  const std::string before = fact_of(d).value; // as it was before there were app passwords
  CHECK(device_in(fact_of(d)).app == 0);
  d.app = 3;
  CHECK(device_in(fact_of(d)).app == 3);
  CHECK(fact_of(d).value.starts_with(before));
}
