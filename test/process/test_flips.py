"""One flipped bit anywhere in the history of a daemon that was killed: harmless, named, or told. C46.

ASIO_CHAT_FLIPS says how often (40), ASIO_CHAT_SEED which bits; the seed is printed.
"""

import os
import random
import shutil
import signal
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from programs import BIN, Daemon, clean_environment
from test_storage import run, say

FLIPS = int(os.environ.get("ASIO_CHAT_FLIPS", "40"))
SEED = int(os.environ.get("ASIO_CHAT_SEED", "20261129"))
FILES = ("journal.db", "journal.db-wal", "journal.db-shm", "keys.db", "master.key")
ROOMS = ("lobby", "den")
SAID_LAST = "the last of all"


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A directory as kill -9 leaves it: some of it in the log of the database."""
    there = tmp_path_factory.mktemp("killed")
    with Daemon(there) as d:
        say(d, "alice", *(f"line {i}" for i in range(30)))
        assert d.stop() == 0
    with Daemon(there, "--default-room", "den") as d:
        say(d, "bob", *(f"den line {i}" for i in range(15)))
        assert d.stop() == 0
    with Daemon(there) as d:
        say(d, "carol", *(f"later line {i}" for i in range(15)), SAID_LAST)
        d.stop(signal.SIGKILL)
    (there / "data" / "control").unlink()  # a socket, which nobody can copy
    return there / "data"


def what_is_there(data):
    """What each room has, or nothing if that is not told."""
    told = []
    for room in ROOMS:
        done = run("export", room, "--format", "jsonl", data=data)
        assert done.returncode in (0, 1), done
        if done.returncode:
            return None
        told.append(done.stdout.splitlines())
    return told


def pick(chance, sizes):
    """Half of the flips fall on files alike, half on bytes alike."""
    names = list(sizes)
    name = chance.choice(names) if chance.random() < 0.5 else chance.choices(names, list(sizes.values()))[0]
    return name, chance.randrange(sizes[name]), chance.randrange(8)


def outcome(copy, name, before):
    verified = run("verify", data=copy)
    assert verified.returncode in (0, 1), verified
    if verified.returncode == 1:
        assert len(verified.stderr.splitlines()) == 1 and len(verified.stderr) > 30, verified
        return "named by verify"
    now = what_is_there(copy)
    checked = run("--check-config", data=copy)
    if now is None or checked.returncode:
        return "named by a start or an export"
    if now == before:
        return "harmless"
    # The last transaction cannot be told from one that a power cut has cut off.
    in_log = name.startswith("journal.db-")
    if in_log and now[1] == before[1] and now[0] == before[0][:-1] and SAID_LAST in before[0][-1]:
        return "the last commit, told by its tag"
    return "NOT DETECTED"


def test_a_flipped_bit_is_harmless_or_named(killed, tmp_path):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    before = what_is_there(shutil.copytree(killed, tmp_path / "whole"))
    assert len(before[0]) == 46 and len(before[1]) == 15
    sizes = {f: (killed / f).stat().st_size for f in FILES}
    assert sizes["journal.db-wal"] > 20_000
    flips = [pick(chance, sizes) for _ in range(FLIPS)]

    def flip(number):
        name, at, bit = flips[number]
        copy = shutil.copytree(killed, tmp_path / f"copy{number}")
        with open(copy / name, "r+b") as f:
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ 1 << bit]))
        found = outcome(copy, name, before)
        shutil.rmtree(copy)
        return found

    with ThreadPoolExecutor(2) as workers:
        found = list(workers.map(flip, range(FLIPS)))
    print(dict(Counter(found)))
    bad = [flips[i] for i in range(FLIPS) if found[i] == "NOT DETECTED"]
    assert not bad, bad
    assert found.count("named by verify") > FLIPS // 4


def test_bytes_of_a_damaged_file_reach_nobody_raw(killed, tmp_path):
    data = shutil.copytree(killed, tmp_path / "data")
    keys = data / "keys.db"
    schema = keys.read_bytes()
    assert b"(owner, number))" in schema
    keys.write_bytes(schema.replace(b"(owner, number))", b"(o\xf7\x1b[r, number))"))
    for command in (["verify"], ["head"], ["backup", tmp_path / "copy"], ["--check-config"], ["export", "lobby"]):
        done = subprocess.run([BIN / "asio-chatd", *command, "--data", data], capture_output=True, env=clean_environment())
        assert done.returncode == 1, done
        said = done.stderr.decode()  # as UTF-8
        assert "keys.db" in said and "\x1b" not in said and len(said.splitlines()) == 1, said
