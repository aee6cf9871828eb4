#include "ops/history_commands.hpp"

#include "ops/command_line.hpp"
#include "ops/master_key_file.hpp"
#include "sources.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

#include <sys/stat.h>

using namespace asio_chat;
using namespace asio_chat::ops;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("commands about the history take settings before and behind their name", "[ops]") {
  const auto call = from_arguments({"--data", "/d", "export", "#Den", "--format", "jsonl",
                                    "--output", "x", "--master-key-file", "k"})
                        .read()
                        .value();
  CHECK(call.action == action::export_room);
  CHECK(call.history.room == "#Den");
  CHECK(call.history.as == history_request::format::jsonl);
  CHECK(call.history.output == "x");
  CHECK(call.settings.data_directory == "/d");
  CHECK(call.settings.master_key_file == "k");
  CHECK(from_arguments({"export", "den"}).read()->history.as == history_request::format::text);
  CHECK(from_arguments({"backup", "f"}).read()->action == action::back_up);
  CHECK(from_arguments({"backup", "f"}).read()->history.file == "f");
  CHECK(from_arguments({"verify"}).read()->history.file.empty());
  CHECK(from_arguments({"verify", "f"}).read()->history.file == "f");
  CHECK(from_arguments({"verify", "f", "--receipt", "r"}).read()->history.receipt == "r");
  CHECK(from_arguments({"export", "--account", "alice"}).read()->history.account == "alice");
  CHECK(from_arguments({"account", "delete", "alice", "--forget"}).read()->history.forget);
  CHECK(from_arguments({"rekey"}).read()->action == action::rekey);
  CHECK(from_arguments({"erase", "den", "--yes"}).read()->history.yes);
  CHECK_FALSE(from_arguments({"erase", "den"}).read()->history.yes);
}

TEST_CASE("commands about the history need no settings of TLS", "[ops]") {
  CHECK(from_file("client-cert = required\n").complaint().find("client-ca") != std::string::npos);
  test_sources from = from_file("client-cert = required\n");
  from.arguments.insert(from.arguments.end(), {"verify"});
  CHECK(from.complaint().empty());
  test_sources homeless = from_arguments({"verify"});
  homeless.environment = {{"HOME", ""}};
  CHECK(homeless.complaint().find("give data") != std::string::npos);
}

TEST_CASE("a command about the history says with its help what is missing", "[ops]") {
  const auto complaint = [](std::vector<std::string> a) {
    return from_arguments(std::move(a)).complaint();
  };
  CHECK(complaint({"backup"}) == "command line: backup needs a FILE; see asio-chatd backup --help");
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"export"}, {"export", "den", "--account", "alice"}})
    CHECK(complaint(wrong) ==
          "command line: export needs a ROOM, or an --account; see asio-chatd export --help");
  CHECK(complaint({"account", "show", "alice", "--forget"}) ==
        "command line: account takes --forget for delete alone; see asio-chatd account --help");
  CHECK(complaint({"erase", "--yes"}) ==
        "command line: erase needs a ROOM; see asio-chatd erase --help");
  CHECK(complaint({"export", "den", "--format", "xml"}) ==
        "command line: --format \"xml\" must be text or jsonl");
  CHECK(complaint({"export", "den", "--output", "--data"}) ==
        "command line: --output has no value; give FILE");
  CHECK(complaint({"verify", "a", "b"}).find("\"b\"") != std::string::npos);
  CHECK(complaint({"rekey", "--yes"}).find("no flag --yes") != std::string::npos);
  CHECK(complaint({"verify", "--data"}).find("has no value") != std::string::npos);
}

TEST_CASE("an empty value, a second one and a second thing to do are refused", "[ops]") {
  const auto complaint = [](std::vector<std::string> a) {
    return from_arguments(std::move(a)).complaint();
  };
  CHECK(complaint({"verify", ""}) == "command line: FILE is empty");
  CHECK(complaint({"export", ""}) == "command line: ROOM is empty");
  CHECK(complaint({"verify", "--since", ""}) == "command line: --since has no value; give HEAD");
  CHECK(complaint({"verify", "--since="}) == "command line: --since has no value; give HEAD");
  CHECK(complaint({"verify", "--since"}) == "command line: --since has no value; give HEAD");
  CHECK(complaint({"verify", "--since", "--data", "x"}) ==
        "command line: --since has no value; give HEAD");
  CHECK(complaint({"export", "den", "--output", ""}) ==
        "command line: --output has no value; give FILE");
  CHECK(complaint({"backup", "f", "--backup-passphrase-file", ""}) ==
        "command line: --backup-passphrase-file has no value; give FILE");
  CHECK(complaint({"verify", "--since", "a", "--since", "b"}) ==
        "command line: --since is given more than once; give it once");
  CHECK(complaint({"verify", "--check-config"}) ==
        "command line: --check-config and verify are two things to do; give one of them");
  CHECK(complaint({"--check-config", "--print-config"}) ==
        "command line: --print-config and --check-config are two things to do; give one of them");
  CHECK(complaint({"restore", "f", "--begin-anew"}) ==
        "command line: --begin-anew is about a start, and has no meaning for restore");
  CHECK(complaint({"--check-config", "--begin-anew"}).empty());
  CHECK(from_arguments({"backup", "--", "-dash"}).read()->history.file == "-dash");
}

TEST_CASE("each command has a help of its own that fits a terminal", "[ops]") {
  for (const char* name : {"backup", "verify", "export", "rekey", "erase", "tls"}) {
    const auto call = from_arguments({name, "--help"}).read().value();
    CHECK(call.action == action::print_help);
    CHECK(call.help.find(std::string("Usage: asio-chatd ") + name) != std::string::npos);
    CHECK(call.help.find("--listen") == std::string::npos);
    CHECK(help_text().find(std::string("\n  ") + name + " ") != std::string::npos);
    std::istringstream lines(call.help);
    for (std::string line; std::getline(lines, line);)
      CHECK(line.size() <= 100);
  }
  CHECK(from_arguments({"--help"}).read()->help == help_text());
}

TEST_CASE("a new master key comes before those of the file, which stays as private", "[ops]") {
  const test::temp_directory directory;
  const std::string path = directory / "keys";
  const std::string old = "# since May\n" + std::string(64, 'a') + "\n";
  std::ofstream(path) << old;
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  put_new_master_key(path).value();
  const auto keys = read_master_keys(path).value();
  REQUIRE(keys.size() == 2);
  CHECK(keys[1] == std::string(64, 'a'));
  CHECK(keys[0] != keys[1]);
  CHECK(text_of(path) == keys[0] + "\n" + old);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0400);

  SECTION("not where there is none, or something else") {
    CHECK(put_new_master_key(directory / "none").has_error());
    std::ofstream(directory / "other") << "text\n";
    REQUIRE(::chmod((directory / "other").c_str(), 0600) == 0);
    CHECK(put_new_master_key(directory / "other").has_error());
    CHECK(text_of(directory / "other") == "text\n");
  }
  SECTION("nor into one that a group may read") {
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    const auto done = put_new_master_key(path);
    REQUIRE(done.has_error());
    CHECK(read_master_keys(path.c_str()).has_value() == (::geteuid() == 0));
  }
}

TEST_CASE("a history that is there is found, and nothing is made", "[ops]") {
  const test::temp_directory directory;
  settings s;
  s.data_directory = directory / "none";
  CHECK(find_storage(s).error().message.find("does not exist") != std::string::npos);
  s.data_directory = directory.string();
  CHECK(find_storage(s).has_error());
  CHECK(text_of(directory / "master.key").empty());
  CHECK(master_key_path(s) == directory / "master.key");
  s.master_key = std::string(64, 'b');
  CHECK(master_key_path(s).empty());
  find_storage(s).value();
  CHECK(s.server.storage.directory == directory.string());
  CHECK(s.server.storage.master_keys == std::vector{std::string(64, 'b')});
  s.ephemeral = true;
  CHECK(find_storage(s).error().message.find("ephemeral") != std::string::npos);
}

TEST_CASE("no master key is made beside keys that another one sealed", "[ops]") {
  const test::temp_directory directory;
  std::ofstream(directory / "keys.db") << "x";
  settings s;
  s.data_directory = directory.string();
  const auto done = prepare_storage(s, logger({}));
  REQUIRE(done.has_error());
  CHECK(done.error().message.find("master.key' is missing") != std::string::npos);
  CHECK(text_of(directory / "master.key").empty());
}
