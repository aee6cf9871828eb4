#include "ops/data_directory.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

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
