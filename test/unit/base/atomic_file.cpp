#include "base/atomic_file.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace asio_chat;

namespace {

namespace fs = std::filesystem;

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::ptrdiff_t files_in(const test::temp_directory& directory) {
  return std::distance(fs::directory_iterator(directory.string()), {});
}

} // namespace

TEST_CASE("a file that is not published was never there") {
  const test::temp_directory directory;
  const std::string path = directory / "a";
  {
    auto file = atomic_file::make(path, existing::refused, "half").value();
    CHECK(mode_of(file.unfinished()) == 0600);
    CHECK_FALSE(fs::exists(path));
    const atomic_file moved = std::move(file);
    CHECK(read(moved.unfinished()) == "half");
  }
  CHECK(files_in(directory) == 0);
}

TEST_CASE("a published file has all that was written, and the mode asked for") {
  const test::temp_directory directory;
  const std::string path = directory / "a";
  auto file = atomic_file::make(path, existing::refused, "one ").value();
  REQUIRE(file.write("two").has_value());
  REQUIRE(file.publish(0644).has_value());
  CHECK(read(path) == "one two");
  CHECK(mode_of(path) == 0644);
  CHECK(files_in(directory) == 1);
}

TEST_CASE("a published file that is taken over is open and still locked") {
  const test::temp_directory directory;
  const std::string path = directory / "a";
  auto file = atomic_file::make(path, existing::refused, "one").value();
  REQUIRE(file.publish().has_value());
  {
    const file_descriptor taken = std::move(file).take();
    const file_descriptor other(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    CHECK(try_lock(other) == EWOULDBLOCK);
    char first = 0;
    CHECK(::pread(taken.get(), &first, 1, 0) == 1);
    CHECK(first == 'o');
  }
  const file_descriptor other(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  CHECK(try_lock(other) == 0);
}

TEST_CASE("a file in the way is replaced or refused, as its writer chose") {
  const test::temp_directory directory;
  const std::string path = directory / "a";
  std::ofstream(path) << "mine";
  SECTION("refused, also if it came meanwhile") {
    CHECK(atomic_file::make(path, existing::refused).error().code == errc::bad_setting);
    fs::remove(path);
    auto file = atomic_file::make(path, existing::refused, "new").value();
    std::ofstream(path) << "mine";
    const auto out = file.publish();
    REQUIRE(out.has_error());
    CHECK(out.error().message == "'" + path + "' is there already and is not overwritten");
    CHECK(read(path) == "mine");
  }
  SECTION("refused, although the link leads nowhere") {
    fs::create_symlink(directory / "nowhere", directory / "link");
    CHECK(atomic_file::make(directory / "link", existing::refused).has_error());
  }
  SECTION("replaced") {
    REQUIRE(atomic_file::make(path, existing::replaced, "new").value().publish().has_value());
    CHECK(read(path) == "new");
  }
  SECTION("replaced behind the link, which stays") {
    fs::create_symlink(path, directory / "link");
    auto file = atomic_file::make(directory / "link", existing::replaced, "new").value();
    REQUIRE(file.publish().has_value());
    CHECK(fs::is_symlink(directory / "link"));
    CHECK(read(path) == "new");
  }
  SECTION("not a directory") {
    fs::create_directory(directory / "d");
    CHECK(atomic_file::make(directory / "d", existing::replaced).error().message ==
          "'" + (directory / "d") + "' cannot be written: Is a directory");
  }
}

TEST_CASE("what cannot be written is said with the file's own name") {
  const test::temp_directory directory;
  const auto made = atomic_file::make(directory / "no/a", existing::replaced);
  REQUIRE(made.has_error());
  CHECK(made.error().code == errc::storage_failed);
  CHECK(made.error().message ==
        "'" + (directory / "no/a") + "' cannot be written: No such file or directory");
}

TEST_CASE("a file that is kept as old has both names, and an older one goes") {
  const test::temp_directory directory;
  std::ofstream(directory / "a") << "now";
  std::ofstream(directory / "a.old") << "long ago";
  REQUIRE(keep_as_old(directory / "a").has_value());
  CHECK(read(directory / "a") == "now");
  CHECK(read(directory / "a.old") == "now");
  CHECK(keep_as_old(directory / "b").has_error());
}

TEST_CASE("a file that one process is writing is not written by another") {
  const test::temp_directory directory;
  const std::string path = directory / "copy.db";
  {
    auto first = atomic_file::make(path, existing::refused).value();
    std::ofstream(first.unfinished()) << "the first";
    const auto second = atomic_file::make(path, existing::refused);
    REQUIRE(second.has_error());
    CHECK(second.error().message.find("is being written by another program") != std::string::npos);
    REQUIRE(first.publish().has_value());
  }
  CHECK(read(path) == "the first");
  CHECK(atomic_file::make(path, existing::refused).error().message.find("is there already") !=
        std::string::npos);
}

TEST_CASE("what a writer that was killed has left is taken over, and is empty") {
  const test::temp_directory directory;
  const std::string path = directory / "copy.db";
  std::ofstream(path + ".unfinished") << "half of it";
  const auto taken = atomic_file::make(path, existing::refused).value();
  CHECK(fs::file_size(taken.unfinished()) == 0);
}

TEST_CASE("what is written is not written through a link, nor into a pipe") {
  const test::temp_directory directory;
  const std::string path = directory / "copy.db";
  SECTION("a link") {
    fs::create_symlink(directory / "elsewhere", path + ".unfinished");
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo((path + ".unfinished").c_str(), 0600) == 0);
  }
  CHECK(atomic_file::make(path, existing::refused).has_error());
  CHECK_FALSE(fs::exists(directory / "elsewhere"));
}
