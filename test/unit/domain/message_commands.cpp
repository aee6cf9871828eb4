// Messages: plain lines, /say, /me, /msg.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

TEST_CASE("plain lines and /say are messages, /me is an action") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.type(alice, "plain");
  w.type(alice, "/SAY /quit");
  w.type(alice, "//slash");
  w.type(alice, "/me waves");
  w.run();
  CHECK(bob.news() == heard{"lobby@1 alice: plain", "lobby@2 alice: /quit", "lobby@3 alice: /slash",
                            "lobby@4 alice* waves"});
}

TEST_CASE("C15: nothing to say is refused to its sender") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  for (const char* blank : {"", " ", "\t\r\n\v\f"})
    w.send(alice, blank, "m1");
  w.type(alice, "/me ", {}, "m1");
  w.run();
  CHECK(alice.news() == heard(4, "refused[m1] text_empty: there is nothing to say"));
  CHECK(bob.news().empty());
}

TEST_CASE("C15: what cannot be seen is no message, no action, no private message and no topic") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  for (const char* unseen : {"\u200B", "\uFEFF", "\u3000", "\u00AD \u2060", "\u202E", "\u3164"}) {
    INFO(unseen);
    w.send(alice, unseen, "m1");
    CHECK(alice.news() == heard{"refused[m1] text_empty: there is nothing to say"});
    w.type(alice, std::string("/me ") + unseen, {}, "m2");
    CHECK(alice.news() == heard{"refused[m2] text_empty: there is nothing to say"});
    w.type(alice, std::string("/msg bob ") + unseen, {}, "m3");
    CHECK(alice.news() ==
          heard{"refused[m3] bad_arguments: TEXT is missing; usage: /msg NAME TEXT"});
    w.type(alice, std::string("/topic ") + unseen, {}, "m4");
    CHECK(alice.news() == heard{"refused[m4] text_empty: a topic that cannot be seen is none; "
                                "/topic - removes it"});
  }
  w.send(alice, "\u200Bx", "m5");
  w.run();
  CHECK(bob.news() == heard{"lobby@1 alice: \u200Bx"});
}

TEST_CASE("C29: texts are trimmed, the limit is exact, longer ones are refused, not cut") {
  limits l;
  l.text_bytes = 500;
  domain_world w(l);
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.send(alice, " \n" + std::string(500, 'x') + " \n", "m1");
  w.send(alice, std::string(501, 'x'), "m2");
  w.run();
  CHECK(alice.news() == heard{"refused[m2] text_too_long: the text has 501 bytes; at most 500 are "
                              "allowed",
                              "ack m1 lobby@1"});
  CHECK(bob.news() == heard{"lobby@1 alice: " + std::string(500, 'x')});
}

TEST_CASE("C29: blanks before the first word are part of a text, empty lines before it are not") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.send(alice, "\n  \n\t if (x)\n   y();\n\n ", "m1");
  w.send(alice, "\n \t\n", "m2");
  w.run();
  CHECK(bob.news() == heard{"lobby@1 alice: \t if (x)\n   y();"});
  REQUIRE(alice.ear.all<refused>().size() == 1);
}

TEST_CASE("C29: the limit counts bytes, of the text as it will be told") {
  limits l;
  l.text_bytes = 6;
  domain_world w(l);
  person& alice = w.in("alice");
  w.send(alice, "äöü", "m1");
  w.send(alice, "äöüx", "m2");
  w.send(alice, "\xff\xff", "m3"); // two replacement characters: six bytes
  w.send(alice, "\xff\xff\xff", "m4");
  w.run();
  const auto refusals = alice.ear.all<refused>();
  REQUIRE(refusals.size() == 2);
  CHECK(refusals[0].ref == "m2");
  CHECK(refusals[1].ref == "m4");
}

TEST_CASE("C32 D19: what is told is clean, whatever was sent") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.type(alice, "a\xff\x1b[31mb\x07\nc");
  w.type(alice, "/me \xc2\x9b");
  w.type(alice, "/msg bob \x1b]0;x\x07");
  w.run();
  CHECK(bob.news() == heard{"lobby@1 alice: a\uFFFD\uFFFD[31mb\uFFFD\nc", "lobby@2 alice* \uFFFD",
                            "alice to bob: \uFFFD]0;x\uFFFD"});
}

TEST_CASE("/msg reaches one member, in whatever case, and is confirmed to its author") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("Bob", "den");
  person& carol = w.in("carol");
  w.settle();
  w.type(alice, "/msg bOB  between  us ", {}, "r");
  w.run();
  CHECK(bob.news() == heard{"alice to Bob: between  us"});
  CHECK(alice.ear.last<reply>().lines == std::vector<std::string>{"to Bob: between  us"});
  CHECK(alice.news() == heard{"reply[r] msg: "});
  CHECK(carol.news().empty());
  CHECK(w.counters.entries == 0); // not kept
}

TEST_CASE("/msg without a text, to an unknown name, or too long is refused") {
  limits l;
  l.text_bytes = 10;
  domain_world w(l);
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.type(alice, "/msg bob", {}, "r");
  w.type(alice, "/msg bob  ", {}, "r");
  CHECK(alice.news() ==
        heard(2, "refused[r] bad_arguments: TEXT is missing; usage: /msg NAME TEXT"));
  w.type(alice, "/msg nobody hello", {}, "r");
  CHECK(alice.news() == heard{"refused[r] no_such_member: nobody here is called nobody"});
  w.type(alice, "/msg bob " + std::string(11, 'x'), {}, "r");
  CHECK(alice.news() ==
        heard{"refused[r] text_too_long: the text has 11 bytes; at most 10 are allowed"});
  w.type(alice, "/msg " + std::string(1'000, 'n') + "\x1b x");
  CHECK(alice.ear.last<refused>().message == "nobody here is called " + std::string(40, 'n'));
  CHECK(bob.news().empty());
}

TEST_CASE("a member may send a private message to themselves") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/msg alice note");
  CHECK(alice.news() == heard{"alice to alice: note", "reply[] msg: "});
}
