"""kill -9 of the commands that write: no key and no entry is lost, and each can be done again. C46.

ASIO_CHAT_KILLS says how often (10), ASIO_CHAT_SEED when; the seed is printed.
"""

import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from programs import BIN, Daemon, clean_environment
from test_storage import good, run, say, texts

KILLS = int(os.environ.get("ASIO_CHAT_KILLS", "10"))
SEED = int(os.environ.get("ASIO_CHAT_SEED", "20261129"))
COMMANDS = ("rekey", "backup", "restore", "compact", "erase", "erase texts")
DESTROYED = "(this text was destroyed)"


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    there = tmp_path_factory.mktemp("stopped")
    with Daemon(there) as d:
        say(d, "alice", *(f"line {i}" for i in range(40)))
        assert d.stop() == 0
    with Daemon(there, "--default-room", "den") as d:
        say(d, "bob", *(f"den line {i}" for i in range(20)))
        say(d, "carol", "what carol has said")
        good("backup", there / "copy", data=d.data)
        say(d, "bob", "after the backup")
        assert d.stop() == 0
    return there


def arguments(command, place):
    return {"rekey": ["rekey"], "backup": ["backup", place / "new"], "restore": ["restore", place / "copy"],
            "compact": ["compact"], "erase": ["erase", "den", "--yes"],
            "erase texts": ["erase", "den", "--entry", "5,8-9", "--author", "carol", "--yes"]}[command]


def start(command, place):
    return subprocess.Popen([BIN / "asio-chatd", *arguments(command, place), "--data", place / "data"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env=clean_environment())


def without_texts(den):
    return [DESTROYED if n in (5, 8, 9, 21) else text for n, text in enumerate(den, 1)]


def check(command, place, lobby, den):
    """As it was before, or as it is after; and what was killed can be done again."""
    data = place / "data"
    has_journal = (data / "journal.db").exists()
    if has_journal:
        good("verify", data=data)
        checked = run("--check-config", data=data)
        assert checked.returncode == 0 and "OK" in checked.stdout, checked
        # A restore that has placed the journal, but not begun its epochs: the start does it, and says so.
        assert checked.stderr == "" or command == "restore" and "was put back to an older state" in checked.stderr, checked
        assert texts(data, "lobby") == lobby
        told = run("export", "den", "--format", "jsonl", data=data)
        if told.returncode:  # between the end of the keys and the end of the entries
            assert command == "erase" and "has been destroyed" in told.stderr, told
        there = texts(data, "den") if told.returncode == 0 else []
        assert there in {"erase": ([], den), "restore": (den[:-1], den),
                         "erase texts": (without_texts(den), den)}.get(command, (den,)), there
    else:
        # No daemon begins anew in the middle of a restore.
        assert command == "restore" and run("--check-config", data=data).returncode == 1
    again = run(*arguments(command, place), data=data)
    if command == "backup" and (place / "new").exists() and again.returncode:
        assert "is not overwritten" in again.stderr
    else:
        assert again.returncode == 0, again.stderr
    good("verify", data=data)
    assert texts(data, "lobby") == lobby
    assert texts(data, "den") == {"erase": [], "restore": den[:-1],
                                  "erase texts": without_texts(den)}.get(command, den)
    if command == "backup":
        good("verify", place / "new", data=data)


def test_a_command_that_is_killed_loses_nothing(stopped, tmp_path):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    lobby, den = texts(stopped / "data", "lobby"), texts(stopped / "data", "den")
    assert len(lobby) == 40 and den[-1] == "after the backup"
    needs = {}
    for command in COMMANDS:
        place = shutil.copytree(stopped, tmp_path / command)
        before = time.monotonic()
        assert start(command, place).wait() == 0
        needs[command] = time.monotonic() - before
        shutil.rmtree(place)
    killed = 0
    for n in range(KILLS):
        command = COMMANDS[n % len(COMMANDS)]
        place = shutil.copytree(stopped, tmp_path / f"{command}{n}")
        process = start(command, place)
        time.sleep(chance.uniform(0, needs[command]))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        check(command, place, lobby, den)
        shutil.rmtree(place)
    print(f"{killed} of {KILLS} ended by the kill")
    assert killed > 0
