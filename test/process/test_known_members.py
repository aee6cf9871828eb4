"""Another account under a name that one has heard from: the client says so (docs/client.md)."""

import json
import stat
import subprocess

import pytest

from clients import home
from programs import BIN, PATIENCE, Daemon, clean_environment
from test_client_fullscreen import FullScreen
from test_people import account, log_in


@pytest.fixture
def named(tmp_path):
    """A daemon with an account that is made anew while it is down, on the same port."""
    data, ports = tmp_path / "data", [0]

    def start(*again):
        for action in again:
            assert account(data, action, "alice").returncode == 0
        d = Daemon(tmp_path, "--password-memory", "8M", port=ports[0])
        ports[0] = d.port
        return d

    return start


class Json:
    """A program that talks by `--json`."""

    def __init__(self, d, home):
        self.process = subprocess.Popen(
            [BIN / "asio-chat", "--json", "--ca", d.ca, f"me@localhost:{d.port}"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=clean_environment(HOME=str(home)))
        self.until("room")

    def until(self, what):
        heard = []
        while not heard or heard[-1]["event"] != what:
            line = self.process.stdout.readline()
            assert line, (what, heard, self.process.stderr.read())
            heard.append(json.loads(line))
        return heard

    def end(self):
        self.process.communicate("/quit\n", timeout=PATIENCE)
        assert self.process.returncode == 0


def hear_alice(client, d, text):
    alice = log_in(d, "somebody", "alice")
    alice.send(text)
    heard = client.until("message")
    alice.close()
    return heard


def test_another_account_under_the_name_is_told_before_its_first_word(named, home):
    with named("add") as d:
        me = Json(d, home)
        heard = hear_alice(me, d, "it is me")
        assert "changed" not in [e["event"] for e in heard]
        proof = next(e["proof"] for e in heard if e["event"] == "joined" and e["name"] == "alice")
        assert len(proof) == 16
        me.end()
        d.stop()
    kept = home / ".local/state/asio-chat-client" / f"localhost:{d.port}.members"
    assert proof + " alice\n" in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    # A new start is no other account.
    with named() as d:
        me = Json(d, home)
        assert "changed" not in [e["event"] for e in hear_alice(me, d, "it is me")]
        me.end()
        d.stop()
    with named("delete", "add") as d:
        me = Json(d, home)
        heard = hear_alice(me, d, "it is me")
        events = [e["event"] for e in heard]
        assert events.index("changed") < events.index("message"), heard
        assert next(e for e in heard if e["event"] == "changed") == {
            "event": "changed", "room": "lobby", "name": "alice"}
        assert "changed" not in [e["event"] for e in hear_alice(me, d, "again")]
        me.end()
        d.stop()


def test_a_person_is_warned_in_the_full_screen(named, home):
    with named("add") as d:
        t = FullScreen(f"me@localhost:{d.port}", "--ca", d.ca, home=home, columns=120).ready()
        alice = log_in(d, "somebody", "alice")
        alice.send("it is me")
        assert t.sees("it is me")
        alice.close()
        t.types("/quit\r")
        assert t.ends() == 0
        d.stop()
    with named("delete", "add") as d:
        t = FullScreen(f"me@localhost:{d.port}", "--ca", d.ca, home=home, columns=120).ready()
        alice = log_in(d, "somebody", "alice")
        alice.send("it is me again")
        assert t.sees("it is me again")
        rows = t.lines
        warned = next(i for i, l in enumerate(rows) if "this is not the alice of before" in l)
        assert warned < next(i for i, l in enumerate(rows) if "it is me again" in l), rows
        t.types("/quit\r")
        assert t.ends() == 0


def test_a_full_disk_is_told_and_the_chat_goes_on(named, home):
    with named("add") as d:
        state = home / ".local/state/asio-chat-client"
        state.mkdir(parents=True, mode=0o700)
        (state / f"localhost:{d.port}.members.unfinished").symlink_to("/dev/full")
        me = Json(d, home)
        hear_alice(me, d, "it is me")
        out, err = me.process.communicate("still here\n/quit\n", timeout=PATIENCE)
        assert me.process.returncode == 0 and '"acknowledged"' in out, out
        assert "may go unnoticed the next time" in err, err
