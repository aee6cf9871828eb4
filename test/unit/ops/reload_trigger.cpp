#include "ops/reload_trigger.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

using asio_chat::ops::reload_trigger;

namespace {

struct trigger_world {
  boost::asio::io_context context;
  asio_chat::test::temp_directory directory;
  std::vector<std::string> reasons;

  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = directory / name;
    std::ofstream(path) << text;
    return path;
  }
  std::function<void(std::string_view)> note() {
    return [this](std::string_view why) { reasons.emplace_back(why); };
  }
  void run_for(std::chrono::milliseconds time) {
    context.restart();
    context.run_for(time);
  }
  bool called_within(std::chrono::milliseconds time) {
    const auto before = reasons.size();
    const auto end = std::chrono::steady_clock::now() + time;
    while (reasons.size() == before && std::chrono::steady_clock::now() < end) {
      context.restart();
      context.run_one_for(time);
    }
    return reasons.size() > before;
  }
};

constexpr auto patience = std::chrono::seconds(10);

} // namespace

TEST_CASE("a file that is written, replaced, removed or made calls", "[ops]") {
  trigger_world w;
  const auto path = w.write("cert.pem", "one");
  reload_trigger trigger(w.context, {path, w.directory / "later.pem", ""});
  trigger.start(w.note());
  w.run_for(std::chrono::milliseconds(700));
  CHECK(w.reasons.empty());

  w.write("cert.pem", "other");
  CHECK(w.called_within(patience));
  std::filesystem::rename(w.write("new", "one"), path);
  CHECK(w.called_within(patience));
  w.write("later.pem", "now");
  CHECK(w.called_within(patience));
  std::filesystem::remove(path);
  CHECK(w.called_within(patience));
  CHECK(w.reasons.back() == "a file has changed");

  trigger.stop();
  w.write("later.pem", "too late");
  w.context.restart();
  CHECK(w.context.run_for(patience) > 0); // and the loop runs out
  CHECK(w.context.stopped());
  CHECK(w.reasons.size() == 4);
}

TEST_CASE("a file in a directory counts", "[ops]") {
  trigger_world w;
  std::filesystem::create_directory(w.directory / "cas");
  w.write("cas/a.pem", "one");
  reload_trigger trigger(w.context, {w.directory / "cas"});
  trigger.start(w.note());
  w.write("cas/a.pem", "two");
  CHECK(w.called_within(patience));
  w.write("cas/b.pem", "one");
  CHECK(w.called_within(patience));
}

TEST_CASE("SIGHUP calls, each time", "[ops]") {
  trigger_world w;
  reload_trigger trigger(w.context, {});
  trigger.start(w.note());
  for (int i = 0; i < 2; ++i) {
    REQUIRE(std::raise(SIGHUP) == 0);
    CHECK(w.called_within(patience));
  }
  CHECK(w.reasons == std::vector<std::string>{"SIGHUP", "SIGHUP"});
}

TEST_CASE("a signal that has come when it is stopped is none, and the loop runs out", "[ops]") {
  trigger_world w;
  reload_trigger trigger(w.context, {w.write("a", "b")});
  trigger.start(w.note());
  for (int i = 0; i < 5; ++i) {
    REQUIRE(std::raise(SIGHUP) == 0);
    w.context.poll_one();
  }
  trigger.stop();
  const auto before = w.reasons.size();
  w.context.restart();
  w.context.run_for(patience);
  CHECK(w.context.stopped());
  CHECK(w.reasons.size() == before);
}
