"""asio-chat in the full screen of a terminal, in many sizes, with and without colours."""

import os
import re
import signal

import pexpect
import pytest
from wcwidth import wcwidth

from clients import CLIENT, Cable, Terminal, daemon, home, listener, pipe
from programs import until
from xterm_screen import XtermScreen, XtermStream


class FullScreen(Terminal):
    mode = []

    def __init__(self, *arguments, columns=80, rows=24, **more):
        super().__init__(*arguments, columns=columns, rows=rows, **more)
        self.show_on(columns, rows)

    def show_on(self, columns, rows):
        self.screen = XtermScreen(columns, rows)
        self.stream = XtermStream(self.screen)

    def ready(self):
        assert until(lambda: self.look().bottom.startswith("> ") or self.bottom == ">"), self.text
        return self.sees("TLSv1.3")

    @property
    def lines(self):
        """As `Terminal.lines`, also in the middle of a picture, when a wide character is cut."""
        rows = []
        for y in range(self.screen.lines):
            row = [self.screen.buffer[y][x].data for x in range(self.screen.columns)]
            wide = [x for x, c in enumerate(row) if c and wcwidth(c[0]) == 2]
            rows.append("".join(c or " " for x, c in enumerate(row) if x - 1 not in wide).rstrip())
        return rows

    @property
    def bar(self):
        """The status line."""
        return next(l for l in reversed(self.lines) if "TLSv1.3" in l or "not connected" in l)

    def style(self, text):
        """Of the first character of that text."""
        for y, line in enumerate(self.lines):
            if (x := line.find(text)) >= 0:
                return self.screen.buffer[y][x]
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")


@pytest.fixture
def full(daemon, home):
    made = []

    def make(name, *arguments, **more):
        t = FullScreen(f"{name}@{daemon.address}", "--ca", daemon.ca, *arguments, home=home, **more)
        made.append(t)
        return t.ready()

    yield make
    for t in made:
        t.child.close(force=True)


DAY = r"\w+day, \d{4}-\d\d-\d\d ─*"


def masked(t):
    """The screen with its times and dates the same on every day."""
    text = re.sub(r"\b\d\d:\d\d (?=[ *·~a-z])", "12:00 ", "\n".join(t.lines))
    return re.sub(DAY, "DAY ──", text).splitlines()


# Golden screens


def talk(t, bob):
    bob.says("hello alice")
    t.sees("hello alice").says("hi bob")
    bob.hears("alice: hi bob")
    bob.says("/me smiles")
    t.sees("smiles").says("/topic tea").sees("set the topic")
    t.types("half a th").sees("> half a th")


def test_a_screen_of_40_by_10(full, listener):
    bob, t = listener("bob"), full("alice", columns=40, rows=10)
    talk(t, bob)
    assert masked(t) == [
        " #lobby  tea",
        "",
        "",
        "── DAY ──",
        "12:00 bob: hello alice",
        "12:00 alice: hi bob",
        "12:00 ~ bob: smiles",
        "12:00 * alice set the topic: tea",
        " TLSv1.3  2 here",
        "> half a th",
    ]


def test_a_screen_of_80_by_24(full, listener):
    bob, t = listener("bob"), full("alice")
    talk(t, bob)
    lines = masked(t)
    assert lines[0] == " #lobby  tea"
    assert lines[1].split("│") == ["0 localhost     ", " " * 48, " alice"]
    assert lines[2].split("│") == ["1 #lobby        ", " " * 48, " bob"]
    assert [l.split("│")[1].rstrip() for l in lines[17:22]] == [
        " ── DAY ──", " 12:00 bob: hello alice", " 12:00 alice: hi bob", " 12:00 ~ bob: smiles",
        " 12:00 * alice set the topic: tea"]
    assert lines[22:] == [" TLSv1.3  2 here", "> half a th"]


def test_a_screen_of_200_by_60(full, listener):
    bob, t = listener("bob"), full("alice", columns=200, rows=60)
    talk(t, bob)
    lines = masked(t)
    assert [l.split("│")[1].rstrip() for l in lines[53:58]] == [
        " ── DAY ──", " 12:00          bob", " 12:00        alice", " 12:00        ~ bob",
        " 12:00            *"]
    assert [l.split("│")[2].rstrip() for l in lines[54:58]] == [
        " hello alice", " hi bob", " smiles", " alice set the topic: tea"]
    assert lines[58:] == [" TLSv1.3  2 here", "> half a th"]


# Colours


def test_names_and_mentions_have_colours_where_there_are_any(full, listener):
    bob = listener("bob")
    for term, count in (("xterm-256color", 256), ("xterm", 8), ("vt100", 0)):
        t = full(f"alice{count}", env={"TERM": term})
        bob.says(f"alice{count}: look, at {term}")
        t.sees(f"look, at {term}")
        bob.says("plain")
        t.sees("plain")
        assert (t.style("bob: plain").fg == "default") == (count == 0)
        assert t.style(f"alice{count}: look").bold
        assert t.style("plain").fg == "default" and not t.style("plain").bold
        assert t.style("TLSv1.3").reverse == (count < 256)


@pytest.mark.parametrize("how", [{"env": {"TERM": "xterm-256color", "NO_COLOR": "1"}},
                                 {"env": {"TERM": "xterm-256color"}, "arguments": ["--theme", "mono"]}])
def test_without_colours_none_is_written(full, listener, how):
    bob = listener("bob")
    t = full("alice", *how.get("arguments", []), env=how["env"])
    bob.says("alice: look")
    t.sees("alice: look").says("/who").sees("online")
    assert re.search(rb"\x1b\[[\d;]*?(3[0-7]|4[0-7]|38;5|48;5|9[0-7])[;m]", t.raw) is None


def test_the_light_theme_has_other_colours(full, listener):
    bob = listener("bob")
    screens = [full(f"alice{theme}", "--theme", theme, env={"TERM": "xterm-256color"})
               for theme in ("dark", "light")]
    bob.says("hello")
    dark, light = (t.sees("hello").style("bob: hello").fg for t in screens)
    assert dark != light


# Sizes


def test_every_size_shows_the_same_talk(full, listener):
    bob, t = listener("bob"), full("alice")
    talk(t, bob)
    for columns, rows in ((200, 60), (40, 10), (79, 24), (10, 3), (1, 1), (61, 11), (300, 100), (80, 24)):
        t.resize(columns, rows)
        if columns >= 40:
            assert until(lambda: t.look().bottom == "> half a th" and t.screen.cursor.y == rows - 1), t.text
            t.sees("hello alice").sees("smiles")
            assert len([l for l in t.lines if "half a th" in l]) == 1
    assert t.look().child.isalive()


def test_ctrl_l_draws_everything_again(full, listener):
    bob, t = listener("bob"), full("alice")
    talk(t, bob)
    before = list(t.lines)
    t.stream.feed(b"\x1b[H\x1b[2Jrubbish\x1b[10;10Hrubbish")
    t.types("\x0c")
    assert until(lambda: t.look().lines == before), t.text


# Rooms


def test_rooms_show_what_is_unread_and_a_key_goes_there(full, listener):
    bob, t = listener("bob"), full("alice")
    t.says("/join den").sees("#den")
    bob.says("one")
    bob.says("alice: two")
    assert until(lambda: t.look().lines[2].startswith("1 #lobby    1! 2")), t.text
    t.types("\x1ba").sees("── new ──")
    assert t.lines[2].startswith("1 #lobby        │")
    t.types("back in the lobby\r")
    bob.hears("alice: back in the lobby")


def test_a_private_message_opens_a_window_and_is_answered_there(full, listener):
    bob, t = listener("bob"), full("alice")
    bob.says("/msg alice psst")
    t.sees("2 @bob").types("\x1b2").sees("psst").says("what?")
    bob.hears("[private] alice: what?")
    t.says("/leave").sees("/leave is for a room")


def test_joining_and_leaving_follow_in_the_windows(full, listener):
    t = full("alice")
    t.says("/join den").sees("2 #den")
    assert until(lambda: t.look().lines[0] == " #den"), t.text
    t.says("/leave")
    assert until(lambda: t.look().lines[0] == " #lobby"), t.text
    t.says("/leave")
    assert until(lambda: t.look().lines[0] == " localhost"), t.text
    t.says("/join lobby")
    assert until(lambda: t.look().lines[0] == " #lobby"), t.text
    t.says("here again").sees("alice: here again")


def test_windows_are_opened_closed_and_what_a_member_says_hidden(full, listener):
    bob, t = listener("bob"), full("alice")
    t.says("/query bob").sees("2 @bob").says("psst")
    bob.hears("[private] alice: psst")
    t.says("/close")
    assert until(lambda: t.look().lines[0] == " #lobby"), t.text
    t.says("/ignore bob").sees("ignoring bob")
    bob.says("noise")
    bob.says("/msg alice noise")
    listener("carol").says("hello")
    t.sees("carol: hello")
    assert "noise" not in t.text
    bob.says("/nick robert")
    t.sees("robert")
    bob.says("noise as well")
    bob.says("/nick bob")
    t.sees("robert is now known as bob")
    assert "noise" not in t.text
    t.says("/unignore bob").sees("bob: noise")
    t.says("/alias j /join").says("/j den").sees("2 #den").says("/close")
    assert until(lambda: "#den" not in t.look().text), t.text
    t.resize(200, 90).says("/help").sees("commands of this client").sees("say what you do")
    picture = list(t.lines)
    t.types("\x0c")
    assert until(lambda: t.look().lines == picture), t.text


def test_only_those_who_are_here_are_members(full, daemon, home):
    assert pipe(daemon, "bob", text="hello\n/nick bobby\nhello again\n", home=home).returncode == 0
    t = full("carl").sees("bobby: hello again")
    assert [l.split("│")[2].strip() for l in t.lines[1:4]] == ["carl", "", ""]
    assert " 1 here" in t.bar


def test_an_escape_alone_leaves_a_question_and_hides_no_other_key(full, daemon, home):
    t = full("alice")
    t.types("\x1bg").sees("go to:").types("\x1b")
    assert until(lambda: "go to:" not in t.look().text), t.text
    t.types("\x1b[200~1\n2\n3\n4\n5\n6\x1b[201~").sees("paste of 6 lines").types("\x1b")
    assert until(lambda: t.look().bottom == ">"), t.text
    t.types("\x1b[200~unfinished")
    assert until(lambda: (t.look().types("\x03"), not t.child.isalive())[1])
    assert t.ends() == 130


def test_drafts_stay_with_their_rooms(full):
    t = full("alice")
    t.says("/join den").sees("2 #den").types("for the den").sees("> for the den").types("\x1b1")
    assert until(lambda: t.look().bottom == ">"), t.text
    t.types("\x1bgde\r").sees("> for the den")


# What is typed


def test_a_message_of_several_lines_is_typed_and_shown_as_one(full, listener):
    bob, t = listener("bob", "--json"), full("alice")
    t.types("one\x1b\r  two").sees("> one").sees("    two")
    t.says("")
    bob.hears('"text":"one\\n  two"')
    t.sees("alice: one")


def test_lines_without_a_connection_wait_and_are_said_once(full, listener, daemon, home):
    cable = Cable(daemon.port)
    bob = listener("bob")
    t = FullScreen(f"alice@localhost:{cable.port}", "--ca", daemon.ca, home=home).ready()
    cable.pull_out()
    t.sees("not connected").says("are you there?").sees("are you there? …")
    cable.plug_in()
    bob.hears("alice: are you there?")
    assert until(lambda: "…" not in t.look().text and "TLSv1.3" in t.text), t.text
    assert bob.out.count(b"are you there?") == 1
    t.child.close(force=True)


def test_a_refused_command_is_told_and_the_one_that_was_meant(full):
    t = full("alice", columns=150)
    t.says("/fly").sees("refused: there is no command /fly; /help lists those there are")
    for typed, meant in (("/jion", "Did you mean /join?"), ("/themee", "Did you mean /theme?"),
                         ("/part", "It is /leave here.")):
        t.says(typed).sees(meant)


def script(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o700)
    return {"EDITOR": str(path)}


def test_an_editor_has_the_terminal_until_it_ends(full, listener, tmp_path):
    bob = listener("bob")
    env = script(tmp_path / "editor", 'cat "$1"; printf "write: "; read -r line </dev/tty; echo "$line" >> "$1"\n')
    t = full("alice", env=env).types("a draft\x1be").sees("write:")
    bob.says("meanwhile")
    bob.hears("")
    t.types("by hand\r").sees("> a draft").sees("  by hand").sees("meanwhile").says("")
    t.sees("alice: a draft")
    assert until(lambda: t.look().bottom == ">"), t.text
    t.types("x\x1b[D").types("y").sees("> yx").types("\x03")
    assert t.ends() == 130


def test_an_editor_that_fails_leaves_the_text_as_it_was(full, tmp_path):
    t = full("alice", env=script(tmp_path / "editor", 'echo spoilt > "$1"; exit 1\n'))
    t.types("a draft\x1be").sees("failed; the text is as").sees("> a draft")


def test_keys_and_colours_are_as_they_are_configured(full, home):
    config = home / ".config/asio-chat/config"
    config.parent.mkdir(parents=True)
    config.write_text("bind = F5 go-to\nbind = Ctrl-T /me waves\ncolour = own-name red on 17 underline\n")
    t = full("alice", env={"TERM": "xterm-256color"})
    t.types("\x14").sees("~ alice: waves")
    assert until(lambda: (t.look().style("alice: waves").fg, t.style("alice: waves").bg) == ("red", "00005f"))
    assert t.style("alice: waves").underscore
    t.types("\x1b[15~").sees("go to:").types("\x07")
    t.says("/bind F5 rooms").types("\x1b[15~")
    assert until(lambda: "0 localhost" not in t.look().text), t.text
    t.says("/bind").sees("F5             rooms").says("/bind F5 dance").sees("there is no action 'dance'")


# The terminal


def test_the_terminal_is_as_it_was_after_every_end(daemon, home):
    for how, code in (("\x03", 130), ("/quit\r", 0), ("\x04", 0), (signal.SIGTERM, 143)):
        t = FullScreen(f"alice@{daemon.address}", "--ca", daemon.ca, home=home).ready()
        if isinstance(how, str):
            t.types(how)
        else:
            os.kill(t.child.pid, how)
        assert t.ends() == code
        assert t.raw.count(b"\x1b[?1049h") == t.raw.count(b"\x1b[?1049l") == 1
        assert t.raw.count(b"\x1b[?2004h") == t.raw.count(b"\x1b[?2004l")
        assert (b"Client shutting down..." in t.raw.split(b"\x1b[?1049l")[1]) == (how == "\x03")


def test_a_line_that_was_not_sent_can_be_read_after_the_end(full, daemon):
    t = full("alice")
    daemon.stop(signal.SIGKILL)
    t.sees("not connected").says("too late").sees("too late …").says("/quit")
    assert t.ends() == 5
    assert b"[not sent: too late]\r\n" in t.raw.split(b"\x1b[?1049l")[1]


def test_ctrl_z_gives_the_terminal_back_until_fg(daemon, home):
    shell = FullScreen.__new__(FullScreen)
    shell.show_on(80, 24)
    shell.raw = b""
    shell.child = pexpect.spawn("/bin/bash", ["--norc", "-i"], dimensions=(24, 80), env={
        "HOME": str(home), "TERM": "xterm", "PATH": "/usr/bin:/bin", "PS1": "$ ", "LANG": "C.UTF-8"})
    shell.says(f"{CLIENT} alice@{daemon.address} --ca {daemon.ca}").sees("TLSv1.3").types("half\x1a")
    shell.sees("Stopped").says("echo in the $((40 + 2))").sees("in the 42").says("fg").sees("> half")
    assert "Stopped" not in shell.text
    shell.types("\x03").sees("Client shutting down...")
    shell.child.close(force=True)


def test_a_dumb_terminal_gets_lines_and_no_escape(daemon, home, listener):
    bob = listener("bob")
    for term in ("dumb", ""):
        t = FullScreen(f"alice@{daemon.address}", "--ca", daemon.ca, home=home, env={"TERM": term})
        t.sees("[in #lobby")
        bob.says("hello")
        t.sees("bob: hello").types("hi\n")
        bob.hears("alice: hi")
        t.types("quit\n")
        assert t.ends() == 0
        assert b"\x1b" not in t.raw


def test_an_unknown_terminal_gets_the_line_mode(daemon, home):
    t = FullScreen(f"alice@{daemon.address}", "--ca", daemon.ca, home=home, env={"TERM": "no-such-thing"})
    t.sees("[in #lobby")
    t.types("\x04")
    assert t.ends() == 0


# Foreign text


FOREIGN = ["e" + "\u0301" * 30 + "|", "中文" * 60, "\u05d0\u05d1\u202e\u2066abc", "👩\u200d👩\u200d👧 x",
           "\u0301\u0302 marks first", "\u3164\u115f\u2800 blanks", "a\u00adb\u200bc\ufeffd", "\u0600" * 9]


def own_sequences(raw):
    """What is left when the sequences that ncurses and the client write are taken out."""
    rest = re.sub(rb"\x1b\[\??[\d;]*[ABCDGHJKLMPSTXdhlmrt@]|\x1b\([B0]|\x1b[78=>M]|\x1b\[4l|\x0e|\x0f", b"", raw)
    return re.sub(rb"[\r\n\x08\x07]", b"", rest)


def test_foreign_text_does_nothing_to_the_terminal(full, listener):
    bob, t = listener("bob"), full("alice", columns=50)
    t.types("\x07")  # the first key takes the hint away
    for text in FOREIGN:
        bob.says(text)
    bob.says("the end")
    t.sees("the end")
    left = own_sequences(t.raw)
    assert not re.search(rb"[\x00-\x1f\x7f]", left), left
    for steering in "\u202e\u2066\u200b\u200d\ufeff\u00ad":
        assert steering.encode() not in t.raw
    # The frame stands, and the terminal shows what the client thinks it does.
    picture = list(t.lines)
    t.types("\x0c")
    assert until(lambda: t.look().lines == picture), t.text
    assert t.lines[0].startswith(" #lobby") and t.bottom == ">"
    assert all(sum(max(0, wcwidth(c)) for c in l) <= 50 for l in t.lines)


# A slow screen


def test_a_screen_that_stands_still_skips_to_what_is_current(full, daemon, home):
    t = full("alice")
    t.types("\x13")
    said = "".join(f"line {i} {'x' * 300}\n" for i in range(3000))
    assert pipe(daemon, "bob", text=said, home=home).returncode == 0
    seen = len(t.look().raw)
    t.types("\x11").sees("line 2999")
    assert len(t.raw) - seen < 200_000  # pictures were left out


def test_why_it_ended_is_read_when_the_screen_is_gone(full, daemon):
    alice = full("alice")
    alice.says("/register correct-horse").sees("you are logged in as alice")
    alice.says("/forget me correct-horse")
    assert alice.ends() == 0  # it was wanted
    after = alice.raw.rsplit(b"\x1b[?1049l", 1)[1].decode()
    receipt = [line for line in after.split("\r\n") if line.startswith("* eyJ")]
    assert len(receipt) == 1 and "[disconnected: your account is deleted]" in after
