"""How far an account has read: on all its devices, over restarts and kills, and gone with the room or the account."""

import json
import signal
import subprocess

from clients import Terminal
from programs import BIN, PATIENCE, Native, clean_environment
from test_client_fullscreen import FullScreen
from test_people import PASSWORD, daemon, good


def come(d, name, account, **hello):
    client = Native(d, name, **hello)
    client.command(f"/login {account} {PASSWORD}")
    return client


def join(client, room):
    client.send(type="join", ref="j", room=room, history=0)
    return client.hear(type="room", ref="j")


def say(client, room, *ids):
    for one in ids:
        client.send(type="send", id=one, room=room, text=one)
        client.hear(type="ack", id=one)


def tool(tmp_path, command, *arguments):
    return subprocess.run([BIN / "asio-chatd", command, *arguments, "--data", str(tmp_path / "data")],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
                          env=clean_environment())


def places(tmp_path, account):
    done = tool(tmp_path, "export", "--account", account)
    assert done.returncode == 0, done.stderr
    return {o["room"]: o["until"]["offset"] for o in map(json.loads, done.stdout.splitlines())
            if o["what"] == "read"}


def test_what_one_device_has_read_is_read_on_the_other_and_after_a_restart(tmp_path):
    good(tmp_path / "data", "add", "alice")
    good(tmp_path / "data", "add", "bob")
    with daemon(tmp_path) as d:
        alice = come(d, "guest1", "alice")
        laptop = come(d, "guest2", "bob")
        phone = come(d, "guest3", "bob")
        for one in (alice, laptop):
            assert "read" not in join(one, "den")
        assert phone.hear(type="room")["room"] == "den" # they are one member
        say(alice, "den", *"abcde")
        answer = laptop.command("/read 3", room="den")
        assert answer["items"] == ["den 3"] and answer["lines"] == []
        assert phone.hear(type="reply", ref="", command="read")["items"] == ["den 3"]
        assert d.stop() == 0
    assert places(tmp_path, "bob") == {"den": 3} and places(tmp_path, "alice") == {}
    with daemon(tmp_path) as d:
        bob = come(d, "guest2", "bob")
        state = join(bob, "den")
        assert (state["read"], state["head"]["offset"]) == (3, 5)
        assert bob.command("/read 5", room="den")["items"] == ["den 5"]
        assert d.stop() == 0
    assert tool(tmp_path, "verify").returncode == 0
    copy = tmp_path / "chat.db"
    assert tool(tmp_path, "backup", str(copy)).returncode == 0
    checked = tool(tmp_path, "verify", str(copy))
    assert checked.returncode == 0, checked.stderr


def test_a_killed_daemon_loses_no_more_than_the_last_seconds_and_never_goes_further(tmp_path):
    good(tmp_path / "data", "add", "bob")
    with daemon(tmp_path) as d:
        bob = come(d, "guest", "bob")
        join(bob, "den")
        say(bob, "den", *"abcde")
        for n in range(1, 6):
            bob.command(f"/read {n}", room="den")
        d.stop(signal.SIGKILL)
    with daemon(tmp_path) as d:
        bob = come(d, "guest", "bob")
        assert join(bob, "den").get("read", 0) <= 5
        assert bob.command("/read 5", room="den")["items"] == ["den 5"]


def test_it_goes_with_the_room_and_with_the_account(tmp_path):
    good(tmp_path / "data", "add", "bob")
    with daemon(tmp_path) as d:
        bob = come(d, "guest", "bob")
        for room in ("den", "hall"):
            join(bob, room)
            say(bob, room, room + "1", room + "2")
            bob.command("/read", room=room)
        assert d.stop() == 0
    assert places(tmp_path, "bob") == {"den": 2, "hall": 2}
    erased = tool(tmp_path, "erase", "den", "--yes")
    assert erased.returncode == 0, erased.stderr
    assert places(tmp_path, "bob") == {"hall": 2}
    assert tool(tmp_path, "verify").returncode == 0
    with daemon(tmp_path) as d:
        bob = come(d, "guest", "bob")
        assert "read" not in join(bob, "den") and join(bob, "hall")["read"] == 2
        assert d.stop() == 0
    good(tmp_path / "data", "delete", "bob")
    good(tmp_path / "data", "add", "bob")
    assert places(tmp_path, "bob") == {}


def test_what_a_person_has_seen_on_a_screen_is_not_new_elsewhere(tmp_path):
    for name in ("alice", "bob"):
        good(tmp_path / "data", "add", name)
    with daemon(tmp_path) as d:
        alice = come(d, "guest1", "alice")
        watch = come(d, "guest2", "bob")
        join(alice, "lobby")

        def person(kind, home):
            (tmp_path / home).mkdir()
            one = kind(f"guest-{home}@127.0.0.1:{d.port}", "--ca", d.ca, home=tmp_path / home)
            assert one.sees("TLSv1.3")
            one.says(f"/login bob {PASSWORD}")
            assert one.sees("you are logged in as bob")
            return one
        laptop = person(FullScreen, "laptop")
        say(alice, "lobby", "first", "second")
        assert laptop.sees("alice: second")
        while watch.hear(type="reply", ref="", command="read")["items"] != ["lobby 2"]:
            pass
        assert laptop.says("/quit").ends() == 0
        say(alice, "lobby", "third", "fourth", "fifth")
        phone = person(Terminal, "phone")
        assert phone.sees("[3 new in #lobby since you were here]")
        assert phone.says("/quit").ends() == 0
