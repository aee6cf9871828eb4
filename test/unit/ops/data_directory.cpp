#include "ops/data_directory.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

using asio_chat::ops::check_data_directory;
using asio_chat::ops::prepare_data_directory;
using asio_chat::test::temp_directory;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777u;
}

} // namespace

TEST_CASE("the data directory is made for its owner only, with those above it", "[ops]") {
  const temp_directory top;
  const auto before = ::umask(022);
  CHECK(prepare_data_directory(top / "a/b").has_value());
  ::umask(before);
  CHECK(mode_of(top / "a") == 0700);
  CHECK(mode_of(top / "a/b") == 0700);
  CHECK(prepare_data_directory(top / "a/b" + "/").has_value());
}

TEST_CASE("a data directory that is only tried is not there afterwards", "[ops]") {
  const temp_directory top;
  CHECK(check_data_directory(top / "a/b").has_value());
  CHECK(::access((top / "a").c_str(), F_OK) != 0);
  REQUIRE(prepare_data_directory(top / "a/b").has_value());
  CHECK(check_data_directory(top / "a/b").has_value());
  CHECK(::access((top / "a/b").c_str(), F_OK) == 0);
}

TEST_CASE("trying a data directory finds what making it would", "[ops]") {
  const temp_directory top;
  std::ofstream(top / "file") << "x";
  REQUIRE(::mkdir((top / "open").c_str(), 0700) == 0);
  REQUIRE(::chmod((top / "open").c_str(), 0777) == 0);
  for (const std::string& bad :
       {top / "file", top / "file/data", top / "open", std::string("/etc/passwd"),
        std::string("/proc/x"), std::string("/proc/x/y"), std::string("/dev/null")}) {
    INFO(bad);
    const auto tried = check_data_directory(bad);
    const auto made = prepare_data_directory(bad);
    REQUIRE(tried.has_error());
    REQUIRE(made.has_error());
    CHECK(tried.error().message == made.error().message);
  }
}

TEST_CASE("directories made on the way to one that cannot be made are removed", "[ops]") {
  const temp_directory top;
  const std::string too_long(300, 'x');
  CHECK(prepare_data_directory(top / "new/" + too_long).has_error());
  CHECK(::access((top / "new").c_str(), F_OK) != 0);
}

TEST_CASE("a data directory that others may write is refused", "[ops]") {
  const temp_directory top;
  REQUIRE(::chmod(top.string().c_str(), 0770) == 0);
  const auto done = prepare_data_directory(top.string());
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().message.find("chmod 700") != std::string::npos);
}

TEST_CASE("a data directory that cannot be made says why", "[ops]") {
  const temp_directory top;
  std::ofstream(top / "file") << "x";
  const auto done = prepare_data_directory(top / "file/data");
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().message.find("cannot be made") != std::string::npos);
  CHECK_FALSE(prepare_data_directory(top / "file").has_value());
}
