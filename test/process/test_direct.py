"""What two accounts say to each other alone: over restarts and kills, by each kind of client, and by nobody else."""

import signal
import subprocess

from programs import BIN, PATIENCE, Native, clean_environment
from test_client_fullscreen import FullScreen
from test_people import PASSWORD, daemon, good, log_in


def accounts(tmp_path, *names):
    for name in names:
        good(tmp_path / "data", "add", name)


def test_who_was_away_hears_it_when_they_come_also_after_a_restart(tmp_path):
    accounts(tmp_path, "alice", "bob")
    with daemon(tmp_path) as d:
        alice = log_in(d, "guest1", "alice")
        alice.send("/msg bob are you there?")
        alice.hear("* to bob: are you there? *")
        assert d.stop() == 0
    with daemon(tmp_path) as d:
        bob = log_in(d, "guest2", "bob")
        bob.hear("[private] alice: are you there?")
        bob.send("/msg alice now I am")
        bob.hear("* to alice: now I am *")
        bob.send("/quit")
        bob.hear("* goodbye *")
        once = log_in(d, "guest3", "bob")
        once.send("/who")
        assert not [line for line in once.hear("* online: bob *") if "private" in line]
        alice = log_in(d, "guest4", "alice")
        alice.hear("[private] bob: now I am")


def test_a_message_that_the_daemon_was_killed_over_is_kept_once_and_heard_once(tmp_path):
    accounts(tmp_path, "alice", "bob")
    tokens = {}
    with daemon(tmp_path) as d:
        for name in ("alice", "bob"):
            client = Native(d, f"guest-{name}", direct="rooms")
            client.command(f"/login {name} {PASSWORD}")
            tokens[name] = client.token
        alice = Native(d, "alice", direct="rooms", resume=tokens["alice"])
        alice.send(type="join", ref="j", room="@bob")
        alice.hear(type="room", ref="j")
        for n in range(20):
            alice.send(type="send", id=f"m{n}", room="@bob", text=f"text {n}")
        alice.hear(type="ack", id="m3") # of the others it is not known
        d.stop(signal.SIGKILL)
    with daemon(tmp_path) as d:
        alice = Native(d, "alice", direct="rooms", resume=tokens["alice"])
        alice.send(type="join", ref="j", room="@bob")
        for n in range(20):
            alice.send(type="send", id=f"m{n}", room="@bob", text=f"text {n}")
        for n in range(20):
            ack = alice.hear(type="ack", id=f"m{n}")
            assert ack["room"] == "@bob" and ack["position"]["offset"] == n + 1
        bob = Native(d, "bob", direct="rooms", resume=tokens["bob"])
        bob.send(type="join", ref="all", room="@")
        assert bob.hear(type="room")["room"] == "@alice"
        heard = [bob.hear(type="event", kind="message") for _ in range(20)]
        assert [e["text"] for e in heard] == [f"text {n}" for n in range(20)]
        assert {e["from"] for e in heard} == {"alice"}
        bob.command("/read", room="@alice")
        again = Native(d, "bob", direct="rooms", resume=tokens["bob"])
        again.send(type="join", ref="all", room="@")
        again.hear(ref="all")
        again.has_answered()
        assert not [m for m in again.others if m.get("kind") == "message"]


def test_an_older_client_hears_each_by_itself_and_can_go_into_the_room(tmp_path):
    accounts(tmp_path, "alice", "bob")
    with daemon(tmp_path) as d:
        alice = log_in(d, "guest1", "alice")
        alice.send("/msg bob one")
        alice.hear("* to bob: one *")
        bob = Native(d, "guest2")
        bob.command(f"/login bob {PASSWORD}")
        event = bob.hear(type="event", kind="direct")
        assert (event["from"], event["to"], event["text"]) == ("alice", "bob", "one")
        bob.send(type="join", ref="j", room="@alice", history=10)
        assert bob.hear(type="room", ref="j")["room"] == "@alice"
        assert bob.hear(type="event", kind="message")["text"] == "one"
        alice.send("/msg bob two")
        assert bob.hear(type="event", kind="message")["text"] == "two"
        bob.has_answered()
        assert not [m for m in bob.others if m.get("kind") == "direct"]


def test_two_full_screens_have_the_conversation_with_its_history(tmp_path):
    accounts(tmp_path, "alice", "bob")
    with daemon(tmp_path) as d:
        def come(name):
            home = tmp_path / name
            home.mkdir()
            screen = FullScreen(f"guest-{name}@127.0.0.1:{d.port}", "--ca", d.ca, home=home)
            assert screen.ready()
            screen.says(f"/login {name} {PASSWORD}")
            assert screen.sees(f"you are logged in as {name}")
            return screen
        alice = come("alice")
        alice.says("/query bob")
        alice.says("hello, bob")
        alice.says("/me waves")
        assert alice.sees("~ alice │ waves")
        bob = come("bob")
        assert bob.sees("@alice")
        bob.types("\x1ba")
        assert bob.sees("alice │ hello, bob") and bob.sees("~ alice │ waves")
        bob.says("hello, alice")
        assert alice.sees("bob │ hello, alice")
        bob.says("/search waves")
        assert bob.sees("1 found in @alice")
        for one in (alice, bob):
            assert one.says("/quit").ends() == 0


def test_the_operator_of_the_machine_exports_it_by_both_names_and_by_no_other(tmp_path):
    accounts(tmp_path, "alice", "bob", "carl")
    with daemon(tmp_path) as d:
        alice = log_in(d, "guest1", "alice")
        alice.send("/msg bob the word is tea")
        alice.hear("* to bob: the word is tea *")
        assert d.stop() == 0

    def tool(command, *arguments):
        return subprocess.run([BIN / "asio-chatd", command, *arguments, "--data", str(tmp_path / "data")],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
                              env=clean_environment())
    for name in ("@bob", "bob", "lobby", "@alice,carl"):
        done = tool("export", name)
        assert done.returncode != 0 and "tea" not in done.stdout + done.stderr
        assert "-" not in done.stderr.split("there ")[-1], done.stderr
    assert "there is no account 'nobody'" in tool("export", "@alice,nobody").stderr
    for names in ("@alice,bob", "@bob,@alice"):
        assert "alice: the word is tea" in tool("export", names).stdout
    assert "tea" in tool("export", "@alice,bob", "--format", "jsonl").stdout
    copy = tmp_path / "chat.db"
    assert tool("backup", str(copy)).returncode == 0
    assert tool("verify").returncode == 0
    # The accounts go, and what they have said can be had by nobody but by the name in the journal.
    good(tmp_path / "data", "delete", "bob")
    assert tool("export", "@alice,bob").returncode != 0
