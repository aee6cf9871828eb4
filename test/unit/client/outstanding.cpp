#include "client/outstanding.hpp"

#include "support/catch.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <list>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::client_room;

namespace {

struct world {
  /// Adds a message, and notes its outcome.
  std::string add(bool sent, std::string text = "text") {
    std::string id = messages.next_id();
    diagnostics& why = explained.emplace_back();
    pending<acknowledged> waiting(
        context.get_executor(),
        [this, &why, n = codes.size()](error_code e, const acknowledged& a) {
          REQUIRE(codes.at(n) == boost::asio::error::would_block);
          codes[n] = e;
          acks.push_back(a.id);
          sentences.push_back(why.message());
        },
        &why);
    codes.emplace_back(boost::asio::error::would_block);
    const std::size_t bytes = text.size();
    messages.add(wire::native::send{id, "lobby", std::move(text), {}}, bytes, std::move(waiting),
                 sent);
    return id;
  }
  std::vector<std::string> send_all() {
    std::vector<std::string> sent;
    messages.send_all([&](const wire::native::request& r) {
      sent.push_back(std::get<wire::native::send>(r).text);
    });
    return sent;
  }
  void run() {
    context.restart();
    context.poll();
  }

  boost::asio::io_context context;
  resend_queue messages{"me"};
  std::vector<error_code> codes;
  std::vector<std::string> acks;
  std::vector<std::string> sentences;
  std::list<diagnostics> explained;
};

} // namespace

TEST_CASE("resend queue: an answer ends one message, and only once") {
  world w;
  const std::string first = w.add(true);
  const std::string second = w.add(true);
  CHECK(first != second);
  CHECK(w.messages.settle(acknowledged{second, "lobby", {7, 1}, {}, false}));
  CHECK(w.messages.settle(refused{first, errc::not_in_room, "not there"}));
  CHECK_FALSE(w.messages.settle(acknowledged{first, "lobby", {7, 2}, {}, true}));
  for (const char* alien : {"", "me-", "me-0", "me-1x", "you-1"})
    CHECK_FALSE(w.messages.settle(acknowledged{alien, "lobby", {7, 2}, {}, false}));
  CHECK_FALSE(w.messages.settle(member_joined{"lobby", "bob"}));
  w.run();
  CHECK(w.messages.empty());
  CHECK(w.codes == std::vector<error_code>{errc::not_in_room, {}});
  CHECK(w.acks.at(0) == second);
}

TEST_CASE("resend queue: are sent again in their order, whenever they were answered or not") {
  world w;
  for (const char* frame : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"})
    w.add(frame[0] < 'c', frame);
  w.messages.settle(acknowledged{"me-2", "lobby", {7, 1}, {}, false});
  const std::vector<std::string> rest{"a", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
  CHECK(w.send_all() == rest);
  CHECK(w.send_all() == rest);
  w.messages.fail_all(fail(errc::timed_out, "so"));
}

TEST_CASE("resend queue: at the end tells what was not sent from what may have been kept") {
  world w;
  w.add(true);
  w.add(false);
  w.messages.give_up("the server is gone");
  w.run();
  CHECK(w.codes == std::vector<error_code>{errc::connection_lost, errc::not_connected});
  CHECK(w.sentences[0] ==
        "sent, but not acknowledged: it may or may not be kept (the server is gone)");
  CHECK(w.sentences[1] == "not sent: the server is gone");
  CHECK(w.messages.empty());

  w.add(false);
  w.send_all();
  w.messages.give_up("the server is gone");
  w.run();
  CHECK(w.codes.at(2) == errc::connection_lost);
}

TEST_CASE("resend queue: count and bytes are bounded, and free again with an answer") {
  world w;
  std::string id;
  for (std::size_t i = 0; i < resend_queue::max_messages; ++i) {
    REQUIRE(w.messages.has_room_for(1));
    id = w.add(false, "x");
  }
  CHECK_FALSE(w.messages.has_room_for(1));
  w.messages.settle(acknowledged{id, "lobby", {7, 1}, {}, false});
  CHECK(w.messages.has_room_for(1));
  w.messages.give_up("over");
  w.run();

  const std::string half(resend_queue::max_bytes / 2, 'x');
  w.add(false, half);
  CHECK(w.messages.has_room_for(half.size()));
  id = w.add(false, half);
  CHECK_FALSE(w.messages.has_room_for(1));
  w.messages.settle(refused{id, errc::not_in_room, "no"});
  CHECK(w.messages.has_room_for(half.size()));
  w.messages.fail_all(fail(errc::timed_out, "so"));
}
