"""The full screen, picture by picture: golden screens, foreign text in its cells, every key, every size.

    ASIO_CHAT_BIN=build/bin ASIO_CHAT_WRITE_GOLDEN=1 python3 -m pytest test/process/test_client_pictures.py -k golden

writes the golden screens anew: look at what has changed.
"""

import difflib
import json
import os
import random
import re
import subprocess
import unicodedata

import pytest
from wcwidth import wcwidth

from clients import daemon, home, listener
from programs import ROOT, until
from test_client_fullscreen import DAY, FullScreen, full, masked, own_sequences

GOLDEN = ROOT / "test/golden/screens"
SIZES = [(40, 10), (80, 24), (200, 60)]
THEMES = {"mono": "xterm-mono", "16": "sixteen", "256": "xterm-256color"}


def scene(t, listener):
    """What people say until the picture is taken; it has one of everything."""
    bob, carol = listener("bob"), listener("carol")
    t.sees("carol").types("\x1bp").types("\x1bp")
    bob.says("hello, all of you, and welcome to a line that is a little longer than most of them are")
    t.sees("them are").says("hi bob")
    bob.hears("alice: hi bob")
    carol.says("/me waves")
    t.sees("waves").says("/topic tea and cake").sees("set the topic")
    bob.says("alice: 日本語 and e\u0301")
    t.sees("日本語").says("/join den").sees("#den").says("/fly").sees("no command")
    bob.says("alice: are you there?")
    assert until(lambda: re.search(r"1 #lobby +1!|1:1!", t.look().text)), t.text
    carol.says("/msg alice psst")
    t.types("\x1b0")
    assert until(lambda: re.search(r"3 @carol +1!|3:1!", t.look().text)), t.text
    t.types("\x1b1").sees("are you there?").types("half a th\x1b\rand more").sees("and more")


def picture(t):
    """The screen as text, and below each row the look of its cells, in letters that a legend explains."""
    looks = {}
    rows = []
    for y, text in enumerate(masked(t)):
        cells = [t.screen.buffer[y][x] for x in range(t.screen.columns)]
        # Of a blank one sees the ground alone; what ncurses does with its ink depends on what was there before.
        seen = [(c.fg, c.bg, c.bold, c.underscore, c.reverse) if c.data.strip()
                else (c.fg if c.reverse else "default", c.bg, False, c.underscore, c.reverse) for c in cells]
        look = "".join(looks.setdefault(one, chr(ord("a") + len(looks))) for one in seen)
        if day := re.search(DAY, t.lines[y]):
            look = look[:day.start()] + look[day.end():]  # some days have longer names than others
        rows += [text, re.sub(r"(.)\1{4,}", lambda m: f"{m[1]}*{len(m[0])} ", look)]
    legend = [f"{letter}: {fg} on {bg}{' bold' * bold}{' underlined' * underlined}{' reverse' * reverse}"
              for (fg, bg, bold, underlined, reverse), letter in looks.items()]
    return "\n".join([*rows, "", *legend, ""])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("columns, rows", SIZES)
def test_golden_screens(full, listener, home, columns, rows, theme):
    subprocess.run(["tic", "-x", "-o", home / ".terminfo", "-"], check=True, text=True,
                   input="sixteen|xterm with 16 colours, colors#16, pairs#256, use=xterm,\n")
    t = full("alice", columns=columns, rows=rows, env={"TERM": THEMES[theme]})
    scene(t, listener)
    file = GOLDEN / f"{columns}x{rows}-{theme}.txt"
    if os.environ.get("ASIO_CHAT_WRITE_GOLDEN"):
        t.types("\x0c")  # drawn anew, with nothing left of what was there before
        settled(t)
        file.parent.mkdir(exist_ok=True)
        file.write_text(picture(t))
    wanted = file.read_text()
    same = until(lambda: picture(t.look()) == wanted, 20)
    assert same, "\n".join(difflib.unified_diff(wanted.splitlines(), picture(t).splitlines(), lineterm="", n=1))


def test_a_resize_at_every_step_of_a_talk_draws_what_a_fresh_screen_would(full, listener):
    bob, t = listener("bob"), full("alice")
    dice = random.Random(7)
    steps = [lambda: bob.says("hello alice"), lambda: t.types("hi bob\r"), lambda: bob.says("x" * 300),
             lambda: t.types("/join den\r"), lambda: t.types("\x1b1"), lambda: bob.says("日本" * 40),
             lambda: t.types("half\x1b\ra line"), lambda: t.types("\x1b[5~"), lambda: bob.says("alice: more"),
             lambda: t.types("\x1br"), lambda: t.types("\x1bm"), lambda: t.types("\x06tea"), lambda: t.types("\x1b"),
             lambda: t.types("\x1b[6~"), lambda: t.types("/keys\r"), lambda: t.types("\x1b[1;3F")]
    for number, step in enumerate(steps):
        step()
        t.resize(dice.randrange(20, 160), dice.randrange(5, 50))
        assert_as_drawn_anew(t, number)


def settled(t):
    """The picture once nothing changes any more."""
    before = None
    while before != (before := list(t.look().lines)):
        until(lambda: False, 0.3)
    return before


def assert_as_drawn_anew(t, what):
    t.types("\x07")  # the first key takes the hint away
    shown = settled(t)
    t.types("\x0c")
    assert until(lambda: t.look().lines == shown, 10), (what, "\n".join(shown), t.text)


def keys_of(t):
    """Those that /keys lists."""
    t.resize(120, 100).says("/keys").sees("leave the chat")
    names = re.findall(r"│ +([A-Z]\S*(?:-\S+)?) +[a-z][a-z0-9-]* +[a-z]", t.text)
    assert len(names) > 45, t.text
    return [n for n in names if n not in ("Ctrl-C", "Ctrl-Z")]  # which leave, and stop


NAMED = {"PageUp": "\x1b[5~", "PageDown": "\x1b[6~", "Alt-Home": "\x1b[1;3H", "Alt-End": "\x1b[1;3F",
         "Alt-Up": "\x1b[1;3A", "Alt-Down": "\x1b[1;3B", "Esc": "\x1b", "Enter": "\r", "Tab": "\t",
         "Alt-Enter": "\x1b\r", "Up": "\x1b[A", "Down": "\x1b[B", "Left": "\x1b[D", "Right": "\x1b[C",
         "Ctrl-Left": "\x1b[1;5D", "Ctrl-Right": "\x1b[1;5C", "Home": "\x1b[H", "End": "\x1b[F",
         "Backspace": "\x7f", "Delete": "\x1b[3~", "Alt-Backspace": "\x1b\x7f"}


def sent_by(name):
    if name in NAMED:
        return NAMED[name]
    modifier, _, letter = name.partition("-")
    return "\x1b" + letter if modifier == "Alt" else chr(ord(letter.upper()) & 0x1F)


def test_every_key_that_is_listed_is_pressed_in_every_place(full, listener):
    bob = listener("bob")
    t = full("alice", env={"EDITOR": "true"})
    names = keys_of(t)
    bob.says("a line to read")
    t.resize(80, 24)
    for before in ("\x15", "\x15some words here", "\x06", "\x1bg", "\x12so"):
        for name in names:
            if name == "Ctrl-D" and before == "\x15":
                continue  # it leaves
            t.types("\x07").types(before).types(sent_by(name))
        t.types("\x07\x15")
        assert t.look().child.isalive()
        assert_as_drawn_anew(t, before)


# Text in its cells


@pytest.mark.parametrize("text, wanted", [
    ("日本語|", ["日", "本", "語", "|"]),
    ("e\u0301" + "\u0302" * 9 + "|", ["e\u0301\u0302\u0302\u0302", "|"]),
    ("👩\u200d👩\u200d👧|", ["👩", "👩", "👧", "|"]),
    ("\u05d0\u05d1\u202eabc|", ["\u05d0", "\u05d1", "\ufffd", "a", "b", "c", "|"]),
    ("a\u200bb\u00adc|", ["a", "b", " ", "c", "|"]),
])
def test_a_text_is_in_the_cells_that_it_should_be_in(full, listener, text, wanted):
    bob, t = listener("bob"), full("alice")
    bob.says(text)
    t.sees("bob: ").sees("|")
    y = next(y for y, l in enumerate(t.lines) if "bob: " in l)
    x = next(x for x in range(80) if "".join(t.screen.buffer[y][x + n].data for n in range(5)) == "bob: ") + 5
    seen = []
    while len(seen) < len(wanted):
        seen.append(t.screen.buffer[y][x].data)
        x += 2 if wcwidth(seen[-1][0]) == 2 else 1
    # pyte composes a letter and its marks where Unicode has one character for them.
    assert [unicodedata.normalize("NFC", c) for c in seen] == [unicodedata.normalize("NFC", c) for c in wanted]


def foreign(dice):
    """A text that is meant to do harm."""
    parts = ["\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\x1bP1$r", "\r\n", "\x08\x7f\x00\x0e", "\u202e\u2066", "\u0301" * 9,
             "日本", "👩\u200d👧", "\ufeff\u200b", "ASCII", "\t", " " * 30, "\ue000", "\U000e0041", "\u0600", "%s%n", "x" * 90]
    return "".join(dice.choice(parts) for _ in range(dice.randrange(1, 12)))


def test_whatever_is_said_only_our_own_sequences_are_written(full, listener):
    """Seeded; ASIO_CHAT_TEXTS=5000 for a long run."""
    seed = int(os.environ.get("ASIO_CHAT_SEED", random.randrange(1 << 30)))
    dice = random.Random(seed)
    bob, t = listener("bob", "--json-input"), full("alice", columns=dice.randrange(40, 120))
    for number in range(int(os.environ.get("ASIO_CHAT_TEXTS", 60))):
        text = foreign(dice)
        bob.says(json.dumps({"type": "send", "text": text + f"\nend-{number}"}))
        if dice.random() < 0.2:
            bob.says(json.dumps({"type": "command", "line": "/topic " + text.replace("\n", " ")}))
        t.sees(f"end-{number}")
    left = own_sequences(t.raw)
    assert not re.search(rb"[\x00-\x1f\x7f]", left), (seed, left)
    assert not re.search(rb"\xc2[\x80-\x9f]", left), seed
    for steering in "\u202e\u2066\u200b\u200d\ufeff\u00ad\u061c":
        assert steering.encode() not in t.raw, seed
    assert_as_drawn_anew(t, seed)
