"""asio-chat-bench on the daemon: its history, and its growth. Small runs, and a daemon that forgets.

The programs are looked for in the directory that ASIO_CHAT_BIN names.
"""

import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import time
import xml.etree.ElementTree

import pytest

from programs import BIN, PATIENCE

ANY_CORE = ["--server-cpu", "-1", "--generator-cpu", "-1"]
IN_MEMORY = "--asio-chatd-arg=--ephemeral"
SEARCH = ["search", "--entries", "3000", "--searches", "5", "--no-wait"]
HISTORY = ["history", "--entries", "1200", "--pages", "60"]
CATCH_UP = ["catch-up", "--members", "5", "--missed", "3000", "--rate", "200", "--repeat", "2", *ANY_CORE]
GROWTH = ["growth", "--quick", "--deliveries", "20000", "--repeat", "2", *ANY_CORE]


def bench(*arguments):
    return subprocess.run([BIN / "asio-chat-bench", *map(str, arguments)], capture_output=True, text=True,
                          timeout=PATIENCE)


def report(*arguments):
    done = bench(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.fixture
def forgetful(tmp_path):
    """A daemon that keeps 1000 messages of a room, whatever its settings say."""
    script = tmp_path / "asio-chatd"
    script.write_text(f"""#!/bin/sh
for a; do shift; [ "$a" = --room-entries=0 ] && a=--room-entries=1000; set -- "$@" "$a"; done
exec '{BIN}/asio-chatd' "$@"
""")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return ["--asio-chatd", script]


def in_order(times):
    return 0 < times["median_ms"] <= times["p99_ms"] <= times["max_ms"]


@pytest.mark.parametrize("journal", [[], [IN_MEMORY]], ids=["disk", "memory"])
def test_search_times_each_kind_and_checks_the_answers(journal):
    found = report(*SEARCH, *journal)
    assert found["entries"] == 3000 and found["searches"] == 5
    assert len(found["kinds"]) == 10
    assert all(in_order(times) for times in [found["all"], *found["kinds"].values()])
    assert found["all"]["max_ms"] == max(times["max_ms"] for times in found["kinds"].values())


def test_search_shows_a_row_for_each_kind():
    shown = bench(*SEARCH).stdout.splitlines()
    assert shown[0].startswith("3000 entries of about 128 bytes were said in ")
    assert shown[1].split()[-3:] == ["median", "p99", "max"]
    assert len(shown) == 13 and shown[-1].startswith("all ")


def test_a_search_that_misses_something_is_found_out(forgetful):
    done = bench(*SEARCH, *forgetful)
    assert done.returncode == 1
    assert "/search" in done.stderr and "right is" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("journal", [[], [IN_MEMORY]], ids=["disk", "memory"])
def test_history_times_pages_and_checks_them(journal):
    read = report(*HISTORY, *journal)
    assert read["page"] == 50
    for side in ("after", "before", "around"):
        assert in_order(read[side])
        assert read[side]["server_cpu_us"] > 0
    shown = bench(*HISTORY, *journal).stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["60", "a", "after", "before", "around"]


def test_a_page_that_lacks_something_is_found_out(forgetful):
    done = bench("history", "--entries", "20000", "--pages", "300", *forgetful)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "the page " in done.stderr


@pytest.mark.parametrize("journal", [[], [IN_MEMORY]], ids=["disk", "memory"])
def test_catch_up_gets_all_that_was_missed(journal):
    done = report(*CATCH_UP, *journal)
    assert len(done["runs"]) == 2
    for run in done["runs"]:
        assert run["clean"] and run["said_meanwhile"] >= 1
        assert run["entries"] == 5 * (3000 + run["said_meanwhile"])
        assert run["cpu_s_per_million"] > 0 and in_order(run["until_live"])
    shown = bench(*CATCH_UP, *journal).stdout.splitlines()
    assert [line.split()[0] for line in shown[2:]] == ["1", "2", "CPU"]


def test_a_catch_up_with_a_gap_is_found_out(forgetful):
    done = bench(*CATCH_UP, *forgetful)
    assert done.returncode == 1
    assert '"kind":"gap"' in done.stderr and len(done.stderr.splitlines()) == 1


def test_scale_logs_members_in_and_tells_what_they_take():
    runs = report("scale", "--connections", "1,41", "--seconds", "0.5")["runs"]
    assert [(run["connections"], run["processes"]) for run in runs] == [(1, 1), (41, 2)]
    for run in runs:
        assert min(run[name] for name in ("login_s", "login_cpu_ms", "alone_p99_ms", "among_p99_ms")) > 0
    shown = bench("scale", "--connections", "4", "--seconds", "0.5").stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["connections", "4"]


def test_scale_says_how_many_the_limit_of_open_files_allows():
    done = subprocess.run([BIN / "asio-chat-bench", "scale", "--connections", "10,1000"], capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (600, 600)))
    assert done.returncode == 2 and done.stdout == ""
    assert "1000 need 1250 open files" in done.stderr and "the limit is 600" in done.stderr
    assert "ask for 350 at most" in done.stderr


def test_growth_prints_a_table_for_each_axis():
    axes = report(*GROWTH)
    assert axes.pop("clean") is True
    axes.pop("version")
    assert {axis: [row["value"] for row in rows] for axis, rows in axes.items()} == {
        "receivers": [10, 100],
        "size": [64, 128, 512, 2048, 8000],
        "rooms": [1, 10, 100],
        "connections": [101, 200],
    }
    for row in (row for rows in axes.values() for row in rows):
        cost = row["cpu_s_per_million"]
        assert 0 < cost["low"] <= cost["median"] <= cost["high"]


@pytest.mark.skipif(not shutil.which("gnuplot"), reason="gnuplot is not installed")
def test_growth_draws_what_it_prints(tmp_path):
    picture = tmp_path / "growth.svg"
    done = bench(*GROWTH, "--axis", "receivers", "--axis", "rooms", "--plot", picture)
    assert done.returncode == 0, done.stderr
    tables = [table.splitlines() for table in done.stdout.split("\n\n")]
    assert [table[0].split("|")[1].strip() for table in tables] == ["receivers", "rooms"]
    assert [line.split("|")[1].strip() for line in tables[0][2:]] == ["10", "100"]
    drawn = xml.etree.ElementTree.parse(picture).getroot()
    assert drawn.tag.endswith("svg")
    words = " ".join(drawn.itertext())
    assert "receivers" in words and "rooms" in words and "CPU s per million deliveries" in words


def test_starts_are_timed_with_a_history_and_with_none():
    found = report("start", "--entries", "1500", "--starts", "2")
    assert found["entries"] == 1500 and found["starts"] == 2 and found["ratio"] > 0
    for which in ("empty", "full"):
        assert 0 < found[which]["listens"]["median_ms"] < found[which]["acknowledges"]["median_ms"]
    assert "times as long until it listens" in bench("start", "--entries", "100", "--starts", "1").stdout


def test_starts_are_measured_with_accounts_and_with_none():
    found = report("accounts", "--accounts", "300", "--starts", "2")
    assert found["accounts"] == 300 and found["time_ratio"] > 0 and found["memory_ratio"] > 0
    assert found["none"]["cpu_ms"] > 0 and found["all"]["cpu_ms"] > 0
    for which in ("none", "all"):
        assert found[which]["listens"]["median_ms"] > 0 and found[which]["resident"] > found[which]["private"] > 0


def test_growth_without_gnuplot_says_so_before_it_measures(tmp_path):
    done = subprocess.run([BIN / "asio-chat-bench", "growth", "--plot", tmp_path / "growth.svg"],
                          capture_output=True, text=True, timeout=PATIENCE, env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.startswith("asio-chat-bench: --plot needs gnuplot (Debian: gnuplot-nox): ")


@pytest.mark.skipif(not shutil.which("gnuplot"), reason="gnuplot is not installed")
def test_growth_says_before_it_measures_that_a_plot_cannot_be_written(tmp_path):
    picture = tmp_path / "missing" / "growth.svg"
    done = bench("growth", "--plot", picture)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == (f"asio-chat-bench: --plot: '{picture}' cannot be written: "
                           "No such file or directory\n")


def test_a_long_fill_that_is_interrupted_says_so_and_leaves_nothing(tmp_path):
    filling = subprocess.Popen([BIN / "asio-chat-bench", "search", "--no-wait"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "TMPDIR": str(tmp_path)})
    while not list(tmp_path.glob("*/data/journal.db")):
        assert filling.poll() is None
    time.sleep(0.5)
    filling.send_signal(signal.SIGINT)
    _, errors = filling.communicate(timeout=PATIENCE)
    assert (filling.returncode, errors) == (1, "asio-chat-bench: interrupted\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["search", "history", "catch-up", "growth", "start"])
def test_help_and_what_cannot_start(command):
    shown = bench(command, "--help")
    assert shown.returncode == 0 and "Example" in shown.stdout
    done = bench(command, "--asio-chatd", "/nowhere")
    assert done.returncode == 2 and "there is no '/nowhere'" in done.stderr
    done = bench(command, "--asio-chatd-arg=--ephmeral")
    assert done.returncode == 2 and "ephmeral" in done.stderr
