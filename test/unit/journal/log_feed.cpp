// How entries get from a journal's answers to the listeners of a log.

#include "journal/log_feed.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace asio_chat;

namespace {

class ear final : public journal::listener {
 public:
  std::vector<std::string> heard;
  std::function<void()> then = [] {};

 private:
  void on_entry(journal::record next) override {
    heard.push_back(next.what.room + ' ' + next.what.text + next.what.id);
    then();
  }
};

struct feed_world {
  void say(const std::string& room, const std::string& text) {
    journal::record r{{room, {7, ++offset}, {}, "alice", entry_kind::message, text, "id"}, {1}};
    feed.committed(std::move(r), [&](const auto& a) { answers += a->duplicate ? 0 : 1; });
  }

  log_feed feed;
  std::shared_ptr<ear> alice = std::make_shared<ear>();
  std::shared_ptr<ear> bob = std::make_shared<ear>();
  std::uint64_t offset = 0;
  int answers = 0;
};

using heard = std::vector<std::string>;

} // namespace

TEST_CASE("every listener of a room gets its entries whole, without the id of their author") {
  feed_world w;
  w.feed.follow("den", w.alice);
  w.feed.follow("den", w.bob);
  w.say("den", "one");
  w.say("nook", "elsewhere");
  w.say("den", "two");
  CHECK(w.answers == 3);
  CHECK(w.alice->heard == heard{"den one", "den two"});
  CHECK(w.bob->heard == w.alice->heard);
}

TEST_CASE("a listener gets nothing after unfollow, though its room was the last one fed") {
  feed_world w;
  w.feed.follow("den", w.alice);
  w.say("den", "one");
  w.feed.unfollow("den", w.alice);
  w.say("den", "unheard");
  CHECK(w.alice.use_count() == 1); // it is let go
  w.feed.follow("den", w.bob);
  w.say("den", "two");
  CHECK(w.alice->heard == heard{"den one"});
  CHECK(w.bob->heard == heard{"den two"});
}

TEST_CASE("each unfollow ends one follow, and none where there is none") {
  feed_world w;
  w.feed.unfollow("den", w.alice);
  w.feed.follow("den", w.alice);
  w.feed.follow("den", w.alice);
  w.feed.unfollow("den", w.bob);
  w.feed.unfollow("den", w.alice);
  w.say("den", "once");
  CHECK(w.alice->heard == heard{"den once"});
}

TEST_CASE("after the end of a feed nothing is handed over, not even to the next listener") {
  feed_world w;
  w.feed.follow("den", w.alice);
  w.feed.follow("den", w.bob);
  w.alice->then = [&] { w.feed.end(); };
  w.say("den", "last");
  CHECK(w.alice->heard == heard{"den last"});
  CHECK(w.bob->heard.empty());
}
