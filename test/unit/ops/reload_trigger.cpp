#include "ops/reload_trigger.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_time.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

using asio_chat::ops::reload_trigger;

namespace {

struct trigger_world {
  boost::asio::io_context context;
  asio_chat::testing::manual_time& time = asio_chat::testing::manual_time::of(context);
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
  void look() { time.advance(reload_trigger::look_interval); }
  /// In two looks.
  bool called() {
    const auto before = reasons.size();
    look();
    CHECK(reasons.size() == before);
    look();
    return reasons.size() == before + 1;
  }
};

} // namespace

TEST_CASE("a file that is written, replaced, removed or made calls", "[ops]") {
  trigger_world w;
  const auto path = w.write("cert.pem", "one");
  reload_trigger trigger(w.context, w.time, {path, w.directory / "later.pem", ""});
  trigger.start(w.note());
  for (int looks = 0; looks < 3; ++looks)
    w.look();
  CHECK(w.reasons.empty());

  w.write("cert.pem", "other");
  CHECK(w.called());
  std::filesystem::rename(w.write("new", "one"), path);
  CHECK(w.called());
  w.write("later.pem", "now");
  CHECK(w.called());
  std::filesystem::remove(path);
  CHECK(w.called());
  CHECK(w.reasons.back() == "a file has changed");

  trigger.stop();
  w.write("later.pem", "too late");
  w.time.advance(std::chrono::minutes(1));
  CHECK(w.context.stopped()); // the loop ends
  CHECK(w.reasons.size() == 4);
}

TEST_CASE("A19: what has changed is taken when it is the same in two looks, within a second",
          "[ops]") {
  trigger_world w;
  const auto path = w.write("blocked", "nobody");
  reload_trigger trigger(w.context, w.time, {path});
  trigger.start(w.note());
  w.write("blocked", "somebody, half");
  w.look();
  CHECK(w.reasons.empty());
  w.write("blocked", "somebody, half of a file, and the other half");
  w.look();
  CHECK(w.reasons.empty()); // it is still being written
  w.look();
  CHECK(w.reasons == std::vector<std::string>{"a file has changed"});
  CHECK(3 * reload_trigger::look_interval < std::chrono::seconds(1));
}

TEST_CASE("a file in a directory counts", "[ops]") {
  trigger_world w;
  std::filesystem::create_directory(w.directory / "cas");
  w.write("cas/a.pem", "one");
  reload_trigger trigger(w.context, w.time, {w.directory / "cas"});
  trigger.start(w.note());
  w.write("cas/a.pem", "two");
  CHECK(w.called());
  w.write("cas/b.pem", "one");
  CHECK(w.called());
}

TEST_CASE("SIGHUP calls, each time", "[ops]") {
  trigger_world w;
  reload_trigger trigger(w.context, w.time, {});
  trigger.start(w.note());
  for (int i = 0; i < 2; ++i) {
    REQUIRE(std::raise(SIGHUP) == 0);
    w.time.run();
  }
  CHECK(w.reasons == std::vector<std::string>{"SIGHUP", "SIGHUP"});
}

TEST_CASE("a signal that has come when it is stopped is none, and the loop runs out", "[ops]") {
  trigger_world w;
  reload_trigger trigger(w.context, w.time, {w.write("a", "b")});
  trigger.start(w.note());
  for (int i = 0; i < 5; ++i) {
    REQUIRE(std::raise(SIGHUP) == 0);
    w.context.poll_one();
  }
  trigger.stop();
  const auto before = w.reasons.size();
  w.time.run();
  CHECK(w.context.stopped());
  CHECK(w.reasons.size() == before);
}
