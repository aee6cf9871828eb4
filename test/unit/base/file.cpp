#include "base/file.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

using namespace asio_chat;

TEST_CASE("a descriptor is closed by its last owner, once") {
  int number = -1;
  {
    file_descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    number = first.get();
    file_descriptor second(std::move(first));
    CHECK(first.get() == -1);
    file_descriptor third;
    third = std::move(second);
    CHECK(third.get() == number);
    CHECK(::fcntl(number, F_GETFD) != -1);
  }
  CHECK(::fcntl(number, F_GETFD) == -1);
}

TEST_CASE("what cannot be looked at counts as there") {
  const test::temp_directory directory;
  CHECK(is_there(directory.string()));
  CHECK_FALSE(is_there(directory / "a"));
  CHECK_FALSE(is_there(directory / "no/a"));
  std::filesystem::create_symlink("loop", directory / "loop");
  CHECK(is_there(directory / "loop")); // ELOOP
}

TEST_CASE("a bare name is in the directory that is current") {
  CHECK(directory_of("a") == ".");
  CHECK(directory_of("/a") == "/");
  CHECK(directory_of("b/a") == "b");
}

TEST_CASE("a lock has one holder, and ends with its descriptor") {
  const test::temp_directory directory;
  const auto open = [&] {
    return file_descriptor(
        ::open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  };
  const file_descriptor other = open();
  {
    const file_descriptor holder = open();
    CHECK(try_lock(holder) == 0);
    CHECK(try_lock(other) == EWOULDBLOCK);
  }
  CHECK(try_lock(other) == 0);
  CHECK(try_lock(file_descriptor()) == EBADF);
}

TEST_CASE("who locks a directory waits for its turn") {
  const test::temp_directory directory;
  auto first = lock_directory(directory.string(), "the place");
  REQUIRE(first.has_value());
  const file_descriptor same(::open(directory.string().c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(try_lock(same) == EWOULDBLOCK);
  std::atomic<bool> released = false;
  bool had_to_wait = false;
  std::thread second([&] {
    const auto turn = lock_directory(directory.string(), "the place");
    had_to_wait = turn.has_value() && released;
  });
  released = true; // before the lock is given up, so that whoever gets it sees this
  *first = file_descriptor();
  second.join();
  CHECK(had_to_wait);
  CHECK(try_lock(same) == 0);
}

TEST_CASE("a directory that cannot be locked is named") {
  const test::temp_directory directory;
  CHECK(lock_directory(directory / "no", "the place").error().message ==
        "the place '" + (directory / "no") + "' cannot be used: No such file or directory");
}

TEST_CASE("the directory of a file is brought to the disk, or why not is said") {
  const test::temp_directory directory;
  CHECK(sync_directory_of(directory / "a") == 0);
  CHECK(sync_directory_of(directory / "no/a") == ENOENT);
}
