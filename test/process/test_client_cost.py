"""What the full screen costs, against the line mode of the same client.

Measured on demand, by the target measure_machine.
"""

import os
import select
import statistics
import time

import pytest

from clients import Terminal, daemon, home
from programs import PATIENCE
from test_client_fullscreen import FullScreen
from test_client_slow import ends_well, many

pytestmark = pytest.mark.machine


def cpu(t):
    """Seconds that the client has used."""
    fields = open(f"/proc/{t.child.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def reads_until(t, what):
    """As fast as a terminal does, and without drawing anything."""
    end = time.monotonic() + PATIENCE
    seen = b""
    while what not in seen:
        assert time.monotonic() < end, seen[-2000:]
        if select.select([t.child.child_fd], [], [], 0.1)[0]:
            seen = seen[-4096:] + os.read(t.child.child_fd, 1 << 20)


def client(mode, daemon, home, name):
    return mode(f"{name}@{daemon.address}", "--ca", daemon.ca, home=home, env={"TERM": "xterm-256color"})


def test_ten_thousand_messages_into_a_visible_room_cost_at_most_three_times_the_line_modes(daemon, home):
    count = 10_000
    used = {}
    for mode in (Terminal, FullScreen):
        runs = []
        for run in range(3):
            t = client(mode, daemon, home, "alice")
            reads_until(t, b"alice")
            before = cpu(t)
            said = many(daemon, home, "bob", "".join(f"run-{run} number {n}\n" for n in range(count)) + f"/me ends-{run}\n")
            reads_until(t, f"ends-{run}".encode())
            ends_well(said)
            runs.append(cpu(t) - before)
            t.child.close(force=True)
        used[mode.__name__] = statistics.median(runs)
    print("CPU for 10,000 messages:", used)
    assert used["FullScreen"] <= 3 * used["Terminal"]


def test_from_start_to_the_newest_message_takes_at_most_half_as_long_again_as_in_the_line_mode(daemon, home):
    ends_well(many(daemon, home, "bob", "".join(f"number {n}\n" for n in range(200)) + "the newest one\n"))
    took = {Terminal: [], FullScreen: []}
    for _ in range(15):
        for mode, times in took.items():
            begun = time.monotonic()
            t = client(mode, daemon, home, "alice")
            reads_until(t, b"the newest one")
            times.append(time.monotonic() - begun)
            t.says("/quit")
            assert t.ends() == 0
    line, full = (statistics.median(times) for times in took.values())
    print(f"from start to the newest message: line mode {line * 1000:.1f} ms, full screen {full * 1000:.1f} ms")
    assert full <= 1.5 * line
