#include "base/file_access.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

using namespace asio_chat;

namespace {

constexpr uid_t nobody = 65'534;

/// Root may do everything: looks as another user, if root runs the tests.
template <class Function>
auto as_nobody(Function f) {
  const uid_t me = ::geteuid();
  if (me == 0) (void)!::seteuid(nobody);
  auto said = f();
  if (me == 0) (void)!::seteuid(me);
  return said;
}

std::string text_of(const std::optional<std::string>& obstacle) {
  return obstacle.value_or("nothing");
}

} // namespace

TEST_CASE("what keeps a process from a file is named with the command that helps") {
  test::temp_directory d;
  ::chmod(d.string().c_str(), 0755);
  const std::string path = d / "file";
  CHECK(text_of(obstacle_to(path, file_use::writing)) == "nothing"); // nor a file
  std::ofstream(path) << "x";
  CHECK(text_of(obstacle_to(path, file_use::writing)) == "nothing");
  if (::geteuid() == 0) {
    ::chmod(path.c_str(), 0644);
    const auto asked = [&](file_use use) {
      return as_nobody([&] { return text_of(obstacle_to(path, use)); });
    };
    CHECK(asked(file_use::reading) == "nothing");
    const std::string me = user_text(nobody);
    const std::string name = me.starts_with("the user") ? "65534" : me.substr(0, me.find(' '));
    CHECK(asked(file_use::writing) == "'" + path + "' belongs to root (id 0), and this is " + me +
                                          ": chown " + name + " " + path);
    REQUIRE(::chown(path.c_str(), nobody, nobody) == 0);
    ::chmod(path.c_str(), 0400);
    CHECK(asked(file_use::writing) == "'" + path + "' has mode 0400: chmod 600 " + path);
  }
  CHECK(text_of(obstacle_to(d.string(), file_use::reading)) ==
        "'" + d.string() + "' is no file: move it away");
}

TEST_CASE("what keeps a process from making files in a directory is named, too") {
  test::temp_directory d;
  CHECK(text_of(obstacle_in(d.string())) == "nothing");
  CHECK(try_writing_in(d.string(), 40'000).has_value());
  CHECK(std::filesystem::is_empty(d.string()));
  CHECK(text_of(obstacle_in(d / "none")).find("No such file") != std::string::npos);
  CHECK(try_writing_in(d / "none", 1).error().message.find("No such file") != std::string::npos);
  ::chmod(d.string().c_str(), 0500);
  if (::geteuid() == 0) REQUIRE(::chown(d.string().c_str(), nobody, nobody) == 0);
  const std::string right = "'" + d.string() + "' has mode 0500: chmod 700 " + d.string();
  CHECK(as_nobody([&] { return text_of(obstacle_in(d.string())); }) == right);
  CHECK(as_nobody([&] { return try_writing_in(d.string(), 1).error().message; }) == right);
}

TEST_CASE("a user without a name is told by the number") {
  CHECK(user_text(0) == "root (id 0)");
  CHECK(user_text(54'321) == "the user with id 54321");
}
