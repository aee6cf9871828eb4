#include "typed_journal.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

namespace fs = std::filesystem;
using drafts = std::map<std::string, std::string>;

struct place {
  test::temp_directory directory;
  fs::path path = fs::path(directory.string()) / "alice@localhost:8443.typed";

  typed_journal open() const {
    auto j = typed_journal::open(path);
    REQUIRE(j.has_value());
    return std::move(*j);
  }
  std::string bytes() const {
    std::ifstream in(path);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }
};

typed_journal::line line(const std::string& id, const std::string& text) {
  return {id, "#den", text, wall_time(std::chrono::milliseconds(1234))};
}

std::string texts(const typed_journal& j) {
  std::string all;
  for (const auto& l : j.lines())
    all += l.text + (l.why.empty() ? " " : fmt::format(" ({}) ", l.why));
  return all;
}

} // namespace

TEST_CASE("asio-chat typed journal: drafts and lines come back without an orderly end") {
  const place p;
  {
    typed_journal j = p.open();
    j.draft("#den", "half a th");
    j.draft("#den", "half a thought\nin \"two\" lines");
    j.draft("#lobby", "gone");
    j.draft("#lobby", "");
    j.draft("@bob", "for bob");
    j.sending(line("1", "one"), "#den");
    j.sending(line("2", "two"), "");
    j.sending(line("3", "three"), "");
    j.kept("1");
    j.refused("3", "too fast");
  }
  const typed_journal j = p.open();
  CHECK(j.drafts() == drafts{{"@bob", "for bob"}});
  CHECK(texts(j) == "two three (too fast) ");
  CHECK(j.lines()[0].when == wall_time(std::chrono::milliseconds(1234)));
  CHECK(j.lines()[0].in == "#den");
  CHECK(fs::status(p.path).permissions() == fs::perms(0600));
}

TEST_CASE(
    "asio-chat typed journal: at each byte where a write is cut, all that was before is there") {
  const place p;
  {
    typed_journal j = p.open();
    j.draft("#den", "hello");
    j.sending(line("1", "hello"), "#den");
    j.draft("#den", "more");
  }
  const std::string all = p.bytes();
  const auto first = all.find('\n') + 1;
  const auto second = all.find('\n', first) + 1;
  for (std::size_t n = 0; n <= all.size(); ++n) {
    std::ofstream(p.path, std::ios::trunc) << all.substr(0, n);
    typed_journal j = p.open();
    const bool sent = n >= second;
    CHECK(j.lines().size() == (sent ? 1 : 0));
    CHECK(j.drafts() == (n == all.size()       ? drafts{{"#den", "more"}}
                         : n >= first && !sent ? drafts{{"#den", "hello"}}
                                               : drafts()));
    j.draft("#hall", "later"); // what is written next is not spoilt by what was cut
    CHECK(p.open().drafts().contains("#hall"));
  }
}

TEST_CASE("asio-chat typed journal: a line that is sent again is there once") {
  const place p;
  {
    typed_journal j = p.open();
    j.sending(line("1", "one"), "#den");
    j.refused("1", "too fast");
    j.sending(line("1", "one"), "");
  }
  CHECK(texts(p.open()) == "one ");
}

TEST_CASE("asio-chat typed journal: after an orderly end drafts are left, and what was not said") {
  const place p;
  const bool in_order = GENERATE(true, false);
  typed_journal j = p.open();
  j.sending(line("1", "one"), "#den");
  j.refused("1", "not sent");
  j.end(in_order);
  CHECK(fs::exists(p.path) == !in_order);
  if (!in_order) CHECK(texts(p.open()) == "one (not sent) ");
}

TEST_CASE("asio-chat typed journal: a file that grows is written anew") {
  const place p;
  typed_journal j = p.open();
  for (int n = 0; n < 2000; ++n)
    j.draft("#den", std::string(100, static_cast<char>('a' + n % 26)));
  CHECK(fs::file_size(p.path) < 100'000);
  j.draft("#den", "last");
  CHECK(p.open().drafts() == drafts{{"#den", "last"}});
}

TEST_CASE("asio-chat typed journal: entered lines are remembered, each once") {
  const place p;
  {
    typed_journal j = p.open();
    for (const char* one : {"a", "b", "a"})
      j.remember(one);
  }
  CHECK(p.open().entered() == std::vector<std::string>{"b", "a"});
}

TEST_CASE("asio-chat typed journal: what is no record is left out") {
  const place p;
  std::ofstream(p.path)
      << "rubbish\n[1]\n{\"draft\":7}\n{\"id\":\"\"}\n{\"draft\":\"#den\",\"text\":\"x\"}\n";
  const typed_journal j = p.open();
  CHECK(j.drafts() == drafts{{"#den", "x"}});
  CHECK(j.lines().empty());
}

TEST_CASE("asio-chat typed journal: a file that cannot be had is an error with its path") {
  const test::temp_directory place;
  const auto j = typed_journal::open(fs::path(place.string()) / "missing" / "file");
  REQUIRE_FALSE(j.has_value());
  CHECK(j.error().code == errc::bad_setting);
  CHECK(j.error().message.find("missing/file") != std::string::npos);
}

namespace {

/// No file of this process may grow beyond that size, as on a full disk.
class size_limit {
 public:
  explicit size_limit(rlim_t bytes)
      : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  size_limit(const size_limit&) = delete;
  size_limit& operator=(const size_limit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

} // namespace

TEST_CASE("asio-chat typed journal: what a full disk did not take is written when it has room") {
  const place p;
  typed_journal j = p.open();
  j.draft("#den", "before");
  for (int turn = 0; turn < 2; ++turn) {
    {
      const size_limit full(5);
      j.draft("#den", "during");
      j.sending(line("1", "one"), "");
      const auto why = j.take_trouble();
      REQUIRE(why.has_value());
      CHECK(why->find("alice@localhost:8443.typed' cannot be written: File too large") !=
            std::string::npos);
      j.draft("#den", "during " + std::to_string(turn));
      CHECK_FALSE(j.take_trouble().has_value()); // it was told
    }
    j.draft("#hall", "after " + std::to_string(turn));
    const fs::path copy = p.path.string() + ".copy";
    fs::copy_file(p.path, copy, fs::copy_options::overwrite_existing);
    const typed_journal later = typed_journal::open(copy).value();
    CHECK(later.drafts() == drafts{{"#den", "during " + std::to_string(turn)},
                                   {"#hall", "after " + std::to_string(turn)}});
    CHECK(texts(later) == "one ");
  }
}

TEST_CASE("asio-chat typed journal: a key in a long text is a short record") {
  const place p;
  typed_journal j = p.open();
  const std::string rest(20'000, 'x');
  j.draft("#den", rest);
  const std::size_t before = p.bytes().size();
  const std::vector<std::string> all{rest + "a",
                                     "b" + rest + "a",
                                     "b" + rest,
                                     "b" + rest + "\u00E9",
                                     "b" + rest + "\u00E8",
                                     "b" + rest + "\u0128",
                                     rest + "\u0128",
                                     rest.substr(9)};
  for (const std::string& text : all) {
    j.draft("#den", text);
    const fs::path copy = p.path.string() + ".copy";
    fs::copy_file(p.path, copy, fs::copy_options::overwrite_existing);
    CHECK((typed_journal::open(copy).value().drafts() == drafts{{"#den", text}}));
  }
  CHECK(p.bytes().size() < before + all.size() * 100);
}

TEST_CASE("asio-chat typed journal: a change that fits no text changes nothing") {
  const place p;
  std::ofstream(p.path) << R"({"draft":"#den","text":"tea"})"
                        << "\n"
                        << R"({"change":"#den","head":2,"tail":2,"text":"x"})"
                        << "\n"
                        << R"({"change":"#den","head":-1,"tail":0,"text":"x"})"
                        << "\n"
                        << R"({"change":"#hall","head":1,"tail":0,"text":"x"})"
                        << "\n";
  CHECK((p.open().drafts() == drafts{{"#den", "tea"}}));
}
