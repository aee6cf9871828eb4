#include "known_members.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_time.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::app;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

const std::string first_proof(16, 'a');
const std::string other_proof(16, 'b');

std::string text_in(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A client of `me` at a server; each has its own place, or shares it.
struct meeting {
  explicit meeting(fs::path place)
      : file(std::move(place)) {}

  std::vector<changed_member> see(const client_event& e) { return members.observe(e, "me"); }
  std::vector<changed_member> join(const std::string& name, const std::string& proof,
                                   bool guest = false) {
    return see(member_joined{"den", name, guest, proof});
  }
  void say(const std::string& name) {
    entry e;
    e.room = "den";
    e.from = name;
    see(e);
  }
  std::string kept() const { return text_in(file); }

  fs::path file;
  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  std::vector<std::string> complaints;
  known_members members{file, time, [this](const std::string& s) { complaints.push_back(s); }};
};

struct members_place {
  test::temp_directory directory;
  fs::path file = members_file(fs::path(directory.string()) / "state", "Localhost:8443");
};

} // namespace

TEST_CASE("asio-chat members: another one under the same name is told once, and is known then") {
  const members_place at;
  {
    meeting m(at.file);
    CHECK(m.join("alice", first_proof).empty());
    m.say("alice");
    CHECK(m.join("alice", first_proof).empty());
    m.members.end();
  }
  meeting m(at.file);
  const auto told = m.join("alice", other_proof);
  REQUIRE(told.size() == 1);
  CHECK(told[0].name == "alice");
  CHECK(told[0].room == "den");
  CHECK_FALSE(told[0].guest);
  CHECK(m.join("alice", other_proof).empty());
  CHECK(m.join("alice", first_proof).size() == 1); // and back
  m.members.end();
  CHECK(meeting(at.file).join("alice", first_proof).empty());
  CHECK(m.complaints.empty());
}

TEST_CASE("asio-chat members: who was only seen, guests, and oneself are nobody of before") {
  const members_place at;
  meeting m(at.file);
  m.join("silent", first_proof);
  CHECK(m.join("silent", other_proof).empty());
  m.join("guest", "", true);
  m.say("guest");
  CHECK(m.join("guest", first_proof).empty());
  m.join("me", first_proof);
  m.say("me");
  CHECK(m.join("me", other_proof).empty());
  m.members.end();
  CHECK_FALSE(fs::exists(at.file));
}

TEST_CASE("asio-chat members: a guest under the name of an account is told calmly, and not kept") {
  const members_place at;
  meeting m(at.file);
  m.join("alice", first_proof);
  m.say("alice");
  const auto told = m.join("alice", "", true);
  REQUIRE(told.size() == 1);
  CHECK(told[0].guest);
  CHECK(m.join("alice", "", true).empty());
  m.say("alice");
  CHECK(m.join("alice", first_proof).empty()); // she is back
  CHECK(m.join("alice", "", true).size() == 1);
  m.members.end();
  // A server that does not say that one is a guest says nothing.
  meeting old(at.file);
  CHECK(old.join("alice", "").empty());
  CHECK(old.join("alice", "", true).size() == 1);
}

TEST_CASE("asio-chat members: they are met in the state of a room, by a new name, and alone") {
  const members_place at;
  meeting m(at.file);
  m.see(room_state{"", "den", "", {"alice", "bob", "carol"}, {}, {"alice"}, {"", first_proof}});
  m.say("alice");
  m.say("bob");
  m.say("carol");
  CHECK(m.see(room_state{"", "den", "", {"bob"}, {}, {}, {first_proof}}).empty());
  const auto state = m.see(room_state{"", "attic", "", {"ann", "bob"}, {}, {}, {"", other_proof}});
  REQUIRE(state.size() == 1);
  CHECK(state[0].room == "attic");

  m.join("eve", first_proof);
  CHECK(m.see(member_renamed{"den", "eve", "bob"}).size() == 1); // bob was the other one now
  CHECK(m.see(member_renamed{"attic", "eve", "bob"}).empty());

  const auto alone = m.see(direct_message{"bob", "me", {}, "hello", other_proof});
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].room == "@bob");
  CHECK(m.see(direct_message{"bob", "me", {}, "hello", ""}).front().guest);
  // Whom one writes to is somebody to know again, as soon as they are here.
  m.members.spoke_with("nobody");
  m.join("dave", first_proof);
  m.members.spoke_with("dave");
  CHECK(m.join("dave", other_proof).size() == 1);
}

TEST_CASE("asio-chat members: the file is its owner's, and written within a second") {
  const members_place at;
  meeting m(at.file);
  m.join("Юля", first_proof);
  m.say("Юля");
  CHECK_FALSE(fs::exists(at.file));
  m.time.advance(1s);
  CHECK(m.kept() == fmt::format("asio-chat members 1\n{} Юля\nend\n", first_proof));
  CHECK(at.file.filename() == "localhost:8443.members");
  CHECK(fs::status(at.file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(fs::status(at.file.parent_path()).permissions() == fs::perms::owner_all);
}

TEST_CASE("asio-chat members: two clients at once lose nothing of each other") {
  const members_place at;
  meeting one(at.file);
  meeting two(at.file);
  one.join("alice", first_proof);
  one.say("alice");
  two.join("bob", first_proof);
  two.say("bob");
  one.members.end();
  two.members.end();
  meeting later(at.file);
  CHECK(later.join("alice", other_proof).size() == 1);
  CHECK(later.join("bob", other_proof).size() == 1);
  // What another client has learnt goes before what this one knew at its start.
  later.members.end();
  one.join("carol", first_proof);
  one.say("carol");
  one.members.end();
  CHECK(meeting(at.file).join("alice", other_proof).empty());
}

TEST_CASE("asio-chat members: a damaged file is told, and what is left of it counts") {
  const members_place at;
  fs::create_directories(at.file.parent_path());
  const std::string good = first_proof + " alice\n";
  const auto opened = [&](const std::string& text) {
    std::ofstream(at.file) << text;
    return std::make_unique<meeting>(at.file);
  };
  for (const std::string& text :
       {"asio-chat members 1\n" + good + "nonsense\nend\n", "asio-chat members 1\n" + good,
        "asio-chat members 1\n" + good + first_proof + " \x1b[2J\nend\n",
        "asio-chat members 1\n" + good + first_proof.substr(1) + " bob\nend\n",
        "asio-chat members 1\n" + good + std::string(300'000, 'x')}) {
    const auto m = opened(text);
    REQUIRE(m->complaints.size() == 1);
    CHECK(m->complaints[0].find("is damaged") != std::string::npos);
    CHECK(m->join("alice", other_proof).size() == 1);
    m->members.end();
    CHECK(meeting(at.file).complaints.empty());
  }
  for (const std::string& text : {std::string("\0\0\0", 3), std::string("asio-chat members 2\n")}) {
    const auto m = opened(text);
    REQUIRE(m->complaints.size() == 1);
    CHECK(m->complaints[0].find("no list of members") != std::string::npos);
  }
}

TEST_CASE("asio-chat members: a file that cannot be written is told once, and kept in mind") {
  const members_place at;
  fs::create_directories(at.file.parent_path());
  meeting m(at.file);
  fs::create_directory(at.file.string() + ".unfinished"); // stands in the way
  for (const char* name : {"alice", "bob"}) {
    m.join(name, first_proof);
    m.say(name);
    m.time.advance(1s);
  }
  REQUIRE(m.complaints.size() == 1);
  CHECK(m.complaints[0].find("may go unnoticed") != std::string::npos);
  CHECK(m.join("alice", other_proof).size() == 1);
  fs::remove(at.file.string() + ".unfinished");
  m.members.end();
  CHECK(m.kept().find(first_proof + " bob\n") != std::string::npos);
}

TEST_CASE("asio-chat members: who was not heard from longest is forgotten first") {
  const members_place at;
  meeting m(at.file);
  const auto name = [](std::size_t n) { return fmt::format("m{}", n); };
  for (std::size_t n = 0; n < known_members::max_kept; ++n) {
    m.join(name(n), first_proof);
    m.say(name(n));
  }
  m.say(name(0));
  connected back;
  back.name = "me";
  back.again = true;
  m.see(back);
  m.join("new", first_proof);
  m.say("new");
  CHECK(m.join(name(0), other_proof).size() == 1);
  CHECK(m.join(name(1), other_proof).empty());
  CHECK(m.join(name(2), other_proof).size() == 1);
}

TEST_CASE("asio-chat members: there is no file without a place for it") {
  CHECK(members_file({}, "localhost:8443").empty());
  CHECK(members_file("/state", "").empty());
  CHECK(members_file("/state", "../x").empty());
  CHECK(members_file("/state", std::string(300, 'x')).empty());
  meeting m{{}};
  m.join("alice", first_proof);
  m.say("alice");
  CHECK(m.join("alice", other_proof).size() == 1);
  m.members.end();
  CHECK(m.complaints.empty());
}
