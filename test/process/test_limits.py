"""Every limit that is set at the start: met, exceeded, told, and lifted by a larger one, or when there is room again.

Limits that change while the server runs are in test/unit/domain/each_limit.cpp and test/unit/net/admission_control.cpp.
"""

import json
import re
import socket
import subprocess

import pytest

from programs import BIN, PATIENCE, ROOT, Daemon, Native, clean_environment, until

def come(d, name, **hello):
    client = Native(d, name, **hello)
    client.send(type="join", room="lobby", ref="in")
    client.hear(type="room")
    return client


def say(client, text, room="lobby"):
    """The answer: an ack or an error."""
    id = f"{len(text)}-{text[:8]}"
    client.send(type="send", room=room, id=id, text=text)
    while True:
        answer = json.loads(client.wire.receive())
        if id in (answer.get("id"), answer.get("ref")):
            return answer
        client.others.append(answer)


def join(client, room):
    client.send(type="join", room=room, ref=room)
    while True:
        answer = json.loads(client.wire.receive())
        if answer.get("ref") == room or (answer["type"] == "room" and answer["room"] == room):
            return answer


def ends(client):
    """The reason for the end, once it has come."""
    last = {}
    try:
        while True:
            last = json.loads(client.wire.receive())
    except EOFError:
        return last["phrase"]


def connections(start):
    with start("max-connections", 2) as d:
        alice, bob = come(d, "alice"), come(d, "bob")
        with socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE) as third:
            assert third.recv(1) == b""
        assert until(lambda: re.search("Refusing connections.*max-connections", d.log))
        bob.send(type="bye")
        ends(bob)
        bob.wire.close()

        def comes_in():
            try:
                return come(d, "carol")
            except OSError:  # bob's place is not free yet
                return None
        assert until(comes_in)
        alice.has_answered()


def text(start):
    with start("max-text", 100) as d:
        alice = come(d, "alice")
        assert say(alice, "x" * 100)["type"] == "ack"
        refused = say(alice, "x" * 101)
        assert refused["code"] == "text_too_long" and "100" in refused["message"]
    with start("max-text", 101) as d:
        assert say(come(d, "alice"), "x" * 101)["type"] == "ack"


def name(start):
    with start("max-name", 12) as d:
        alice = come(d, "a" * 12)
        refused = alice.command("/nick " + "b" * 13)
        assert refused["code"] == "name_invalid" and "12" in refused["message"]
    with start("max-name", 13) as d:
        assert come(d, "alice").command("/nick " + "b" * 13)["type"] != "error"


def rooms(start):
    with start("max-rooms", 2) as d:
        alice, bob = come(d, "alice"), come(d, "bob")
        assert join(alice, "den")["type"] == "room"
        refused = join(bob, "third")
        assert refused["code"] == "too_many_rooms" and "2 rooms, which is the most here" in refused["message"]
        alice.command("/leave den")
        assert join(bob, "third")["type"] == "room"


def rooms_of_a_member(start):
    with start("rooms-per-member", 2) as d:
        alice = come(d, "alice")
        assert join(alice, "den")["type"] == "room"
        refused = join(alice, "third")
        assert refused["code"] == "too_many_rooms"
        assert "you are in 2 rooms, which is the most; leave one first" in refused["message"]
        alice.command("/leave den")
        assert join(alice, "third")["type"] == "room"


def connections_of_a_member(start):
    def device(d, name):
        client = come(d, name)
        client.command("/login alice correct-horse")
        return client

    def owner(d):
        client = come(d, "alice")
        client.command("/register correct-horse")
        return client

    with start("member-connections", 1) as d:
        first = owner(d)
        second = device(d, "phone")
        assert ends(first) == "you came in over another connection"
        second.has_answered()
    with start("member-connections", 2) as d:
        first, second = owner(d), device(d, "phone")
        # A device that comes back takes its own place.
        again = come(d, "alice", resume=second.token)
        assert ends(second) == "you came in over another connection"
        first.has_answered()
        third = device(d, "tablet")
        assert ends(first) == "you came in over as many others as you may"
        again.has_answered()
        third.has_answered()
        # A guest has one connection.
        guest = come(d, "bob")
        come(d, "bob", resume=guest.token).has_answered()
        assert ends(guest) == "you came in over another connection"


def presence(start):
    with start("presence-limit", 2) as d:
        alice = come(d, "alice")
        others = [come(d, "bob"), come(d, "carol")]
        others[1].has_answered()
        alice.has_answered()
        assert [m["name"] for m in alice.others if m.get("kind") == "joined"] == ["alice", "bob"]


def handshake(start):
    with start("handshake-timeout", "100ms") as d:
        with socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE) as silent:
            assert silent.recv(1) == b""
        assert until(lambda: re.search("handshake with .* failed.*not done in time", d.log))


def login(start):
    with start("login-timeout", "100ms") as d:
        assert "no login in time" in ends(Native(d))


def silence(start):
    with start("idle-timeout", "1s") as d:
        assert ends(come(d, "alice")) == "nothing was heard for 1 s"


# What is shown here, and where the tests of the others are.
HERE = {
    "max-connections": connections, "max-text": text, "max-name": name, "max-rooms": rooms,
    "rooms-per-member": rooms_of_a_member, "member-connections": connections_of_a_member,
    "presence-limit": presence, "handshake-timeout": handshake, "login-timeout": login, "idle-timeout": silence,
}
# Their tests need a disk that waits, a peer that takes nothing, or hours; each is in the file that is named.
ELSEWHERE = {
    "outbox-limit": ("unit/net/session.cpp", "who asks for more at once than may wait for them is closed"),
    "outbox-pause": ("unit/net/session.cpp", "what waits for a peer that does not read is bounded"),
    "outbox-total": ("unit/server/stopped_readers.cpp", "keep no more in memory than all may"),
    "max-under-way": ("unit/net/session.cpp", "the messages of a member that are not stored yet are bounded"),
    "stall-timeout": ("unit/net/session.cpp", "a peer that takes nothing is cut off in the stall time"),
    "close-timeout": ("unit/net/session.cpp", "each phase of a session has its time"),
    "drain-timeout": ("flow/session.cpp", "C21: stopping is bounded though a client never answers the goodbye"),
    "sleep-after": ("flow/sleeping.cpp", "with a time of 0 nobody sleeps"),
    "default-room": None, "sender-addresses": None,  # no limits
}
# Those that /limits changes: each_limit.cpp and admission_control.cpp.
WHILE_IT_RUNS = {"max-strangers", "max-handshakes", "strangers-per-address", "strangers-per-network",
                 "strangers-memory", "max-penalty", "limit-loopback"}


@pytest.mark.parametrize("setting", HERE)
def test_a_limit_is_met_exceeded_told_and_lifted(setting, tmp_path):
    starts = iter("ab")

    def start(name, value):
        directory = tmp_path / next(starts)
        directory.mkdir()
        return Daemon(directory, f"--{name}", value)

    HERE[setting](start)


def test_no_limit_of_the_start_is_without_a_test():
    shown = subprocess.run([BIN / "asio-chatd", "--print-config"], capture_output=True, text=True, check=True,
                           timeout=PATIENCE, env=clean_environment()).stdout
    of_groups = {group: set(re.findall(r"^(?:# )?([a-z-]+) (?:=|is not set)", rows, re.M))
                 for group, rows in re.findall(r"^# (\w+)\n((?:.+\n)+)", shown, re.M)}
    settings = of_groups["Limits"] | of_groups["Rooms"]
    assert settings - WHILE_IT_RUNS == set(HERE) | set(ELSEWHERE)
    for test in filter(None, ELSEWHERE.values()):
        file, name = test
        text = re.sub(r'"\s+"', "", (ROOT / "test" / file).read_text())
        assert re.search(rf'TEST_CASE\(\s*"[^"]*{re.escape(name)}', text), test
