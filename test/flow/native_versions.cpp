// Clients of both versions of the native protocol in one room: whoever speaks which, it is the same
// conversation.
#include "support/catch.hpp"
#include "support/chat_world.hpp"

#include <asio_chat/client.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::test;

namespace {

/// A client of the library, in the version that it insists on.
class person {
 public:
  person(chat_world& w, const std::string& name, const std::string& alpn, resume_state before = {})
      : world_(w) {
    client_config c;
    c.host = "localhost";
    c.port = w.at.port();
    c.name = name;
    c.history = 50;
    c.tls.ca_file = certificates().ca_certificate;
    c.tls.alpn = {alpn};
    c.resume = std::move(before);
    chat_.emplace(w.context, std::move(c));
    bool in = false;
    chat_->async_connect([&](error_code e, const connected& now) {
      REQUIRE_FALSE(e);
      CHECK(now.tls.alpn == alpn);
      in = true;
    });
    REQUIRE(w.until([&] { return in; }));
    receive();
  }

  acknowledged say(const std::string& text, const std::string& id = {}) {
    std::optional<acknowledged> answer;
    const outgoing_message what{"lobby", text, id};
    chat_->async_send(what, [&](error_code e, const acknowledged& a) {
      REQUIRE_FALSE(e);
      answer = a;
    });
    REQUIRE(world_.until([&] { return answer.has_value(); }));
    return *answer;
  }
  /// Many at a time, `1`, `2`, ... and what follows the number in each; returns the positions of
  /// their acknowledgements.
  std::vector<position> say_all(std::size_t n, const std::string& rest = {}) {
    std::vector<position> acks;
    for (std::size_t i = 1; i <= n; ++i)
      chat_->async_send("lobby", std::to_string(i) + rest,
                        [&acks](error_code e, const acknowledged& a) {
                          REQUIRE_FALSE(e);
                          acks.push_back(a.at);
                        });
    REQUIRE(world_.until([&] { return acks.size() == n; }));
    return acks;
  }
  reply ask(const std::string& line) {
    std::optional<reply> answer;
    chat_->async_command("lobby", line, [&](error_code e, const reply& r) {
      REQUIRE_FALSE(e);
      answer = r;
    });
    REQUIRE(world_.until([&] { return answer.has_value(); }));
    return *answer;
  }
  std::string refusal_of(const std::string& text) {
    bool refused = false;
    chat_->async_send("lobby", text, why_, [&](error_code e, const acknowledged&) {
      REQUIRE(e);
      refused = true;
    });
    REQUIRE(world_.until([&] { return refused; }));
    return why_.message();
  }
  history_page page() {
    std::optional<history_page> answer;
    chat_->async_history("lobby", {log_range::side::before, {}, 100},
                         [&](error_code e, const history_page& p) {
                           REQUIRE_FALSE(e);
                           answer = p;
                         });
    REQUIRE(world_.until([&] { return answer.has_value(); }));
    return *answer;
  }
  resume_state leave() {
    bool closed = false;
    chat_->async_close([&](error_code e) { closed = !e; });
    REQUIRE(world_.until([&] { return closed; }));
    return state();
  }
  resume_state state() const { return chat_->saved_state(); }
  /// From the next event on the client keeps what comes, up to its bound, and then does not read.
  void stop_receiving() { receives_ = false; }
  void go_on_receiving() {
    receives_ = true;
    receive();
  }
  template <class T>
  std::vector<T> heard() const {
    std::vector<T> all;
    for (const client_event& e : events_)
      if (const auto* one = std::get_if<T>(&e)) all.push_back(*one);
    return all;
  }
  bool hears(std::size_t entries) {
    // Asked after each handler: nothing is copied.
    return world_.until([&] {
      const auto is_entry = [](const client_event& e) { return std::holds_alternative<entry>(e); };
      return static_cast<std::size_t>(std::ranges::count_if(events_, is_entry)) >= entries;
    });
  }
  ~person() {
    receives_ = false;
    chat_.reset();
    world_.context.restart();
    world_.context.poll();
  }

 private:
  void receive() {
    chat_->async_receive([this](error_code e, client_event v) {
      if (e) return;
      events_.push_back(std::move(v));
      if (receives_) receive();
    });
  }

  chat_world& world_;
  diagnostics why_;
  bool receives_ = true;
  std::optional<client> chat_;
  std::vector<client_event> events_;
};

template <class Conversation>
void between_all_versions(Conversation conversation, const server_config& config = {},
                          const server_hooks& hooks = {}) {
  for (const std::string one : {native_alpn, compact_alpn}) {
    for (const std::string other : {native_alpn, compact_alpn}) {
      INFO(one << ", " << other);
      chat_world w(config, hooks);
      conversation(w, one, other);
    }
  }
}

} // namespace

TEST_CASE("both versions: what is said is heard as it was acknowledged") {
  between_all_versions([](chat_world& w, const std::string& one, const std::string& other) {
    person alice(w, "alice", one);
    person bob(w, "bob", other);
    const acknowledged first = alice.say("hello\nthere");
    const acknowledged second = bob.say("hi");
    CHECK_FALSE(first.duplicate);
    REQUIRE(bob.hears(1));
    REQUIRE(alice.hears(1));
    const entry heard = bob.heard<entry>().front();
    CHECK(heard.from == "alice");
    CHECK(heard.text == "hello\nthere");
    CHECK(heard.at == first.at);
    CHECK(heard.time == first.time);
    CHECK(alice.heard<entry>().front().at == second.at);
    CHECK(second.at.offset == first.at.offset + 1);
  });
}

TEST_CASE("both versions: a flood comes in its order, and each message is acknowledged") {
  between_all_versions([](chat_world& w, const std::string& one, const std::string& other) {
    person alice(w, "alice", one);
    person bob(w, "bob", other);
    const auto acks = alice.say_all(2'000);
    REQUIRE(bob.hears(2'000));
    const auto heard = bob.heard<entry>();
    for (std::size_t n = 0; n < heard.size(); ++n) {
      REQUIRE(heard[n].text == std::to_string(n + 1));
      REQUIRE(heard[n].at == acks[n]);
    }
  });
}

TEST_CASE("both versions: who comes later hears what was said before, from everybody") {
  between_all_versions([](chat_world& w, const std::string& one, const std::string& other) {
    person alice(w, "alice", one);
    alice.say("from alice");
    {
      person gone(w, "gone", other);
      gone.say("from one who has gone");
    }
    person late(w, "late", other);
    REQUIRE(late.hears(2));
    CHECK(late.heard<entry>()[0].from == "alice");
    CHECK(late.heard<entry>()[1].from == "gone");
    alice.say("still here");
    person newest(w, "newest", other);
    newest.say("and me");
    REQUIRE(late.hears(4));
    CHECK(late.heard<entry>()[2].from == "alice");
    CHECK(late.heard<entry>()[3].from == "newest");
  });
}

TEST_CASE("both versions: commands, pages and refusals") {
  between_all_versions([](chat_world& w, const std::string& one, const std::string& other) {
    person alice(w, "alice", one);
    person bob(w, "bob", other);
    const reply who = alice.ask("/who");
    REQUIRE(who.as<answers::members>() != nullptr);
    CHECK(who.as<answers::members>()->names == std::vector<std::string>{"alice", "bob"});
    alice.ask("/topic tea");
    alice.ask("/me waves");
    alice.ask("/msg bob between us");
    alice.ask("/nick ally");
    alice.say("as ally");
    CHECK(alice.refusal_of("\u200b").find("nothing") != std::string::npos);
    REQUIRE(bob.hears(3));
    const auto heard = bob.heard<entry>();
    CHECK(heard[0].kind == entry_kind::topic);
    CHECK(heard[1].kind == entry_kind::action);
    CHECK(heard[2].from == "ally");
    CHECK(bob.heard<direct_message>().size() == 1);
    CHECK(bob.heard<member_renamed>().front().to == "ally");
    const history_page page = bob.page();
    REQUIRE(page.entries.size() == 3);
    CHECK(page.entries[2].text == "as ally");
    CHECK(page.entries[2].room == "lobby");
  });
}

TEST_CASE("both versions: who comes back hears what was missed, in whichever version it is then") {
  between_all_versions([](chat_world& w, const std::string& one, const std::string& other) {
    person alice(w, "alice", one);
    resume_state state;
    {
      person bob(w, "bob", one);
      alice.say("first");
      REQUIRE(bob.hears(1));
      state = bob.leave();
    }
    alice.say("missed");
    alice.say("missed as well");
    person bob(w, "bob", other, state);
    REQUIRE(bob.hears(2));
    CHECK(bob.heard<entry>()[0].text == "missed");
    CHECK(bob.heard<entry>()[1].text == "missed as well");
    CHECK(bob.heard<entries_missed>().empty());
  });
}

TEST_CASE("both versions: who does not read is fed from the log later, and misses nothing") {
  server_config config;
  config.limits.outbox_pause_bytes = 64 * 1024;
  between_all_versions(
      [](chat_world& w, const std::string& one, const std::string& other) {
        person alice(w, "alice", one);
        person bob(w, "bob", other);
        person slow(w, "slow", other);
        slow.stop_receiving();
        // More than sockets, outbox and the client's queue hold.
        constexpr std::size_t all = 1'500;
        alice.say_all(all, std::string(8'000, 'x'));
        REQUIRE(bob.hears(all));
        CHECK(slow.heard<entry>().size() < all);
        slow.go_on_receiving();
        REQUIRE(slow.hears(all));
        const auto heard = slow.heard<entry>();
        const auto in_time = bob.heard<entry>();
        for (std::size_t n = 0; n < all; ++n)
          REQUIRE(heard[n] == in_time[n]);
        CHECK(slow.heard<entries_missed>().empty());
        alice.say("live again");
        REQUIRE(slow.hears(all + 1));
      },
      config);
}

TEST_CASE("both versions: a message with an id of one's own is stored once, in whichever version "
          "it comes again") {
  between_all_versions([](chat_world& w, const std::string& one, const std::string& other) {
    person bob(w, "bob", other);
    std::optional<acknowledged> first;
    resume_state state;
    {
      person alice(w, "alice", one);
      first = alice.say("order", "order-1");
      state = alice.leave();
    }
    person alice(w, "alice", other, state);
    const acknowledged again = alice.say("order", "order-1");
    CHECK(again.duplicate);
    CHECK(again.at == first->at);
    alice.say("another");
    REQUIRE(bob.hears(2));
    CHECK(bob.heard<entry>()[1].text == "another");
  });
}

TEST_CASE("both versions: two connections of one member hear each other") {
  server_hooks by_name;
  by_name.authenticate = [](const login_request& asked, const login_answer_handler& answer) {
    answer(login_accepted{.user = asked.name});
  };
  between_all_versions(
      [](chat_world& w, const std::string& one, const std::string& other) {
        person bob(w, "bob", one);
        person phone(w, "alice", one);
        person laptop(w, "alice", other);
        phone.say("from the phone");
        laptop.say("from the laptop");
        REQUIRE(bob.hears(2));
        REQUIRE(phone.hears(1));
        REQUIRE(laptop.hears(1));
        CHECK(bob.heard<entry>()[0].from == "alice");
        CHECK(laptop.heard<entry>()[0].text == "from the phone");
        CHECK(phone.heard<entry>()[0].text == "from the laptop");
      },
      {}, by_name);
}
