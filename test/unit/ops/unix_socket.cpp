// The file of a Unix socket: replaced when its daemon is dead, never when it is alive.
#include "ops/unix_socket.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace asio_chat;
using ops::unix_socket_file;

namespace {

constexpr int backlog = 4;

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777u;
}

} // namespace

TEST_CASE("Unix socket: the file has its mode, whatever the umask, and goes with the object") {
  const asio_chat::test::temp_directory dir;
  const std::string path = dir / "socket";
  const mode_t before = ::umask(0777);
  {
    const auto one = unix_socket_file::open(path, 0640, backlog);
    ::umask(before);
    REQUIRE(one.has_value());
    CHECK(one->path() == path);
    CHECK(mode_of(path) == 0640);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("Unix socket: the file of a dead daemon is replaced, that of a live one is not") {
  const asio_chat::test::temp_directory dir;
  const std::string path = dir / "socket";
  auto live = unix_socket_file::open(path, 0600, backlog);
  REQUIRE(live.has_value());
  const auto second = unix_socket_file::open(path, 0600, backlog);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message ==
        "cannot listen on unix:" + path + ": another program listens there");
  CHECK(std::filesystem::exists(path));
  ::close(live->take_socket()); // as if it had been killed: the file stays
  CHECK(unix_socket_file::check(path).has_value());
  const auto next = unix_socket_file::open(path, 0600, backlog);
  CHECK(next.has_value());
}

TEST_CASE("Unix socket: what has taken the place of the file stays") {
  const asio_chat::test::temp_directory dir;
  const std::string path = dir / "socket";
  {
    const auto one = unix_socket_file::open(path, 0600, backlog);
    REQUIRE(one.has_value());
    std::filesystem::remove(path);
    std::ofstream(path) << "precious";
  }
  CHECK(std::filesystem::file_size(path) == 8);
}

TEST_CASE("Unix socket: what is no socket is never touched, and what cannot be is said") {
  const asio_chat::test::temp_directory dir;
  const std::string path = dir / "file";
  std::ofstream(path) << "precious";
  const auto wrong = unix_socket_file::open(path, 0600, backlog);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().message.ends_with(
      "there is a file that is no socket; name another one, or remove it"));
  CHECK(std::filesystem::file_size(path) == 8);
  CHECK_FALSE(unix_socket_file::open("relative/socket", 0600, backlog).has_value());
  CHECK_FALSE(unix_socket_file::open("/" + std::string(108, 'x'), 0600, backlog).has_value());
  const auto nowhere = unix_socket_file::check(dir / "missing/socket");
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().message.ends_with("No such file or directory"));
}
