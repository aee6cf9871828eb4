"""Rooms by key and rooms that keep less, as people use them: asio-chat, asio-chatd and its files."""

import json
import signal
import subprocess

import pytest

from clients import Daemon, Terminal, home, pipe
from programs import BIN, PATIENCE, clean_environment, until
from programs import Daemon as LoggingDaemon
from test_people import PASSWORD, good

KEY = "open sesame 4711"
OPTIONS = ("--password-memory", "8M")


@pytest.fixture
def server(tmp_path):
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    good(directory, "add", "carl")
    good(directory, "add", "dora")
    d = Daemon(directory, *OPTIONS)
    yield d
    if d.process.poll() is None:
        d.stop()


@pytest.fixture
def client(server, home):
    made = []

    def make(name, *arguments, **more):
        made.append(Terminal(f"{name}@{server.address}", "--ca", server.ca, *arguments, home=home, **more))
        return made[-1].ready()

    yield make
    for t in made:
        t.child.close(force=True)


def command(*arguments, data):
    return subprocess.run([BIN / "asio-chatd", *arguments, "--data", str(data)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=clean_environment(), timeout=PATIENCE)


def refused(t, times):
    assert until(lambda: t.look().raw.count(b"is private") == times), t.text


def keyed_den(client):
    """Carl's den, with the key."""
    carl = client("guest1", "--protocol", "1")
    carl.says(f"/login carl {PASSWORD}").sees("you are logged in as carl")
    carl.says("/join den").sees("[in #den")
    carl.says(f'/key "{KEY}"').sees("switched private on and set a key of this room")
    return carl


def test_a_key_is_asked_for_without_echo_and_is_in_no_file_of_either_side(server, client, home, tmp_path):
    carl = keyed_den(client)
    dora = client("guest2")
    dora.says(f"/login dora {PASSWORD}").sees("you are logged in as dora")
    dora.says("/join den").sees("key: /join den KEY. Enter /join den again to be asked for it")
    dora.says("/join den").sees("key of the room").says("not the key")
    refused(dora, 2)
    dora.says("/join den").sees("key of the room").says(KEY).sees("[in #den")
    gus = client("gus")
    gus.says(f'/join den "{KEY}"').sees("[in #den")
    carl.says("/invite").sees("invited into den: dora")
    for t in (carl, dora, gus):
        t.says("/quit")
        t.ends()
    assert KEY.encode() not in dora.raw and b"4711" not in gus.raw.replace(b"/join", b"")
    server.stop()
    for file in [*tmp_path.rglob("*")]:
        if file.is_file():
            assert b"4711" not in file.read_bytes(), file
    # An account needs it no more.
    server.start()
    again = client("guest3")
    again.says(f"/login dora {PASSWORD}").sees("you are logged in as dora").says("/join den").sees("[in #den")


def test_programs_get_a_code_of_its_own_and_a_key_goes_over_both_protocols(server, client, home):
    keyed_den(client)
    for protocol in ("1", "2"):
        done = pipe(server, f"bot{protocol}", "--protocol", protocol, "--json", text="/join den\n", home=home)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert any(a.get("code") == "key_required" for a in answers), done.stdout
        done = pipe(server, f"bot{protocol}", "--protocol", protocol, "--json", home=home,
                    text=f'/join den "{KEY}"\nhello of {protocol}\n')
        assert done.returncode == 0, done.stderr
        assert any(a.get("room") == "den" and a.get("event") == "acknowledged"
                   for a in map(json.loads, done.stdout.splitlines())), done.stdout


def test_wrong_keys_are_lines_of_the_log_and_whoever_guesses_waits(tmp_path, home):
    good(tmp_path / "data", "add", "carl")
    with LoggingDaemon(tmp_path, *OPTIONS) as d:
        made = []

        def client(name, *arguments):
            made.append(Terminal(f"{name}@localhost:{d.port}", "--ca", str(d.ca), *arguments, home=home))
            return made[-1].ready()

        try:
            keyed_den(client)
            eve = client("eve")
            for times in range(1, 5):
                eve.says("/join den wrong-4711")
                refused(eve, times)
            eve.says("/join den wrong-4711").sees("too many wrong keys or passwords; try again in")
        finally:
            for t in made:
                t.child.close(force=True)
        d.stop()
        assert "wrong key for the room den" in d.log
        assert "4711" not in d.log


def test_a_room_that_keeps_less_is_whole_for_verify_and_export(server, client, tmp_path):
    carl = client("guest1")
    carl.says(f"/login carl {PASSWORD}").sees("you are logged in as carl")
    carl.says("/join den").sees("[in #den")
    for i in range(1, 131):
        carl.types(f"line {i}\r")
    carl.sees("line 130")
    carl.says("/retention").sees("den keeps as much as the server does")
    carl.says("/retention 100 messages").sees("let this room keep at most 100 messages")
    carl.says("/history 200")
    data = server.directory
    assert until(lambda: len(command("export", "den", data=data).stdout.splitlines()) <= 101)
    server.stop(signal.SIGKILL)
    server.start()
    server.stop()
    kept = command("export", "den", data=data).stdout
    assert "line 1\"" not in kept and "line 130" in kept
    verified = command("verify", data=data)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_an_erased_room_begins_anew_for_everybody(server, client):
    carl = keyed_den(client)
    carl.says("/ban mallory").sees("you have banned mallory from den")
    carl.says("/quit")
    carl.ends()
    server.stop()
    erased = command("erase", "den", "--yes", data=server.directory)
    assert erased.returncode == 0, erased.stderr
    server.start()
    mallory = client("mallory")
    mallory.says("/join den").sees("[in #den")
    mallory.says("/mode").sees("modes of den: none")
    mallory.says("/key").sees("den has no key")
