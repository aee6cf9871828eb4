// Internal: what a journal promises of texts that it destroys and logs that it drops; see
// `testing/journal_contract.hpp`.
#pragma once

#include <asio_chat/testing/detail/following_checks.hpp>
#include <asio_chat/testing/detail/journal_bench.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::testing::journal_checks {

inline void destroys(const journal_maker& make) {
  journal_bench b(make);
  entry answer = journal_bench::draft("den", "two lemons", "id2", "bob");
  const auto destroy = [&b](std::vector<std::uint64_t> offsets) {
    std::optional<result<void>> answered;
    b.log->destroy("den", std::move(offsets), [&](const result<void>& r) { answered = r; });
    REQUIRE(b.inbox.run_until([&] { return answered.has_value(); }));
    return *answered;
  };
  if (!b.log->destroys()) {
    CHECK(destroy({1}).error().code == errc::not_available);
    return;
  }
  b.append("den", "one lemon", "id1", alice);
  answer.refers = {entry_reference::kind::reply, 1};
  b.append(answer, bob);
  b.append("den", "three lemons", "id3", alice);
  const auto before = b.read("den", {});
  REQUIRE(destroy({2, 99, 2}).has_value());
  const auto after = b.read("den", {});
  const std::string gone(destroyed_text);
  CHECK(texts(after) == words{"one lemon", gone, "three lemons"});
  REQUIRE(after.entries.size() == 3);
  entry as_it_was = before.entries[1].what;
  as_it_was.kind = entry_kind::destroyed;
  as_it_was.text = gone;
  CHECK(after.entries[1].what == as_it_was);
  CHECK(after.entries[1].author == bob);
  search_query q;
  q.room = "den";
  q.words = {"lemons"};
  CHECK(texts(b.search(q)) == words{"three lemons"});
  q.words = {"destroyed"};
  CHECK(b.search(q).entries.empty());
  REQUIRE(destroy({2}).has_value()); // nothing is left to do
  REQUIRE(destroy({}).has_value());
  CHECK(b.append("den", "again", "id2", bob).duplicate);
  CHECK(b.append("den", "four lemons", "id4", bob).at.offset == 4);
}

inline void drops(const journal_maker& make) {
  using state = journal::drop_state;
  journal_bench b(make);
  const wall_time now(std::chrono::milliseconds(1'700'000'000'000));
  const auto drop = [&b](std::string room, wall_time quiet) {
    std::optional<result<state>> answered;
    b.log->drop(std::move(room), quiet, [&](const result<state>& r) { answered = r; });
    REQUIRE(b.inbox.run_until([&] { return answered.has_value(); }));
    return *answered;
  };
  if (!b.log->drops()) {
    CHECK(drop("den", now).error().code == errc::not_available);
    return;
  }
  entry said = journal_bench::draft("den", "one lemon");
  said.time = now;
  const position last = b.append(said, alice).at;
  b.append("attic", "another lemon");
  const auto user = std::make_shared<deaf_listener>();
  b.follow("den", user);
  CHECK(drop("den", now).value() == state::kept); // in use
  b.unfollow("den", user);
  CHECK(drop("den", now - std::chrono::milliseconds(1)).value() == state::kept); // said since
  CHECK(texts(b.read("den", {})) == words{"one lemon"});
  CHECK(drop("den", now).value() == state::gone);
  CHECK(b.read("den", {}).entries.empty());
  search_query q;
  q.room = "den";
  q.words = {"lemon"};
  CHECK(b.search(q).entries.empty());
  CHECK(texts(b.read("attic", {})) == words{"another lemon"});
  CHECK(drop("den", now).value() == state::gone); // nothing is left to do
  CHECK(drop("nowhere", now).value() == state::gone);
  const position anew = b.append("den", "two lemons", "id1", bob).at;
  CHECK((anew.epoch > last.epoch || (anew.epoch == last.epoch && anew.offset > last.offset)));
  CHECK(texts(b.read("den", {})) == words{"two lemons"});
  CHECK(texts(b.read("den", last)) == words{"two lemons"});
}

inline void trims(const journal_maker& make) {
  journal_bench b(make);
  const wall_time now(std::chrono::milliseconds(1'700'000'000'000));
  const auto trim = [&b](std::string room, std::uint64_t entries, wall_time since) {
    std::optional<result<bool>> answered;
    b.log->trim(std::move(room), entries, since, [&](const result<bool>& r) { answered = r; });
    REQUIRE(b.inbox.run_until([&] { return answered.has_value(); }));
    return *answered;
  };
  if (!b.log->trims()) {
    CHECK(trim("den", 1, {}).error().code == errc::not_available);
    return;
  }
  for (int i = 1; i <= 4; ++i) {
    entry said = journal_bench::draft("den", "lemon " + std::to_string(i));
    said.time = now + std::chrono::hours(i);
    b.append(said, alice);
  }
  b.append("attic", "another lemon");
  const auto user = std::make_shared<deaf_listener>();
  b.follow("den", user); // it may be in use
  CHECK_FALSE(trim("den", 4, {}).value());
  CHECK(b.read("den", {}).entries.size() == 4);
  CHECK_FALSE(trim("den", 3, {}).value());
  CHECK(texts(b.read("den", {})) == words{"lemon 2", "lemon 3", "lemon 4"});
  CHECK_FALSE(trim("den", 0, now + std::chrono::hours(3)).value());
  const journal::page left = b.read("den", {});
  CHECK(texts(left) == words{"lemon 3", "lemon 4"});
  CHECK(left.head.offset == 4);
  CHECK_FALSE(left.earlier);
  CHECK(b.read("den", {left.head.epoch, 1}).gap == 3); // nobody takes what is gone for silence
  CHECK_FALSE(b.read("den", {left.head.epoch, 2}).gap);
  search_query q;
  q.room = "den";
  q.words = {"lemon"};
  CHECK(b.search(q).entries.size() == 2);
  CHECK_FALSE(trim("den", 0, now + std::chrono::hours(5)).value());
  CHECK(b.read("den", {}).entries.empty());
  CHECK_FALSE(trim("den", 1, now + std::chrono::hours(5)).value()); // nothing is left to do
  CHECK_FALSE(trim("nowhere", 1, now).value());
  CHECK(texts(b.read("attic", {})) == words{"another lemon"});
  CHECK(b.append("den", "anew", "id1", bob).at.offset == 5); // no place is given again
  CHECK(texts(b.read("den", {})) == words{"anew"});
  b.unfollow("den", user);
}

} // namespace asio_chat::testing::journal_checks
