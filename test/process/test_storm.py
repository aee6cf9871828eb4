"""asio-chat-bench storm: a small one of each kind, and, on demand (measure_machine), all as they are."""

import json
import subprocess

import pytest

from programs import BIN, PATIENCE, needs_bench

pytestmark = needs_bench
LONG = 3 * 3600


def storm(*arguments, timeout=PATIENCE):
    return subprocess.run([BIN / "asio-chat-bench", "storm", *map(str, arguments)], capture_output=True,
                          text=True, timeout=timeout)


SMALL = ("--seconds", 0.5, "--scale", 0.02)


@pytest.mark.parametrize("name", ["offered", "logins", "readers", "member-malformed", "restart"])
def test_in_a_small_storm_all_inside_are_served_and_newcomers_come_in(name):
    done = storm("--scenario", name, "--limits", "off", *SMALL, "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["rows"]
    assert row["name"] == name
    # How long it takes says nothing on a machine that does other things too; what happens does.
    assert row["storm"]["wrong"] == ""
    assert row["storm"]["failures"] == 0 and row["storm"]["newcomers"] >= 1
    assert row["storm"]["p99_ms"] > 0 and row["sink"]["p99_ms"] > 0 and row["idle"]["p99_ms"] > 0
    assert not [one for one in row["missed"] if "ms" not in one and " MB" not in one and "bytes" not in one
                and "within" not in one]
    if name == "restart":
        assert row["did"].startswith("200 of 200 back")
    if name == "logins":
        assert not row["did"].endswith(" 0 accepted")


def test_a_storm_that_is_missed_is_told_and_ends_with_1_where_that_is_asked_for():
    # The probe's own connections are all that fit: no newcomer gets in.
    for _ in range(5):
        done = storm("--scenario", "connections-1", *SMALL, "--asio-chatd-arg=--max-connections=24", "--check")
        if "probe' failed" not in done.stderr:
            break  # else those of the probe before had not all left
    assert done.returncode == 1
    row = done.stdout.splitlines()[-1]
    assert row.startswith("| connections-1 | default |") and "not in" in row and "missed: " in row


@pytest.mark.machine
def test_every_storm_keeps_its_numbers():
    done = storm("--check", timeout=LONG)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
