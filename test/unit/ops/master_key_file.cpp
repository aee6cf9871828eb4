#include "ops/master_key_file.hpp"

#include "sources.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <fstream>

#include <sys/stat.h>

using namespace asio_chat;
using namespace asio_chat::ops;
using test::temp_directory;

namespace {

const std::string first_key(64, 'a');
const std::string second_key(64, 'b');

void write_private(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
}

struct bench {
  bench() { s.data_directory = directory.string(); }
  result<void> prepare() {
    return prepare_storage(
        s, logger([this](severity, std::string_view message, std::span<const log_field>) {
          lines.emplace_back(message);
        }));
  }
  std::vector<std::string> keys() { return s.server.storage.master_keys; }
  temp_directory directory;
  ops::settings s;
  std::vector<std::string> lines;
};

} // namespace

TEST_CASE("a master key is made on the first start, for its owner only, with a warning", "[ops]") {
  bench b;
  b.prepare().value();
  struct stat status {};
  REQUIRE(::stat((b.directory / "master.key").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  REQUIRE(b.lines.size() == 1);
  CHECK(b.lines.front().starts_with("Created a master key"));
  CHECK(b.s.server.storage.directory == b.directory.string());
  const auto made = b.keys();
  REQUIRE(made.size() == 1);
  CHECK(made.front().size() == 64);
  b.prepare().value(); // the next start
  CHECK(b.lines.size() == 1);
  CHECK(b.keys() == made);
  bench other;
  other.prepare().value();
  CHECK(other.keys() != made);
}

TEST_CASE("a master key comes from the file given, the environment, or systemd", "[ops]") {
  bench b;
  write_private(b.directory / "keys", "# the new one\n" + first_key + "\n\n " + second_key + " \n");
  b.s.master_key_file = b.directory / "keys";
  b.prepare().value();
  CHECK(b.keys() == std::vector{first_key, second_key});
  b.s.master_key_file.clear();

  b.s.master_key = second_key;
  b.prepare().value();
  CHECK(b.keys() == std::vector{second_key});
  b.s.master_key.reset();

  write_private(b.directory / "master-key", first_key);
  b.s.credentials_directory = b.directory.string();
  b.prepare().value();
  CHECK(b.keys() == std::vector{first_key});
  CHECK(b.lines.empty()); // nothing was made
}

TEST_CASE("an invalid master key is refused with its place and a way to make one", "[ops]") {
  bench b;
  const std::string path = b.directory / "keys";
  b.s.master_key_file = path;
  for (const std::string& bad : {std::string("short"), first_key + "a", std::string(64, 'g')}) {
    write_private(path, first_key + "\n" + bad + "\n");
    const auto done = b.prepare();
    REQUIRE(done.has_error());
    CHECK(done.error().message == "the master key file '" + path +
                                      "', line 2, is no master key: it must have 64 hexadecimal "
                                      "digits; make one with: openssl rand -hex 32");
    CHECK(done.error().message.find(bad) == std::string::npos);
  }
  write_private(path, "# nothing\n");
  CHECK(b.prepare().error().message == "the master key file '" + path + "' has no key in it");
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  CHECK(b.prepare().error().message.find("chmod 600") != std::string::npos);
  b.s.master_key_file = b.directory / "none";
  CHECK(b.prepare().has_error());
  b.s.master_key_file.clear();
  b.s.master_key = "secret";
  const auto wrong = b.prepare();
  CHECK(wrong.error().message.starts_with("CHAT_MASTER_KEY in the environment is no master key"));
  CHECK(wrong.error().message.find("secret") == std::string::npos);
}

TEST_CASE("with --ephemeral no key is needed and none is made", "[ops]") {
  bench b;
  b.s.ephemeral = true;
  b.s.data_directory = b.directory / "not-there";
  b.prepare().value();
  CHECK(b.s.server.storage.directory.empty());
  CHECK(b.keys().empty());
}

TEST_CASE("the places of the history and of its key are checked together", "[ops]") {
  auto both = from_arguments({"--master-key-file", "x"});
  both.environment["CHAT_MASTER_KEY"] = first_key;
  CHECK(both.complaint() == "CHAT_MASTER_KEY is set in the environment, and master-key-file is "
                            "given; give one of them");
  CHECK(from_environment({{"CHAT_MASTER_KEY", first_key}}).read()->settings.master_key ==
        first_key);
  CHECK(from_environment({{"CREDENTIALS_DIRECTORY", "/run/x"}})
            .read()
            ->settings.credentials_directory == "/run/x");
}
