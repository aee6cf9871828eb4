"""Settings against abuse, limits that operators change, and what they are told of those who are held back."""

import itertools
import json

from native_client import native_context
from programs import Daemon, LessonClient
from test_people import daemon, good, log_in


def hear_part(client, part):
    """The first line from now on with this in it."""
    while part not in (line := client.receive()):
        pass
    return line


def test_C49_a_spammer_is_refused_and_told_until_when_and_an_operator_sees_it(tmp_path):
    good(tmp_path / "data", "add", "olga", "--role", "operator")
    with daemon(tmp_path, "--abuse", "on", "--abuse-repeats", "2/60s") as d:
        bob = d.join("bob")
        mallory = d.join("mallory")
        for _ in range(3):
            mallory.send("buy this")
        assert "you may say it again in 30 s" in hear_part(mallory, "you have said this 2 times in 1 min")
        mallory.send("and now something else")
        assert bob.hear("mallory: and now something else").count("mallory: buy this") == 2
        olga = log_in(d, "guest", "olga")
        olga.send("/limits")
        assert "1 by settings against abuse" in hear_part(olga, "refused so far")
        hear_part(olga, "abuse-repeats = 2/1m")


def test_a_limit_that_an_operator_has_set_outlives_a_restart(tmp_path):
    good(tmp_path / "data", "add", "olga", "--role", "operator")
    with daemon(tmp_path) as d:
        olga = log_in(d, "guest", "olga")
        olga.send("/limits set abuse on")
        hear_part(olga, "abuse is on from now on, also after a restart; it was auto, and auto by configuration")
        olga.send("/limits set abuse-repeats 1/1h")
        hear_part(olga, "abuse-repeats is 1/1h from now on")
        assert d.stop() == 0
    with daemon(tmp_path, "--abuse-repeats", "9/1h") as d:
        assert "abuse-repeats is 1/1h, as olga has set it by /limits; the configuration has 9/1h" in d.log
        mallory = d.join("mallory")
        mallory.send("buy this")
        mallory.send("buy this")
        hear_part(mallory, "you have said this once in 1 h")
        olga = log_in(d, "guest", "olga")
        olga.send("/limits reset abuse-repeats")
        hear_part(olga, "abuse-repeats is 9/1h from now on")
        mallory.send("buy this")
        olga.hear("mallory: buy this")


def test_on_loopback_alone_nothing_is_refused_as_abuse(tmp_path):
    with Daemon(tmp_path) as d:
        alice = d.join("alice")
        bob = d.join("bob")
        for _ in range(30):
            alice.send("the same")
        alice.send("the end")
        assert bob.hear("alice: the end").count("alice: the same") == 30


def test_rooms_that_guests_leave_are_so_many_also_after_a_restart(tmp_path):
    numbers = itertools.count()
    limits = ["--abuse", "on", "--guest-rooms", "2", "--guest-room-age", "1h"]
    good(tmp_path / "data", "add", "olga", "--role", "operator")

    def leave_behind(d, *rooms):
        """Opens each room, says something, and goes; the answers to the joins."""
        hello = json.dumps({"type": "hello", "name": f"by{next(numbers)}", "history": 0})
        guest = LessonClient(d.port, d.ca, hello, context=native_context(d.ca))
        answers = []
        for room in rooms:
            guest.send(json.dumps({"type": "join", "room": room, "ref": room}))
            while (answer := json.loads(guest.receive())).get("ref") != room:
                pass
            answers.append(answer.get("message", answer["type"]))
            if answer["type"] == "room":
                guest.send(json.dumps({"type": "send", "room": room, "id": room, "text": "hello"}))
                while json.loads(guest.receive())["type"] != "ack":
                    pass
        guest.close()
        return answers

    full = ("guests have opened 2 rooms, which is the most here; join one that there is, see /rooms, or make an "
            "account, see /register: its rooms are not counted")
    with daemon(tmp_path, *limits) as d:
        assert leave_behind(d, "den", "attic", "cellar") == ["room", "room", full]
        assert d.stop() == 0
    with daemon(tmp_path, *limits) as d:
        assert leave_behind(d, "cellar", "attic") == [full, "room"]
        olga = log_in(d, "guest2", "olga")
        olga.send("/limits")
        line = hear_part(olga, "rooms of guests")
        assert "rooms of guests: 2 (at most 2), removed when nothing was said for 1h; removed so far: 0" in line
        olga.send("/limits set guest-rooms 3")
        hear_part(olga, "guest-rooms is 3 from now on")
        assert leave_behind(d, "cellar") == ["room"]
