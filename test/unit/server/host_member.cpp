// The host program speaks in its server, reads any log, and follows all rooms.
#include <asio_chat/host_member.hpp>
#include <asio_chat/log_watch.hpp>

#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

using namespace asio_chat;
using test::last;
using test::server_world;
using test::types;
using words = std::vector<std::string>;

namespace {

template <class T>
struct outcome {
  auto handler() {
    return [this](result<T> r) { got.push_back(std::move(r)); };
  }
  std::vector<result<T>> got;
};

/// What `log_watch` gives, in words: `room@offset name: text`.
struct follower {
  explicit follower(server_world& w, std::map<std::string, position> after = {})
      : world(w)
      , watch(*w.chat, std::move(after)) {}

  /// Everything there is.
  words news() {
    for (;;) {
      if (!waits) {
        waits = true;
        watch.async_receive([this](result<watched> r) {
          waits = false;
          heard.push_back(in_words(r));
        });
      }
      const std::size_t before = heard.size();
      world.run();
      if (heard.size() == before || heard.back().starts_with("failed")) break;
    }
    return std::exchange(heard, {});
  }
  static std::string in_words(const result<watched>& r) {
    if (!r) return "failed: " + r.error().code.message();
    if (const auto* e = std::get_if<entry>(&*r))
      return e->room + "@" + std::to_string(e->at.offset) + " " + e->from + ": " + e->text;
    const auto& gap = std::get<entries_missed>(*r);
    return gap.room + " missed " + std::to_string(gap.after.offset) + "-" +
           std::to_string(gap.next.offset);
  }

  server_world& world;
  log_watch watch;
  bool waits = false;
  words heard;
};

void say(server_world& w, const server_world::client& c, const std::string& text,
         const std::string& room = "lobby") {
  w.say(c, "{'type':'send','room':'" + room + "','id':'" + text + "','text':'" + text + "'}");
}

void post(server_world& w, host_member& m, host_message what) {
  outcome<position> o;
  m.async_post(std::move(what), o.handler());
  w.run();
  REQUIRE(o.got.size() == 1);
  REQUIRE(o.got[0].has_value());
}

} // namespace

TEST_CASE("what a host says is stored and told like the words of a member who is in no list") {
  server_world w;
  host_member system(*w.chat, "system");
  const auto alice = w.log_in("alice");
  outcome<position> o;
  system.async_post({.room = "#Lobby", .text = "tea is ready "}, o.handler());
  CHECK(o.got.empty()); // never from inside the call
  w.run();
  REQUIRE(o.got.size() == 1);
  CHECK(o.got[0].value().offset == 1);
  const auto heard = alice->take();
  REQUIRE(types(heard) == words{"event message"});
  CHECK(heard[0].at("from") == "system");
  CHECK(heard[0].at("text") == "tea is ready");
  CHECK(w.chat->stats().members == 1);
  CHECK(w.chat->rooms().at(0).members == 1);
}

TEST_CASE("nobody takes the name of a host, until it is given back") {
  server_world w;
  {
    host_member herald(*w.chat, "herald");
    CHECK(last(w.log_in("alice")->take(), "code") == "none");
    const auto c = w.connect();
    const auto taken = w.say(c, "{'type':'hello','name':'Herald'}");
    CHECK(last(taken, "code") == "name_taken");
    CHECK(last(taken, "message") == "the name Herald is reserved");
    CHECK_THROWS_AS(host_member(*w.chat, "HERALD"), error);
    CHECK_THROWS_AS(host_member(*w.chat, "alice"), error);
    CHECK_THROWS_AS(host_member(*w.chat, "two words"), error);
  }
  CHECK(types(w.say(w.connect(), "{'type':'hello','name':'herald'}")).front() == "welcome");
}

TEST_CASE("a host says an id once, also in a room that nobody is in") {
  server_world w;
  host_member system(*w.chat, "system");
  post(w, system, {.room = "den", .text = "one", .id = "1"});
  post(w, system, {.room = "den", .text = "one", .id = "1"});
  post(w, system, {.room = "den", .text = "tea", .kind = entry_kind::topic});
  outcome<history_page> page;
  system.async_history("den", {}, page.handler());
  w.run();
  const history_page& p = page.got.at(0).value();
  REQUIRE(p.entries.size() == 2);
  CHECK(p.entries[0].text == "one");
  CHECK(p.room == "den");
  CHECK(w.chat->rooms().empty());
}

TEST_CASE("what a host cannot say or read is told it") {
  server_world w;
  host_member system(*w.chat, "system");
  outcome<position> o;
  system.async_post({.room = "no room", .text = "x"}, o.handler());
  system.async_post({.room = "den", .text = " "}, o.handler());
  system.async_post({.room = "den", .text = std::string(9'000, 'x')}, o.handler());
  outcome<history_page> page;
  system.async_history("no room", {}, page.handler());
  w.run();
  REQUIRE(o.got.size() == 3);
  CHECK(o.got[0].error().code == errc::room_invalid);
  CHECK(o.got[1].error().code == errc::text_empty);
  CHECK(o.got[2].error().code == errc::text_too_long);
  CHECK(page.got.at(0).error().code == errc::room_invalid);
}

TEST_CASE("a host member outlives its server, and says so") {
  server_world w;
  host_member system(*w.chat, "system");
  bool stopped = false;
  w.chat->async_stop([&](const error_code&) { stopped = true; });
  w.run();
  REQUIRE(stopped);
  outcome<position> o;
  outcome<history_page> page;
  system.async_post({.room = "den", .text = "x"}, o.handler());
  system.async_history("den", {}, page.handler()); // can be read until the server is destroyed
  w.run();
  CHECK(o.got.at(0).error().code == errc::server_stopping);
  CHECK(page.got.at(0).has_value());
  w.chat.reset();
  system.async_history("den", {}, page.handler());
  w.run();
  CHECK(page.got.at(1).error().code == errc::server_stopping);
}

TEST_CASE("a watch gives the entries of all rooms, of members and of the host, each once") {
  server_world w;
  host_member system(*w.chat, "system");
  follower f(w);
  CHECK(f.news().empty());
  const auto alice = w.log_in("alice");
  say(w, alice, "one");
  CHECK(f.news() == words{"lobby@1 alice: one"});
  w.say(alice, "{'type':'join','room':'den'}");
  say(w, alice, "two", "den");
  post(w, system, {.room = "empty", .text = "nobody is here"});
  post(w, system, {.room = "den", .text = "three"});
  words all = f.news();
  std::ranges::sort(all);
  CHECK(all == words{"den@1 alice: two", "den@2 system: three", "empty@1 system: nobody is here"});
  CHECK(f.watch.positions().at("den").offset == 2);
  CHECK(f.news().empty());
}

TEST_CASE("a watch begins where it is told, and in other rooms with what is stored from now on") {
  server_world w;
  const auto alice = w.log_in("alice");
  for (const char* text : {"one", "two", "three"})
    say(w, alice, text);
  w.say(alice, "{'type':'join','room':'den'}");
  say(w, alice, "before", "den");
  std::map<std::string, position> kept;
  {
    follower f(w, {{"lobby", position{}}});
    CHECK(f.news() == words{"lobby@1 alice: one", "lobby@2 alice: two", "lobby@3 alice: three"});
    kept = f.watch.positions();
  }
  say(w, alice, "four");
  follower again(w, kept);
  say(w, alice, "after", "den");
  words all = again.news();
  std::ranges::sort(all);
  CHECK(all == words{"den@2 alice: after", "lobby@4 alice: four"});
}

TEST_CASE("a watch of a slow host loses nothing, and is told what is no longer kept") {
  server_config config;
  config.limits.room_entries = 150;
  server_world w(config);
  host_member system(*w.chat, "system");
  follower f(w);
  for (int n = 1; n <= 400; ++n)
    post(w, system, {.room = "den", .text = std::to_string(n)});
  const words all = f.news();
  REQUIRE(all.size() == 151);
  CHECK(all.front() == "den missed 0-251");
  CHECK(all[1] == "den@251 system: 251");
  CHECK(all.back() == "den@400 system: 400");
}

TEST_CASE("waiting for a watch can be cancelled, and a late signal cancels no other wait") {
  server_world w;
  host_member system(*w.chat, "system");
  log_watch watch(*w.chat);
  outcome<watched> o;
  boost::asio::cancellation_signal signal;
  watch.async_receive(boost::asio::bind_cancellation_slot(signal.slot(), o.handler()));
  signal.emit(boost::asio::cancellation_type::total);
  w.run();
  REQUIRE(o.got.size() == 1);
  CHECK(o.got[0].error().code == boost::asio::error::operation_aborted);
  watch.async_receive(o.handler());
  signal.emit(boost::asio::cancellation_type::total);
  w.run();
  CHECK(o.got.size() == 1);
  post(w, system, {.room = "den", .text = "x"});
  REQUIRE(o.got.size() == 2);
  CHECK(follower::in_words(o.got[1]) == "den@1 system: x");
}

TEST_CASE("a second wait for a watch fails, and the first one goes on") {
  server_world w;
  host_member system(*w.chat, "system");
  log_watch watch(*w.chat);
  outcome<watched> first;
  outcome<watched> second;
  watch.async_receive(first.handler());
  watch.async_receive(second.handler());
  w.run();
  CHECK(second.got.at(0).error().code == errc::bad_arguments);
  post(w, system, {.room = "den", .text = "x"});
  CHECK(first.got.size() == 1);
}

TEST_CASE("a watch ends when the server has stopped and all is received, or at once with it") {
  server_world w;
  host_member system(*w.chat, "system");
  follower f(w);
  post(w, system, {.room = "den", .text = "last"});
  w.chat->async_stop([](const error_code&) {});
  w.run();
  const std::string over = "failed: " + make_error_code(errc::server_stopping).message();
  CHECK(f.news() == words{"den@1 system: last", over});
  outcome<watched> o;
  server_world other;
  log_watch watch(*other.chat);
  watch.async_receive(o.handler());
  other.chat.reset();
  other.run();
  CHECK(o.got.at(0).error().code == errc::server_stopping);
  watch.async_receive(o.handler());
  other.run();
  CHECK(o.got.size() == 2);
}

TEST_CASE("a watch that is destroyed ends the wait") {
  server_world w;
  outcome<watched> o;
  {
    log_watch watch(*w.chat);
    watch.async_receive(o.handler());
  }
  w.run();
  CHECK(o.got.at(0).error().code == boost::asio::error::operation_aborted);
}

TEST_CASE("cancellation: what a host says is stored all the same, and total does nothing") {
  using type = boost::asio::cancellation_type;
  for (const type t : {type::terminal, type::partial, type::total}) {
    server_world w;
    host_member system(*w.chat, "system");
    outcome<position> o;
    boost::asio::cancellation_signal signal;
    // In one turn, so that the answer has not come yet.
    boost::asio::post(w.context, [&] {
      system.async_post({.room = "den", .text = "x"},
                        boost::asio::bind_cancellation_slot(signal.slot(), o.handler()));
      signal.emit(t);
      CHECK(o.got.empty());
    });
    w.run();
    REQUIRE(o.got.size() == 1);
    if (t == type::total)
      CHECK(o.got[0].value().offset == 1);
    else
      CHECK(o.got[0].error().code == boost::asio::error::operation_aborted);
    signal.emit(t); // late: about nothing
    outcome<history_page> page;
    system.async_history("den", {}, page.handler());
    w.run();
    CHECK(page.got.at(0).value().entries.size() == 1);
  }
}

TEST_CASE("cancellation: reading a log ends, and a late signal ends no other") {
  using type = boost::asio::cancellation_type;
  for (const type t : {type::terminal, type::partial, type::total}) {
    server_world w;
    host_member system(*w.chat, "system");
    outcome<history_page> first;
    outcome<history_page> second;
    boost::asio::cancellation_signal signal;
    boost::asio::post(w.context, [&] {
      system.async_history("den", {},
                           boost::asio::bind_cancellation_slot(signal.slot(), first.handler()));
      signal.emit(t);
      system.async_history("den", {}, second.handler());
      signal.emit(t);
    });
    w.run();
    REQUIRE(first.got.size() == 1);
    CHECK(first.got[0].error().code == boost::asio::error::operation_aborted);
    REQUIRE(second.got.size() == 1);
    CHECK(second.got[0].has_value());
  }
}

TEST_CASE("what a host has under way ends with the server") {
  server_world w;
  host_member system(*w.chat, "system");
  outcome<position> o;
  outcome<history_page> page;
  outcome<void> reload;
  error_code stopped;
  const auto alice = w.log_in("alice");
  alice->stop_reading();
  system.async_post({.room = "den", .text = "x"}, o.handler());
  system.async_history("den", {}, page.handler());
  w.chat->async_reload_storage({}, reload.handler());
  w.chat->async_stop([&](const error_code& e) { stopped = e; });
  w.chat.reset();
  CHECK(o.got.empty());
  w.run();
  CHECK(o.got.at(0).error().code == boost::asio::error::operation_aborted);
  CHECK(page.got.at(0).error().code == boost::asio::error::operation_aborted);
  REQUIRE(reload.got.size() == 1); // there is nothing to reload in memory: it had ended
  CHECK(stopped == boost::asio::error::operation_aborted);
}
