// A journal that fails: the sender is told, and no member sees an entry that is not stored.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using test::as_page;
using test::domain_world;
using test::heard;
using test::person;

namespace {

const failure disk_full = fail(errc::storage_failed, "the disk is full");
const failure io_error{error_code(EIO, boost::system::system_category()),
                       "/var/lib/x/chat.db: Input/output error"};

} // namespace

TEST_CASE("a message that is not kept is refused, and nobody hears it") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.log.broken = disk_full;
  w.send(alice, "lost", "m1");
  w.type(alice, "/topic lost", {}, "r1");
  w.run();
  CHECK(alice.news() == heard{"refused[m1] storage_failed: the disk is full",
                              "refused[r1] storage_failed: the disk is full"});
  CHECK(bob.news().empty());
  CHECK(w.counters.entries == 0);
  CHECK(w.hub.room_of(*alice.self, "").value()->topic().empty());

  w.log.broken.reset();
  w.send(alice, "lost", "m1"); // the same id once more: it never was
  w.run();
  CHECK(alice.news() == heard{"ack m1 lobby@1"});
  CHECK(bob.news() == heard{"lobby@1 alice: lost"});
}

TEST_CASE("an error of the system is told as storage_failed, without its details") {
  domain_world w;
  person& alice = w.in("alice");
  w.log.broken = io_error;
  w.send(alice, "lost", "m1");
  w.hub.room_of(*alice.self, "")
      .value()
      ->read_history(*alice.self, {log_range::side::after, {}, 10}, "h1", as_page);
  w.run();
  CHECK(alice.news() ==
        heard{"refused[m1] storage_failed: the room's log cannot be used now; try again later",
              "refused[h1] storage_failed: the room's log cannot be used now; try again later"});
}

TEST_CASE("a failure whose sender has gone is told to no member") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.log.broken = disk_full;
  w.send(alice, "lost", "m1");
  w.leave(alice);
  w.run();
  CHECK(bob.news() == heard{"lobby -alice"});
}

TEST_CASE("a room whose log cannot be opened is left again, and can be joined later") {
  domain_world w;
  person& alice = w.enter("alice");
  person& bob = w.enter("bob");
  w.log.broken = disk_full;
  w.hub.join(*alice.self, "den", "r1").value();
  w.hub.join(*bob.self, "den", "r2").value();
  w.run();
  CHECK(alice.news() ==
        heard{"den +alice", "den +bob", "refused[r1] storage_failed: the disk is full"});
  CHECK(bob.news() ==
        heard{"den +bob", "den -alice", "refused[r2] storage_failed: the disk is full"});
  CHECK(alice.self->memberships().empty());
  CHECK(w.hub.rooms().empty());

  w.log.broken.reset();
  w.hub.join(*alice.self, "den", "r3").value();
  w.run();
  CHECK(alice.news() == heard{"den +alice", "state[r3] den head 0 topic '' members alice"});
}

TEST_CASE("a message into a room whose log cannot be followed is acknowledged when it is kept") {
  domain_world w;
  person& alice = w.enter("alice");
  w.log.broken = disk_full;
  w.hub.join(*alice.self, "den", "r1").value();
  w.log.broken.reset(); // only for a moment
  w.send(alice, "kept", "m1", "den");
  w.run();
  CHECK(alice.news() ==
        heard{"den +alice", "refused[r1] storage_failed: the disk is full", "ack m1 den@1"});
  CHECK_FALSE(alice.ear.held);
  w.hub.join(*alice.self, "den", "r2").value();
  w.run();
  CHECK(alice.news() == heard{"den +alice", "state[r2] den head 1 topic '' members alice"});
}
