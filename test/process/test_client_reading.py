"""asio-chat in the full screen while one reads: scrolling, searching, being called, coming back."""

import re
import signal

import pytest

from clients import daemon, home, listener, pipe
from programs import until
from test_client_fullscreen import full
from test_client_session import saved


@pytest.fixture
def long_room(daemon, home):
    """A room with a thousand messages."""
    said = "".join(f"number {i}\n" for i in range(1000))
    assert pipe(daemon, "bob", text=said, home=home).returncode == 0


def numbers(t):
    return [int(n) for n in re.findall(r"number (\d+)", t.look().text)]


def test_one_scrolls_up_to_the_beginning_and_back(long_room, full):
    t = full("alice").sees("number 999")
    below = 1000
    while 0 not in numbers(t):
        seen = numbers(t)
        assert seen == list(range(seen[0], seen[-1] + 1)), t.text  # without a hole
        assert seen[-1] < below
        below = seen[-1]
        t.types("\x1b[5~")
        assert until(lambda: numbers(t)[0] < seen[0]), t.text
    above = -1
    while 999 not in numbers(t):
        seen = numbers(t)
        assert seen == list(range(seen[0], seen[-1] + 1)), t.text
        assert seen[0] > above
        above = seen[0]
        t.types("\x1b[6~")
        assert until(lambda: numbers(t)[-1] > seen[-1]), t.text
    assert until(lambda: " below" not in t.look().bar), t.text


def test_what_is_read_stands_still_while_many_messages_come(long_room, full, daemon, home):
    t = full("alice").sees("number 999")
    t.types("\x1b[5~\x1b[5~").sees(" below")
    assert until(lambda: numbers(t)[-1] < 970)
    before = t.look().lines[:22]
    said = "".join(f"later {i}\n" for i in range(5000))
    assert pipe(daemon, "carol", text=said, home=home).returncode == 0
    assert until(lambda: int(re.search(r"(\d+) below", t.look().bar)[1]) > 5000), t.bar
    assert [l.split("│")[1] for l in t.lines[1:22]] == [l.split("│")[1] for l in before[1:]]
    t.types("\x1b[1;3F").sees("later 4999")
    assert "below" not in t.bar


def test_a_search_shows_hits_and_goes_to_one(long_room, full):
    t = full("alice").sees("number 999")
    t.types("\x06").sees("search:").says("number 123").sees("1 found in #lobby").sees("number 123")
    t.types("\r").sees("number 120").sees("number 126").sees(" below")
    assert t.style("number 123").reverse
    t.types("\x1b[1;3F").sees("number 999")
    t.says("/search nothing-like-this").sees("nothing like that was said in lobby")


@pytest.mark.parametrize("how, what", [
    ("bell", rb"\x07"), ("osc9", rb"\x1b\]9;asio-chat: bob in #lobby\x07"),
    ("osc777", rb"\x1b\]777;notify;asio-chat;bob in #lobby\x07"), ("nothing", None)])
def test_a_mention_calls_as_it_is_set(full, listener, how, what):
    bob, t = listener("bob"), full("alice", "--call", how, "--highlight", "deploy")
    bob.says("not for you")
    t.sees("not for you")
    assert b"\x07" not in t.raw
    bob.says("the deploy is done")
    t.sees("deploy is done")
    assert t.style("deploy is done").bold
    assert (re.search(what, t.raw) is not None) if what else b"\x07" not in t.raw


def test_after_a_crash_what_was_not_read_is_new(full, listener, daemon, home):
    bob, t = listener("bob"), full("alice")
    bob.says("before")
    t.sees("before").says("/join den").sees("2 #den")
    assert until(lambda: saved(home, daemon) == {"lobby": 1, "den": 0})
    t.child.kill(signal.SIGKILL)
    bob.hears("* alice left *")
    bob.says("meanwhile")
    again = full("alice")
    again.sees("meanwhile").sees("before")
    assert re.search("before.*── new ──.*meanwhile", again.text, re.S), again.text
