// Internal: what every journal promises to the rooms, whatever it keeps its logs in.
#pragma once

#include <asio_chat/testing/detail/following_checks.hpp>
#include <asio_chat/testing/detail/journal_bench.hpp>
#include <asio_chat/testing/detail/reading_checks.hpp>
#include <asio_chat/testing/detail/removal_checks.hpp>
#include <asio_chat/testing/detail/search_checks.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace asio_chat::testing {

namespace journal_checks {

inline void unknown_room(const journal_maker& make) {
  journal_bench b(make);
  const auto state = b.state("den");
  CHECK(state.head.offset == 0);
  CHECK(state.topic.empty());
  const auto page = b.read("den", {});
  CHECK(page.entries.empty());
  CHECK_FALSE(page.more);
  CHECK_FALSE(page.gap);
}

inline void entry_comes_back(const journal_maker& make) {
  journal_bench b(make);
  const wall_time time(std::chrono::milliseconds(1'700'000'123'456));
  for (const entry_kind kind : {entry_kind::message, entry_kind::action, entry_kind::topic}) {
    const bool refers = kind == entry_kind::action; // to the one before
    entry e{"den",
            {99, 99},
            time,
            "alice",
            kind,
            "tab\t newline\n \"quoted\" äöü \U0001F600",
            "id" + std::to_string(static_cast<int>(kind))};
    if (refers) e.refers = {entry_reference::kind::reaction, 1};
    const auto kept = b.append(e, bob);
    CHECK_FALSE(kept.duplicate);
    CHECK(kept.time == time);
    e.at = kept.at; // the journal says where
    e.id.clear();   // known, but not told
    const auto page = b.read("den", {e.at.epoch, e.at.offset - 1});
    REQUIRE(page.entries.size() == 1);
    CHECK(page.entries.front().what == e);
    CHECK(page.entries.front().author == bob);
  }
}

inline void empty_and_long_texts(const journal_maker& make) {
  journal_bench b(make);
  const std::string longest(30'000, '"');
  b.append("den", "");
  b.append("den", longest);
  CHECK(texts(b.read("den", {})) == words{"", longest});
}

inline void positions(const journal_maker& make) {
  journal_bench b(make);
  std::vector<position> seen;
  for (int i = 0; i < 20; ++i)
    seen.push_back(b.append("den", std::to_string(i)).at);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CHECK(seen[i].epoch == seen[0].epoch);
    CHECK(seen[i].offset == i + 1);
  }
  CHECK(b.state("den").head == seen.back());
  CHECK(b.append("nook", "x").at.offset == 1); // each room has its own
}

inline void answers_in_order(const journal_maker& make) {
  journal_bench b(make);
  words order;
  const auto note_state = [&](const auto& s) {
    order.push_back("state " + std::to_string(s.value().head.offset));
  };
  const auto first = std::make_shared<deaf_listener>();
  const auto second = std::make_shared<deaf_listener>();
  b.log->follow("den", first, note_state);
  std::vector<std::size_t> read;
  for (int i = 1; i <= 50; ++i) {
    b.log->append(b.draft("den", std::to_string(i)), alice, [&](const auto& a) {
      order.push_back("append " + std::to_string(a.value().at.offset));
    });
    if (i % 10 == 0) {
      b.log->read("den", {{side::after, {}, 1'000}},
                  [&](const auto& p) { read.push_back(p.value().entries.size()); });
    }
  }
  b.log->follow("den", second, note_state);
  CHECK(order.empty()); // never inside the call
  CHECK(b.inbox.run_until([&] { return order.size() == 52 && read.size() == 5; }));
  words expected{"state 0"};
  for (int i = 1; i <= 50; ++i)
    expected.push_back("append " + std::to_string(i));
  expected.push_back("state 50");
  CHECK(order == expected);
  // A read sees what was appended before it was called; it may see more.
  for (std::size_t i = 0; i < read.size(); ++i)
    CHECK(read[i] >= 10 * (i + 1));
  CHECK(std::is_sorted(read.begin(), read.end()));
}

inline void calls_from_answers(const journal_maker& make) {
  journal_bench b(make);
  int depth = 0;
  int answers = 0;
  std::function<void(const result<journal::appended>&)> again =
      [&](const result<journal::appended>& a) {
        CHECK(depth == 0);
        ++depth;
        CHECK(a.value().at.offset == static_cast<std::uint64_t>(++answers));
        if (answers < 10) b.log->append(b.draft("den", "x"), alice, again);
        --depth;
      };
  b.log->append(b.draft("den", "x"), alice, again);
  CHECK(b.inbox.run_until([&] { return answers == 10; }));
  CHECK(b.state("den").head.offset == 10);
}

inline void ids(const journal_maker& make) {
  journal_bench b(make);
  const auto first = b.append("den", "one", "id", alice);
  b.append("den", "two");
  const auto again = b.append("den", "another text, the same id", "id", alice);
  CHECK(again.duplicate);
  CHECK(again.at == first.at);
  CHECK(again.time == first.time);
  CHECK(b.state("den").head.offset == 2);
  // An id belongs to its author, whatever their name, and its room; none is no id.
  entry renamed = b.draft("den", "one", "id", "alice-2");
  CHECK(b.append(renamed, alice).duplicate);
  CHECK_FALSE(b.append("den", "bob's", "id", bob).duplicate);
  CHECK_FALSE(b.append("nook", "elsewhere", "id", alice).duplicate);
  CHECK_FALSE(b.append("den", "same", "", alice).duplicate);
  CHECK_FALSE(b.append("den", "same", "", alice).duplicate);
}

inline void ids_under_way(const journal_maker& make) {
  journal_bench b(make);
  std::vector<journal::appended> answers;
  for (int i = 0; i < 3; ++i) {
    b.log->append(b.draft("den", "x", "id"), alice,
                  [&](const auto& a) { answers.push_back(a.value()); });
  }
  CHECK(b.inbox.run_until([&] { return answers.size() == 3; }));
  CHECK_FALSE(answers[0].duplicate);
  CHECK(answers[1].duplicate);
  CHECK(answers[2].duplicate);
  CHECK(answers[2].at == answers[0].at);
}

inline void state(const journal_maker& make) {
  journal_bench b(make, 10);
  const wall_time time(std::chrono::milliseconds(1'700'000'000'000));
  entry topic = b.draft("den", "tea");
  topic.kind = entry_kind::topic;
  topic.time = time;
  b.append(topic);
  CHECK(b.state("den").topic == "tea");
  for (int i = 0; i < 500; ++i) { // the entry itself may be gone
    entry e = b.draft("den", "not a topic");
    e.time = time + std::chrono::milliseconds(i);
    b.append(std::move(e));
  }
  auto s = b.state("den");
  CHECK(s.topic == "tea");
  CHECK(s.head.offset == 501);
  topic.text = "";
  b.append(topic);
  CHECK(b.state("den").topic.empty());
  CHECK(b.state("nook").topic.empty());
}

inline void many_rooms(const journal_maker& make) {
  journal_bench b(make);
  int answers = 0;
  for (int i = 0; i < 300; ++i) {
    for (int r = 0; r < 10; ++r) {
      b.log->append(b.draft("room-" + std::to_string(r), std::to_string(i)), alice,
                    [&](const auto& a) { answers += a.has_value() ? 1 : 0; });
    }
  }
  CHECK(b.inbox.run_until([&] { return answers == 3'000; }));
  for (int r = 0; r < 10; ++r) {
    const auto page = b.read("room-" + std::to_string(r), {}, 1'000);
    CHECK(page.entries.size() == 300);
    CHECK(std::is_sorted(page.entries.begin(), page.entries.end(),
                         [](const auto& x, const auto& y) { return x.what.at < y.what.at; }));
    CHECK(page.entries.back().what.text == "299");
  }
}

inline void head(const journal_maker& make) {
  journal_bench b(make);
  std::string before = b.log->head();
  if (before.empty()) return; // it has none
  for (int i = 0; i < 5; ++i) {
    std::string after;
    b.log->append(b.draft("den", "x"), alice, [&](const auto&) { after = b.log->head(); });
    REQUIRE(b.inbox.run_until([&] { return !after.empty(); }));
    CHECK(after != before);
    CHECK(after.find('\n') == std::string::npos);
    before = after;
  }
  std::optional<bool> read;
  b.log->read("den", {}, [&](const auto& page) { read = page.has_value(); });
  REQUIRE(b.inbox.run_until([&] { return read.has_value(); }));
  CHECK(b.log->head() == before);
}

inline void destroyed(const journal_maker& make) {
  int answers = 0;
  {
    journal_bench b(make);
    for (int i = 0; i < 100; ++i) {
      b.log->append(b.draft("den", "x"), alice, [&](const auto&) { ++answers; });
      b.log->read("den", {}, [&](const auto&) { ++answers; });
      b.log->search({"den", {"x"}, {}, {}, {}}, [&](const auto&) { ++answers; });
      b.log->follow("den", std::make_shared<deaf_listener>(), [&](const auto&) { ++answers; });
    }
    b.log.reset();
    b.inbox.run_all();
  }
  CHECK(answers == 0);
}

inline void destroyed_by_an_answer(const journal_maker& make) {
  journal_bench b(make);
  int answers = 0;
  for (int i = 0; i < 10; ++i) {
    b.log->append(b.draft("den", "x"), alice, [&](const auto&) {
      ++answers;
      b.log.reset();
    });
  }
  CHECK(b.inbox.run_until([&] { return answers > 0; }));
  b.inbox.run_all();
  CHECK(answers == 1);
}

} // namespace journal_checks

/// Of journals that forget.
inline constexpr journal_check retention_contract[] = {
    {"memory is bounded, and what is gone is told as a gap", journal_checks::gap},
};

inline constexpr journal_check journal_contract[] = {
    {"an unknown room has an empty log", journal_checks::unknown_room},
    {"an entry comes back as it went, at its position", journal_checks::entry_comes_back},
    {"empty and very long texts are kept", journal_checks::empty_and_long_texts},
    {"offsets grow by one from 1, in each room", journal_checks::positions},
    {"appends are answered in order, and reads see what came before them",
     journal_checks::answers_in_order},
    {"an answer may call again, and is never inside the call", journal_checks::calls_from_answers},
    {"a repeated id is answered with the first entry", journal_checks::ids},
    {"a repeated id of an entry under way as well", journal_checks::ids_under_way},
    {"pages follow each other without gap or overlap", journal_checks::pages},
    {"pages go before and around a position as well", journal_checks::pages_both_ways},
    {"a page ends where it has bytes enough", journal_checks::pages_of_bytes},
    {"words, authors and times are searched for", journal_checks::search},
    {"a position of another epoch reads from the beginning", journal_checks::other_epoch},
    {"the state of a log is its head, its time and its topic", journal_checks::state},
    {"an entry keeps the time that it was given, and is found by it", journal_checks::times},
    {"many rooms at once do not mix", journal_checks::many_rooms},
    {"the head, if there is one, names each entry from its answer on", journal_checks::head},
    {"a journal that is destroyed answers no more", journal_checks::destroyed},
    {"an answer may destroy the journal", journal_checks::destroyed_by_an_answer},
    {"a text that is destroyed is gone, and nothing else of its entry", journal_checks::destroys},
    {"a log that is dropped begins anew, and one in use is not dropped", journal_checks::drops},
    {"what is trimmed off a log is gone, and the rest keeps its places", journal_checks::trims},
};

} // namespace asio_chat::testing
