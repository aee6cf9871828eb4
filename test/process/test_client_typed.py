"""What is typed into the full screen outlives kill -9, a quit without a connection, and an orderly quit."""

import os
import random
import re
import stat
import time

from clients import Cable, daemon, home, listener
from programs import until
from test_client_fullscreen import FullScreen, full
from test_client_session import kill, session_file


def typed_file(home, daemon, name="alice"):
    return session_file(home, daemon, name).with_name(f"{name}@{daemon.address}.typed")


def said_by_alice(bob):
    return [int(n) for n in re.findall(r"alice: line-(\d+)-", bob.look().out.decode())]


def test_each_line_is_said_once_however_often_the_client_is_killed(full, listener):
    """A person types a script, and goes on after each kill where the screen says that they were."""
    seed = int(os.environ.get("ASIO_CHAT_SEED", random.randrange(1 << 30)))
    print("ASIO_CHAT_SEED", seed)
    dice = random.Random(seed)
    kills = int(os.environ.get("ASIO_CHAT_KILLS", 8))
    script = [f"line-{n}-{'x' * dice.randrange(40)}" for n in range(8 * kills)]
    bob = listener("bob")
    for round_ in range(kills + 1):
        t = full("alice").sees(" #lobby")
        bob.says(f"round {round_}")
        t.sees(f"round {round_}")
        shown = [int(n) for n in re.findall(r"alice: line-(\d+)-", t.look().text)]
        at = max(shown, default=-1) + 1
        draft = t.bottom[2:].removeprefix("/help lists the commands, /keys the keys")
        assert script[at].startswith(draft) if at < len(script) else not draft, (seed, at, draft, t.text)
        keys = "".join(line + "\r" for line in script[at:])[len(draft):]
        if round_ < kills:
            keys = keys[:dice.randrange(1, 200)]
        while keys:
            burst = dice.randrange(1, 30)
            t.types(keys[:burst])
            keys = keys[burst:]
            if dice.random() < 0.3:
                t.look()
        if round_ < kills:
            time.sleep(dice.random() * 0.03)
            kill(t)
        else:
            assert until(lambda: len(said_by_alice(bob)) >= len(script)), (seed, said_by_alice(bob))
    assert said_by_alice(bob) == list(range(len(script))), seed


def test_drafts_of_all_windows_come_back_and_are_ones_own_business(full, listener, home, daemon):
    listener("bob")
    t = full("alice")
    t.says("/join den").sees("2 #den").types("for the den").sees("> for the den").types("\x1b1")
    t.types("two lines\x1b\r  in one").sees("in one").types("\x1b0")
    t.says("/query bob").sees("@bob").types("for bob").sees("> for bob")
    file = typed_file(home, daemon)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kill(t)
    again = FullScreen(f"alice@{daemon.address}", "--ca", daemon.ca, home=home).sees("> two lines").sees("    in one").sees("@bob").sees("#den")
    again.types("\x1bgde\r").sees("> for the den").types("\x1bgbob\r").sees("> for bob")
    again.types("\x15\x1bgde\r\x15\x1bglob\r\x15\x08\x15")
    assert until(lambda: again.look().bottom == ">"), again.text
    again.says("/quit")
    assert again.ends() == 0
    assert not file.exists()


def test_what_was_not_sent_before_a_quit_waits_for_a_key(listener, daemon, home):
    cable = Cable(daemon.port)
    bob = listener("bob")
    t = FullScreen(f"alice@localhost:{cable.port}", "--ca", daemon.ca, home=home).ready()
    cable.pull_out()
    t.sees("not connected").says("too late").sees("too late …").says("/quit")
    assert t.ends() == 5
    cable.plug_in()
    again = FullScreen(f"alice@localhost:{cable.port}", "--ca", daemon.ca, home=home).ready()
    again.sees("too late [not sent: ")
    bob.says("first")
    again.sees("bob: first").types("\x1bs")
    bob.hears("alice: too late")
    assert until(lambda: "not sent" not in again.look().text)
    again.says("/quit")
    assert again.ends() == 0
    last = FullScreen(f"alice@localhost:{cable.port}", "--ca", daemon.ca, home=home).ready()
    last.sees("too late")
    assert "not sent" not in last.text and bob.look().out.count(b"too late") == 1
    last.child.close(force=True)


def test_after_a_quit_one_reads_on_in_all_rooms(full, listener, home, daemon):
    bob, t = listener("bob"), full("alice")
    bob.says("before")
    t.sees("before").says("/join den").sees("2 #den").says("/join attic").sees("3 #attic").says("/close")
    assert until(lambda: "attic" not in t.look().text), t.text
    t.types("\x1b1").sees("before").says("/quit")
    assert t.ends() == 0
    assert "token" not in session_file(home, daemon).read_text()
    bob.says("meanwhile")
    bob.says("/join den")
    bob.says("alice: in the den")
    bob.says("and more")
    again = full("alice").sees("── new ──").sees("meanwhile")
    lines = [l.split("│")[1] for l in again.lines if "│" in l]
    order = [next(n for n, l in enumerate(lines) if what in l) for what in ("before", "── new ──", "meanwhile")]
    assert order == sorted(order)
    assert until(lambda: again.look().lines[3].startswith("2 #den      1! 2")), again.text
    assert "attic" not in again.text
    again.types("\x1ba").sees("── new ──").sees("in the den")


def test_lines_are_found_by_ctrl_r_in_later_clients_if_that_is_set(full, home, daemon):
    for options, kept in (([], False), (["--keep-input"], True)):
        t = full("alice", *options)
        t.says("a line to find").sees("alice: a line to find").says("/quit")
        assert t.ends() == 0
        again = full("alice", *options)
        again.types("\x12to f").sees("(search: to f)" if kept else "(nothing has: to f)")
        assert until(lambda: (again.look().bottom.endswith("a line to find")) == kept), again.text
        again.types("\x07").says("/quit")
        assert again.ends() == 0
        assert typed_file(home, daemon).exists() == kept


def test_an_action_without_a_connection_is_said_once(listener, daemon, home):
    cable = Cable(daemon.port)
    bob = listener("bob")
    t = FullScreen(f"alice@localhost:{cable.port}", "--ca", daemon.ca, home=home).ready()
    cable.pull_out()
    t.sees("not connected").says("/me waves").sees("waves …")
    cable.plug_in()
    bob.hears("~ alice: waves")
    assert until(lambda: "…" not in t.look().text and "TLSv1.3" in t.text), t.text
    assert bob.out.count(b"waves") == 1
    t.child.close(force=True)


def test_lines_for_a_room_that_is_closed_now_are_told_and_sent_elsewhere(listener, daemon, home, full):
    owner = listener("olga")
    owner.says("/register correct-horse-battery")
    owner.hears("you are logged in as olga")
    owner.says("/join den")
    t = full("alice").says("/join den").sees("2 #den").types("half a th").sees("> half a th")
    kill(t)
    with typed_file(home, daemon).open("a") as more:  # as a line whose answer did not come in time
        more.write('{"id":"1","in":"#den","text":"for the den","when":0}\n')
    owner.says("/ban alice")
    owner.hears("you have banned alice from den")
    again = full("alice", columns=200).sees("you cannot be in #den again: ").sees("(1 line and a draft), and /unsent shows it")
    again.says("/unsent").sees("1 #den for the den [no answer came]").sees("2 #den half a th [a draft]")
    again.says("/unsent 1").sees("> for the den").types("\r").sees("alice │ for the den")
    assert until(lambda: "…" not in again.look().text)
    again.says("/unsent drop 1").sees("forgotten: half a th").says("/quit")
    assert again.ends() == 0
    assert not typed_file(home, daemon).exists()
