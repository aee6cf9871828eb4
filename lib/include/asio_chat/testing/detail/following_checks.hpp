// Internal: what a journal promises to those who follow a log: what, in which order, and how often.
#pragma once

#include <asio_chat/testing/detail/journal_bench.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::testing {

/// Appends to a log and follows it. Several of them share a journal as several hubs would, or,
/// where the journal has handles for several machines, one handle each.
class log_user final : public std::enable_shared_from_this<log_user>, public journal::listener {
 public:
  log_user(journal& log, std::string room, identity who)
      : log_(log)
      , room_(std::move(room))
      , who_(who) {}

  void follow() {
    log_.follow(room_, shared_from_this(), [this](const auto& s) {
      events.push_back("state " + std::to_string(s.value().head.offset));
    });
  }
  void unfollow() {
    log_.unfollow(room_, shared_from_this(), [this] { events.emplace_back("unfollowed"); });
  }
  void say(const std::string& text, const std::string& id = {}) {
    log_.append(journal_bench::draft(room_, text, id), who_, [this](const auto& a) {
      if (!a) return events.emplace_back("refused"), void();
      events.push_back((a->duplicate ? "again " : "mine ") + std::to_string(a->at.offset));
    });
  }

  std::vector<std::string> events; ///< in the order in which the journal told them
  std::vector<journal::record> entries;

 private:
  void on_entry(journal::record next) override {
    events.push_back(std::to_string(next.what.at.offset) + ' ' + next.what.text);
    entries.push_back(std::move(next));
  }

  journal& log_;
  std::string room_;
  identity who_;
};

namespace journal_checks {

inline std::shared_ptr<log_user> user_of(journal_bench& b, const identity& who,
                                         std::string room = "den") {
  return std::make_shared<log_user>(*b.log, std::move(room), who);
}

inline bool heard(journal_bench& b, const log_user& who, std::size_t events) {
  return b.inbox.run_until([&] { return who.events.size() >= events; });
}

inline void own_entries_follow_their_answers(const journal_maker& make) {
  journal_bench b(make);
  const auto a = user_of(b, alice);
  a->follow();
  for (const char* text : {"x", "y", "z"})
    a->say(text, text);
  CHECK(a->events.empty()); // never inside a call
  CHECK(heard(b, *a, 7));
  CHECK(a->events == words{"state 0", "mine 1", "1 x", "mine 2", "2 y", "mine 3", "3 z"});
  const journal::page kept = b.read("den", {});
  REQUIRE(kept.entries.size() == 3);
  for (std::size_t n = 0; n < 3; ++n) {
    CHECK(a->entries[n].what == kept.entries[n].what);
    CHECK(a->entries[n].what.id.empty());
    CHECK(a->entries[n].author == alice);
  }
}

inline void several_writers(const journal_maker& make) {
  journal_bench b(make);
  constexpr std::size_t each = 60;
  const auto a = user_of(b, alice);
  const auto other = user_of(b, bob);
  const auto silent = user_of(b, {3});
  for (const auto& u : {a, other, silent})
    u->follow();
  for (std::size_t n = 0; n < each; ++n) {
    a->say("a" + std::to_string(n));
    if (n % 3 == 0) b.inbox.run_all(); // so that some are committed together, and others not
    other->say("b" + std::to_string(n));
  }
  const auto all = [&](const log_user& u) { return u.entries.size() == 2 * each; };
  CHECK(b.inbox.run_until([&] { return all(*a) && all(*other) && all(*silent); }));
  const words kept = texts(b.read("den", {}));
  b.inbox.run_all();
  for (const auto& u : {a, other, silent}) {
    words seen;
    for (std::size_t n = 0; n < u->entries.size(); ++n) {
      CHECK(u->entries[n].what.at.offset == n + 1);
      seen.push_back(u->entries[n].what.text);
    }
    CHECK(seen == kept);
  }
  CHECK(silent->events.size() == 1 + 2 * each);
  // Of its own each has the answer as well, right before the entry.
  for (const auto& [u, letter] : {std::pair(a, 'a'), std::pair(other, 'b')}) {
    CHECK(u->events.size() == 1 + 3 * each);
    for (std::size_t n = 0; n + 1 < u->events.size(); ++n) {
      const std::string& now = u->events[n];
      if (now.starts_with("mine "))
        CHECK(u->events[n + 1].starts_with(now.substr(5) + ' ' + letter));
    }
  }
}

inline void from_where_it_stands(const journal_maker& make) {
  journal_bench b(make);
  b.append("den", "before");
  const auto a = user_of(b, alice);
  const auto late = user_of(b, bob);
  a->say("in the same turn, before");
  a->follow();
  late->say("in the same turn, after");
  late->follow();
  CHECK(heard(b, *late, 2));
  a->say("last");
  CHECK(heard(b, *late, 3));
  CHECK(a->events == words{"mine 2", "state 2", "3 in the same turn, after", "mine 4", "4 last"});
  CHECK(late->events == words{"mine 3", "state 3", "4 last"});
}

inline void until_unfollowed(const journal_maker& make) {
  journal_bench b(make);
  const auto a = user_of(b, alice);
  const auto other = user_of(b, bob);
  a->follow();
  other->follow();
  a->say("one");
  a->unfollow();
  a->say("two");
  CHECK(a->events.empty());
  CHECK(heard(b, *a, 5));
  CHECK(heard(b, *other, 3));
  CHECK(a->events == words{"state 0", "mine 1", "1 one", "unfollowed", "mine 2"});
  CHECK(other->events == words{"state 0", "1 one", "2 two"});
  a->events.clear();
  a->follow();
  other->say("three");
  CHECK(heard(b, *a, 2));
  CHECK(a->events == words{"state 2", "3 three"});
}

inline void duplicates_are_not_heard(const journal_maker& make) {
  journal_bench b(make);
  const auto a = user_of(b, alice);
  const auto elsewhere = user_of(b, alice); // the same author, over another connection
  a->follow();
  elsewhere->follow();
  a->say("x", "id");
  elsewhere->say("x", "id");
  a->say("y");
  CHECK(heard(b, *a, 5));
  CHECK(heard(b, *elsewhere, 4));
  CHECK(a->events == words{"state 0", "mine 1", "1 x", "mine 2", "2 y"});
  CHECK(elsewhere->events == words{"state 0", "1 x", "again 1", "2 y"}); // the entry came before
}

inline void each_its_room(const journal_maker& make) {
  journal_bench b(make);
  const auto den = user_of(b, alice, "den");
  const auto nook = user_of(b, alice, "nook");
  const auto nobody = user_of(b, bob, "attic");
  for (const auto& u : {den, nook})
    u->follow();
  for (int n = 0; n < 5; ++n) {
    den->say("d");
    nook->say("n");
    nobody->say("unheard");
  }
  CHECK(heard(b, *den, 11));
  CHECK(heard(b, *nook, 11));
  CHECK(heard(b, *nobody, 5));
  CHECK(den->entries.back().what.at.offset == 5);
  CHECK(den->entries.back().what.room == "den");
  CHECK(nook->entries.back().what.room == "nook");
  CHECK(nobody->entries.empty());
}

inline void retention_makes_no_gap(const journal_maker& make) {
  journal_bench b(make, 10);
  const auto a = user_of(b, alice);
  a->follow();
  for (int n = 0; n < 500; ++n)
    a->say("x");
  CHECK(heard(b, *a, 1'001));
  for (std::size_t n = 0; n < 500; ++n)
    CHECK(a->entries.at(n).what.at.offset == n + 1);
}

/// Says more from inside `on_entry`.
class chatterbox final : public journal::listener {
 public:
  explicit chatterbox(journal& log)
      : log_(log) {}
  int heard = 0;

 private:
  void on_entry(journal::record) override {
    CHECK_FALSE(inside_);
    inside_ = true;
    if (++heard < 10) log_.append(journal_bench::draft("den", "more"), alice, [](const auto&) {});
    inside_ = false;
  }
  journal& log_;
  bool inside_ = false;
};

inline void listeners_may_call(const journal_maker& make) {
  journal_bench b(make);
  const auto c = std::make_shared<chatterbox>(*b.log);
  b.follow("den", c);
  b.append("den", "first");
  CHECK(b.inbox.run_until([&] { return c->heard == 10; }));
}

/// Destroys the journal when it hears something.
class last_listener final : public journal::listener {
 public:
  explicit last_listener(std::unique_ptr<journal>& log)
      : log_(log) {}
  int heard = 0;

 private:
  void on_entry(journal::record) override {
    ++heard;
    log_.reset();
  }
  std::unique_ptr<journal>& log_;
};

inline void listeners_may_end_it(const journal_maker& make) {
  journal_bench b(make);
  const auto first = std::make_shared<last_listener>(b.log);
  const auto second = user_of(b, bob);
  b.follow("den", first);
  second->follow();
  for (int n = 0; n < 3; ++n)
    second->say("x");
  CHECK(b.inbox.run_until([&] { return first->heard > 0; }));
  b.inbox.run_all();
  CHECK(first->heard == 1);
  CHECK(second->events == words{"state 0", "mine 1"});
}

inline void gone_with_the_journal(const journal_maker& make) {
  std::weak_ptr<log_user> held;
  {
    journal_bench b(make);
    const auto a = user_of(b, alice);
    held = a;
    a->follow();
    CHECK(heard(b, *a, 1));
    a->say("x");
    b.log.reset();
    b.inbox.run_all();
    CHECK(a->events == words{"state 0"});
  }
  CHECK(held.expired());
}

} // namespace journal_checks

inline constexpr journal_check following_contract[] = {
    {"an own entry comes right behind the answer to its append, as it is kept",
     journal_checks::own_entries_follow_their_answers},
    {"what several writers append is heard by all in one order, each once",
     journal_checks::several_writers},
    {"a log is followed from where it stands at the call", journal_checks::from_where_it_stands},
    {"and up to where it is unfollowed", journal_checks::until_unfollowed},
    {"a repeated id is not heard again, and answered behind its entry",
     journal_checks::duplicates_are_not_heard},
    {"who follows a room hears of no other", journal_checks::each_its_room},
    {"entries that are no longer kept make no gap for those who follow",
     journal_checks::retention_makes_no_gap},
    {"a listener may call, and is never called inside that", journal_checks::listeners_may_call},
    {"a listener may destroy the journal: nobody hears more", journal_checks::listeners_may_end_it},
    {"a journal that is destroyed hands over no more, and lets listeners go",
     journal_checks::gone_with_the_journal},
};

} // namespace asio_chat::testing
