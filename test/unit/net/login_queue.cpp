// One login in each turn, and whose.
#include "net/login_queue.hpp"

#include "support/catch.hpp"

#include <deque>
#include <string>
#include <vector>

using namespace asio_chat;
using net::login_queue;

namespace {

struct queue_world {
  /// Lets in everybody, and says who came.
  struct everybody final : authenticator {
    explicit everybody(std::vector<std::string>& to)
        : came(to) {}
    bool wants_name() const noexcept override { return true; }
    void admit(credentials c, admit_done done) override {
      came.push_back(c.name);
      done(admission{});
    }
    std::vector<std::string>& came;
  };

  void come(const std::string& name, std::optional<std::string> token = {}) {
    credentials c;
    c.name = name;
    c.token = std::move(token);
    queue->admit(std::move(c), [this](const authenticator::answer&) { ++answered; });
  }
  void turn() {
    auto now = std::exchange(tasks, {});
    for (const auto& task : now)
      task();
  }

  std::vector<std::string> came;
  std::deque<std::function<void()>> tasks;
  std::unique_ptr<login_queue> queue = std::make_unique<login_queue>(
      std::make_unique<everybody>(came),
      [this](std::function<void()> task) { tasks.push_back(std::move(task)); },
      [](const std::string& token) { return token == "known"; });
  int answered = 0;
};

} // namespace

TEST_CASE("logins: one that comes alone is answered at once") {
  queue_world w;
  w.come("alice");
  CHECK(w.answered == 1);
  w.turn();
  w.come("bob", "known");
  CHECK(w.answered == 2);
  CHECK(w.queue->wants_name());
  CHECK_FALSE(w.queue->wants_passphrase());
}

TEST_CASE("logins: of those that come together one is answered in each turn") {
  queue_world w;
  for (int i = 0; i < 4; ++i)
    w.come(std::to_string(i));
  for (int answered = 1; answered <= 4; ++answered) {
    CHECK(w.answered == answered);
    w.turn();
  }
  CHECK(w.came == std::vector<std::string>{"0", "1", "2", "3"});
  w.turn();
  CHECK(w.tasks.empty()); // at rest it does nothing
}

TEST_CASE("logins: who comes back goes before who is new, whenever they came") {
  queue_world w;
  w.come("first");
  w.come("new");
  w.come("stranger", "an invented token");
  w.come("back 1", "known");
  w.come("back 2", "known");
  for (int i = 0; i < 4; ++i)
    w.turn();
  CHECK(w.came == std::vector<std::string>{"first", "back 1", "back 2", "new", "stranger"});
}

TEST_CASE("logins: while very many come back, one in five is a new one") {
  queue_world w;
  w.come("first");
  for (int i = 0; i < 20; ++i)
    w.come("back", "known");
  w.come("new");
  w.come("new");
  for (int i = 0; i < 10; ++i)
    w.turn();
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < w.came.size(); ++i)
    if (w.came[i] == "new") places.push_back(i);
  CHECK(places == std::vector<std::size_t>{5, 10});
}

TEST_CASE("logins: a turn that comes when the queue is gone does nothing") {
  queue_world w;
  w.come("alice");
  w.come("bob");
  w.queue.reset();
  w.turn();
  CHECK(w.came == std::vector<std::string>{"alice"});
}
