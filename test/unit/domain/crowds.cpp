// Bans and modes where thousands are: nobody's work holds the loop for long.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using test::domain_world;
using test::person;

namespace {

using said_lines = std::vector<std::string>;

constexpr std::size_t crowd = 5 * hub::max_swept;

struct crowded_world : domain_world {
  person* op = nullptr;

  crowded_world() {
    op = &enter("olga");
    change([this] {
      auto a = hub.people().new_account("olga2", "plain password", role::op).value();
      return std::vector<fact>{fact_of(a)};
    });
    hub.join(*op->self, "lobby", "").value();
    say("/login olga2 password");
    for (std::size_t i = 0; i < crowd; ++i)
      in(fmt::format("member{}", i));
  }
  void change(const std::function<std::vector<fact>()>& make) {
    hub.people().change([make]() -> result<std::vector<fact>> { return make(); },
                        [](const result<void>& done) { CHECK(done.has_value()); });
    run();
  }
  said_lines say(std::string_view line) {
    op->ear.events.clear();
    type(*op, line, {}, "r");
    run();
    if (const auto no = op->ear.last<refused>(); !no.message.empty()) return {no.message};
    return op->ear.last<reply>().lines;
  }
  std::size_t silent() const {
    std::size_t n = 0;
    for (const person& p : people)
      for (const endpoint::membership& m : p.self->memberships())
        if (!m.may.has(right::speak)) ++n;
    return n;
  }
};

} // namespace

TEST_CASE("a mode of a crowded room is applied to some of its members at a time") {
  crowded_world w;
  w.type(*w.op, "/mode moderated on", {}, "r");
  std::vector<std::size_t> seen;
  for (std::size_t before = 0; !w.tasks.empty(); before = w.silent()) {
    w.tasks.run_one();
    if (w.silent() != before) seen.push_back(w.silent() - before);
  }
  CHECK(seen.size() > 4);
  for (const std::size_t n : seen)
    CHECK(n <= hub::max_swept);
  CHECK(w.silent() == crowd);
}

TEST_CASE("grading a crowded room compares no bans of others, though there are thousands") {
  crowded_world w;
  w.change([&] {
    std::vector<fact> all;
    for (std::uint64_t n = 1; n <= 10'000; ++n) {
      ban b;
      b.number = n;
      b.what = ban::kind::mute;
      b.room = n % 2 ? "lobby" : "";
      b.name = fmt::format("name{}", n);
      all.push_back(fact_of(b));
    }
    return all;
  });
  const std::size_t before = w.hub.people().bans_compared();
  w.say("/mode moderated on");
  CHECK(w.silent() == crowd);
  CHECK(w.hub.people().bans_compared() == before);
}

TEST_CASE("a ban reaches whom it is about at the end of a crowd, too") {
  crowded_world w;
  person& last = w.people.back();
  CHECK(w.say("/ban " + last.self->name() + " spam").front().starts_with("you have banned"));
  CHECK(last.self->memberships().empty());
  CHECK(w.people[w.people.size() - 2].self->memberships().size() == 1);
}

TEST_CASE("/bans lists two hundred at a time, and says how to go on") {
  crowded_world w;
  w.change([] {
    std::vector<fact> all;
    for (std::uint64_t n = 1; n <= 450; ++n) {
      ban b;
      b.number = n;
      b.room = n == 3 ? "den" : "lobby";
      b.shown = b.name = fmt::format("name{}", n);
      b.by = "olga2";
      all.push_back(fact_of(b));
    }
    return all;
  });
  const said_lines first = w.say("/bans");
  REQUIRE(first.size() == 201);
  CHECK(first.front() == "banned name1, by olga2");
  CHECK(first.back() == "there are more; /bans 202 goes on from there");
  CHECK(w.say("/bans 202").front() == "banned name202, by olga2");
  const said_lines end = w.say("/bans 402");
  CHECK(end.size() == 49);
  CHECK(end.back() == "banned name450, by olga2");
  CHECK(w.say("/bans 451") == said_lines{"nobody is banned or muted here"});
}
