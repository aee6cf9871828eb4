"""Terminals that take little or nothing, and a client that holds much, in the full screen.

A small run by default. ASIO_CHAT_LONG=1 (or the target client_long) takes minutes: 100,000 messages while
one reads up, a terminal that takes 1 kB a second, one that stands still for a minute, 200 rooms of
2,000 messages.
"""

import os
import re
import select
import subprocess
import time

from clients import CLIENT, Daemon, daemon, home
from programs import PATIENCE, until
from test_client_fullscreen import FullScreen, full
from test_client_reading import numbers

LONG = bool(os.environ.get("ASIO_CHAT_LONG"))


def many(daemon, home, name, text, room="lobby"):
    """Says lines in a process of its own."""
    said = subprocess.Popen(
        [CLIENT, f"{name}@{daemon.address}", "--ca", daemon.ca, "--room", room], stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"})
    said.stdin.write(text.encode())
    said.stdin.close()
    return said


def ends_well(process):
    assert process.wait(timeout=10 * PATIENCE) == 0, process.stderr.read()
    process.stderr.close()


def read_up(t, first, last):
    """Scrolls from the newest line to the oldest, and misses no number on the way."""
    t.types("\x1b[1;3F")
    assert until(lambda: numbers(t) and numbers(t)[-1] == last), t.text
    while first not in (seen := numbers(t)):
        assert seen == list(range(seen[0], seen[-1] + 1)), t.text
        t.types("\x1b[5~")
        assert until(lambda: numbers(t)[0] < seen[0]), t.text


def test_what_is_read_stands_still_while_ever_so_many_messages_come(full, daemon, home):
    count = 100_000 if LONG else 1_000
    ends_well(many(daemon, home, "bob", "".join(f"number {n}\n" for n in range(200))))
    t = full("alice").sees("number 199").types("\x1b[5~\x1b[5~").sees(" below")
    assert until(lambda: numbers(t)[-1] < 199)
    before = numbers(t)
    ends_well(many(daemon, home, "carol", "".join(f"later {n}\n" for n in range(count))))
    assert until(lambda: int(re.search(r"(\d+) below", t.look().bar)[1]) > count, 10 * PATIENCE), t.bar
    assert numbers(t) == before
    t.types("\x1b[1;3F").sees(f"later {count - 1}")


def test_a_terminal_that_takes_a_kilobyte_at_a_time_misses_nothing(full, daemon, home):
    count, reads = 2_000, 0
    t = full("alice")
    said = many(daemon, home, "bob", "".join(f"number {n}\n" for n in range(count)))
    while said.poll() is None or (reads < 60 and LONG):
        if select.select([t.child.child_fd], [], [], 0.1)[0]:
            t.raw += (data := os.read(t.child.child_fd, 1024))
            t.stream.feed(data)
        reads += 1
        if LONG:
            time.sleep(1)
    ends_well(said)
    read_up(t, count - 200, count - 1)


def test_a_terminal_that_stands_still_misses_nothing(full, daemon, home):
    count = 2_000
    t = full("alice").types("\x13")
    ends_well(many(daemon, home, "bob", "".join(f"number {n}\n" for n in range(count))))
    if LONG:
        time.sleep(60)
    t.types("\x11")
    read_up(t, count - 200, count - 1)


def resident(t):
    """In kB."""
    status = open(f"/proc/{t.child.pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def test_memory_is_bounded_by_pages_in_many_rooms(tmp_path, home):
    """Each room is read from its end to its beginning; then a room with ten times as much."""
    rooms, messages = (200, 2_000) if LONG else (5, 700)
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    d = Daemon(directory, "--rooms-per-member", "300")
    text = "".join(f"number {n} of the many that are said in this room\n" for n in range(messages))
    for n in range(rooms):
        ends_well(many(d, home, "bob", text, f"room{n}"))
    # A high screen, so that what takes long is scrolled through in few steps.
    t = FullScreen(f"alice@{d.address}", "--ca", d.ca, "--room", "room0", home=home, columns=120,
                   rows=150).ready()
    for n in range(rooms):
        t.says(f"/join room{n}").sees(f" #room{n}")
        read_up(t, 0, messages - 1)
    held = resident(t)
    print(f"{rooms} rooms of {messages} messages: {held} kB")
    ends_well(many(d, home, "bob", text * (10 if LONG else 2), "room0"))
    t.says("/join room0").types("\x1b[1;3F").sees(f"number {messages - 1} of")
    for _ in range(50):
        t.types("\x1b[5~").look()
    assert held < 64 * 1024
    assert resident(t) < held * 1.2 + 1024
    t.child.close(force=True)
    d.stop()
