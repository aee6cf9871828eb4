#include "saved_session.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <filesystem>
#include <fstream>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

namespace fs = std::filesystem;

const std::string server = "localhost:8443";

saved_session opened(const fs::path& directory, std::string_view name = "alice") {
  auto session = saved_session::open(directory, server, name);
  REQUIRE(session.has_value());
  return std::move(*session);
}

} // namespace

TEST_CASE("asio-chat session: the token and the positions come back") {
  const test::temp_directory place;
  const fs::path directory = fs::path(place.string()) / "state" / "asio-chat-client";
  {
    saved_session s = opened(directory);
    CHECK(s.load().resume.token.empty());
    s.save({{std::string(64, 'a'), {{"lobby", {7, 41}}, {"den", {7, 2}}, {"attic", {8, 1}}}}});
    s.save({{std::string(64, 'b'), {{"lobby", {7, 42, 0xabc, 44}}}},
            {{"lobby", {7, 40}}}}); // shorter than before
  }
  const kept_session kept = opened(directory, "ALICE").load();
  const resume_state& back = kept.resume;
  CHECK(kept.read == std::map<std::string, position>{{"lobby", {7, 40}}});
  CHECK(back.token == std::string(64, 'b'));
  REQUIRE(back.positions == std::map<std::string, position>{{"lobby", {7, 42}}});
  CHECK(back.positions.at("lobby").tag == 0xabc);
  CHECK(back.positions.at("lobby").tag_offset == 44);
  CHECK(opened(directory, "bob").load().resume.token.empty());
  opened(directory, "Юля").save({{std::string(64, 'd'), {}}, {}});
  CHECK(opened(directory, "Юля").load().resume.token == std::string(64, 'd'));
}

TEST_CASE("asio-chat session: whether the token opens an account comes back as well") {
  const test::temp_directory place;
  const fs::path directory = fs::path(place.string()) / "asio-chat-client";
  opened(directory).save({{std::string(64, 'a'), {}, true}});
  CHECK(opened(directory).load().resume.account);
  opened(directory).save({{std::string(64, 'a'), {}}});
  CHECK_FALSE(opened(directory).load().resume.account);
}

TEST_CASE("asio-chat session: nobody else can read it, whatever the modes were") {
  const test::temp_directory place;
  const fs::path directory = fs::path(place.string()) / "asio-chat-client";
  fs::create_directory(directory);
  fs::permissions(directory, fs::perms(0755));
  std::ofstream(directory / "alice@localhost:8443") << "";
  fs::permissions(directory / "alice@localhost:8443", fs::perms(0644));
  opened(directory).save({{"t", {}}});
  CHECK(fs::status(directory).permissions() == fs::perms(0700));
  CHECK(fs::status(directory / "alice@localhost:8443").permissions() == fs::perms(0600));
}

TEST_CASE("asio-chat session: one client at a time has it") {
  const test::temp_directory place;
  const fs::path directory = fs::path(place.string()) / "asio-chat-client";
  {
    const saved_session s = opened(directory);
    const auto second = saved_session::open(directory, server, "alice");
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == errc::name_taken);
    CHECK(second.error().message ==
          "another asio-chat of yours is alice on localhost:8443 already");
    CHECK(saved_session::open(directory, "localhost:8444", "alice").has_value());
  }
  opened(directory);
}

TEST_CASE("asio-chat session: a state that cannot be written leaves the one before it") {
  const test::temp_directory place;
  const fs::path directory = fs::path(place.string()) / "asio-chat-client";
  const fs::path unfinished = directory / "alice@localhost:8443.unfinished";
  {
    saved_session s = opened(directory);
    s.save({{}, {{"den", {7, 3}}}});
    fs::create_directory(unfinished); // nothing can be written beside it
    s.save({{}, {{"den", {7, 4}}}});
    CHECK(s.load().read.at("den") == position{7, 3});
    CHECK_FALSE(saved_session::open(directory, server, "alice").has_value());
    fs::remove(unfinished);
    s.save({{}, {{"den", {7, 5}}}});
  }
  CHECK(opened(directory).load().read.at("den") == position{7, 5});
  CHECK(std::distance(fs::directory_iterator(directory), {}) == 1);
}

TEST_CASE("asio-chat session: a state is another file, which is locked like the one before") {
  const test::temp_directory place;
  const fs::path directory = fs::path(place.string()) / "asio-chat-client";
  const fs::path beside = directory / "what was there";
  saved_session s = opened(directory);
  s.save({{}, {{"den", {7, 3}}}});
  fs::create_hard_link(directory / "alice@localhost:8443", beside);
  s.save({{}, {{"den", {7, 4}}, {"attic", {7, 1}}}});
  CHECK(fs::hard_link_count(beside) == 1);
  CHECK(saved_session::open(directory, server, "alice").error().code == errc::name_taken);
  s.save({});
  s.save({{}, {{"den", {7, 5}}}}); // also after a time without a file
  CHECK(saved_session::open(directory, server, "alice").error().code == errc::name_taken);
  CHECK(s.load().read.at("den") == position{7, 5});
}

TEST_CASE("asio-chat session: what has neither a token nor a place in a room has no file") {
  const test::temp_directory place;
  const fs::path directory = fs::path(place.string()) / "asio-chat-client";
  saved_session s = opened(directory);
  s.save({{"t", {}}});
  s.save({{}, {{"den", {7, 3}}}});
  CHECK(s.load().resume.token.empty());
  CHECK(s.load().read == std::map<std::string, position>{{"den", {7, 3}}});
  s.save({});
  CHECK(fs::is_empty(directory));
}

TEST_CASE("asio-chat session: what cannot be read is no session") {
  const test::temp_directory place;
  const fs::path directory = fs::path(place.string()) / "asio-chat-client";
  fs::create_directory(directory);
  const auto content =
      GENERATE("", "\n", "rubbish\ntoken t\n", "asio-chat session 2\ntoken t\nend\n",
               "asio-chat session 1\ntoken xxxx\nroom den 7 1\nend\n");
  std::ofstream(directory / "alice@localhost:8443") << content;
  CHECK(opened(directory).load().resume.token.empty());
  std::ofstream(directory / "bob@localhost:8443")
      << "asio-chat session 1\ntoken " << std::string(64, 'c')
      << "\nroom lobby 7 x\nroom den 7 1\nend\nroom old 1 1\n";
  const resume_state s = opened(directory, "bob").load().resume;
  CHECK(s.token == std::string(64, 'c'));
  CHECK(s.positions == std::map<std::string, position>{{"den", {7, 1}}});
}

TEST_CASE("asio-chat session: a name that no file can have has none") {
  const test::temp_directory place;
  const auto* name = GENERATE("../alice", "a b", "\x1b", "юля/..", "ю\u202E", "ю\u200B", "ю\xFF");
  const auto s = saved_session::open(place.string(), server, name);
  REQUIRE_FALSE(s.has_value());
  CHECK(s.error().code == errc::bad_setting);
}
