"""What very many accounts, what they have read and their app passwords take at a start, in processor time and memory.

Measured on demand, by the target measure_machine. ASIO_CHAT_ACCOUNTS says how many (100000).
"""

import os
import subprocess

import pytest

from programs import BIN
from test_people import daemon

ACCOUNTS = int(os.environ.get("ASIO_CHAT_ACCOUNTS", "100000"))
ROOMS, EVERY = 5, 10


def start(directory):
    """Seconds of the processor, and bytes that are resident when it listens."""
    with daemon(directory) as d:
        fields = open(f"/proc/{d.process.pid}/stat").read().rsplit(")", 1)[1].split()
        seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        resident = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
        assert d.stop() == 0
    return seconds, resident


def least(directory, *wanted):
    (directory / "data").mkdir(parents=True, mode=0o700)
    subprocess.run([BIN / "many_facts", directory / "data", *map(str, wanted)], check=True)
    starts = [start(directory) for _ in range(4)][1:]  # the first one makes certificates
    return min(s for s, _ in starts), min(r for _, r in starts)


@pytest.mark.machine
def test_what_is_read_and_app_passwords_cost_at_a_start(tmp_path):
    found = {"none": least(tmp_path / "none", 0, 0, 0),
             "accounts": least(tmp_path / "accounts", ACCOUNTS, 0, 0),
             "all": least(tmp_path / "all", ACCOUNTS, ROOMS, EVERY)}
    for what, (seconds, resident) in found.items():
        print(f"{what}: {seconds:.2f} s, {resident / 1e6:.1f} MB")
    assert found["all"][1] - found["accounts"][1] < ACCOUNTS * 500
    assert found["all"][0] < found["accounts"][0] * 3
