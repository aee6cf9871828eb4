"""What asio-chat does with a terminal: one that is slow or stopped, keys, pastes, other sizes."""

import os
import re
import signal
import socket
import subprocess

import pytest

from clients import CLIENT, Terminal, daemon, home, listener, pipe, terminal
from programs import PATIENCE, until


def paste(text):
    """As a terminal sends it."""
    return "\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~"


def flood(daemon, home, lines, size=1000):
    """Many messages of a member who leaves; more than a terminal and the client keep together."""
    said = "".join(f"line {i} {'x' * size}\n" for i in range(lines))
    assert pipe(daemon, "bob", text=said, home=home).returncode == 0


def numbers_in(raw):
    return [int(n) for n in re.findall(rb"bob: line (\d+) x", raw)]


def read_slowly(t, until_there, step=1024):
    """Reads a little at a time, and nothing ahead."""
    while until_there not in t.raw:
        t.raw += os.read(t.child.child_fd, step)
        t.raw = t.raw.replace(b"\r\n", b"\n")
    return t


# A slow screen


def test_a_terminal_that_reads_slowly_misses_nothing(daemon, home, terminal):
    alice = terminal("alice")
    flood(daemon, home, 1500)  # nobody reads meanwhile
    read_slowly(alice, b"* bob left *")
    assert numbers_in(alice.raw) == list(range(1500))


def test_ctrl_s_stops_the_screen_and_ctrl_q_shows_everything(daemon, home, terminal):
    alice = terminal("alice")
    alice.types("\x13")
    flood(daemon, home, 400)
    alice.types("half a thought")
    alice.look()
    assert numbers_in(alice.raw) == []
    alice.types("\x11")
    alice.sees("* bob left *")
    assert numbers_in(alice.raw) == list(range(400))
    assert until(lambda: alice.look().bottom == "> half a thought"), alice.text


def test_a_slow_terminal_gets_everything_before_quit_ends_the_client(daemon, home, terminal):
    alice = terminal("alice")
    flood(daemon, home, 400)
    alice.says("/quit")
    alice.sees("bob: line 399")
    assert alice.ends() == 0
    assert numbers_in(alice.raw) == list(range(400))


def test_a_terminal_that_stands_still_does_not_keep_the_client_after_a_signal(daemon, home, terminal):
    alice = terminal("alice")
    alice.types("\x13")
    flood(daemon, home, 1500)
    os.kill(alice.child.pid, signal.SIGTERM)
    assert until(lambda: not alice.child.isalive())
    assert alice.child.exitstatus == 143


def test_others_who_share_the_terminal_can_block(daemon, home):
    """O_NONBLOCK would be the shell's as well, and stay after kill -9."""
    t = Terminal(f"alice@{daemon.address}", "--ca", daemon.ca, home=home).ready()
    flags = [l for l in open(f"/proc/{t.child.pid}/fdinfo/0") if l.startswith("flags:")]
    assert int(flags[0].split()[1], 8) & os.O_NONBLOCK == 0
    t.child.close(force=True)


def test_a_socket_for_input_and_output_misses_nothing(daemon, home):
    """One open file description for both, as inetd and socat make it."""
    ours, theirs = socket.socketpair()
    client = subprocess.Popen([CLIENT, f"alice@{daemon.address}", "--ca", daemon.ca], stdin=theirs,
                              stdout=theirs, stderr=subprocess.PIPE, env={"HOME": str(home)})
    theirs.close()
    while b"[in #lobby" not in client.stderr.readline():
        pass
    flood(daemon, home, 1500)
    got = b""
    while b"* bob left *" not in got:
        got += ours.recv(1024)
    assert numbers_in(got) == list(range(1500))
    ours.shutdown(socket.SHUT_WR)
    assert client.wait(PATIENCE) == 0
    client.stderr.close()
    ours.close()


def test_a_pipe_that_is_read_late_misses_nothing(daemon, home, listener):
    alice = listener("alice")
    flood(daemon, home, 1500)
    alice.hears("* bob left *")
    assert numbers_in(alice.out) == list(range(1500))
    assert alice.ends() == 0


# Pastes


def test_a_paste_of_several_lines_is_one_message_with_its_indentation(terminal, listener):
    alice, bob = terminal("alice"), listener("bob", "--json")
    alice.types(paste("  if (x)\n\treturn;\n/quit\n"))
    alice.sees("  return;").sees("  /quit")
    alice.says("")
    bob.hears('"text":"  if (x)\\n\\treturn;\\n/quit"')
    assert until(lambda: alice.look().bottom == ">"), alice.text


def test_a_pasted_command_is_said_and_not_carried_out(terminal, listener):
    alice, bob = terminal("alice"), listener("bob", "--json")
    alice.types(paste("/nick mallory\n/quit\n")).says("")
    bob.hears('"text":"/nick mallory\\n/quit"')
    alice.says("still alice")
    bob.hears('"from":"alice","text":"still alice"')


def test_a_control_character_in_a_paste_is_no_key(terminal, listener):
    alice, bob = terminal("alice"), listener("bob", "--json")
    alice.types(paste("one\x03\x1a\x1c\rtwo\r/nick owned")).says("")
    bob.hears('two\\n/nick owned"')
    alice.says("still alice")
    bob.hears('"from":"alice","text":"still alice"')


def test_a_tab_in_a_paste_completes_nothing(terminal, listener):
    alice, bob = terminal("alice"), listener("bob", "--json")
    alice.sees("* bob joined")
    alice.types(paste("bo\tx")).says("")
    bob.hears('"text":"bo\\tx"')


def test_blanks_before_a_line_are_said(terminal, listener):
    alice, bob = terminal("alice"), listener("bob")
    alice.says("   indented")
    bob.hears("alice:    indented")


LONG = "".join(f"{'  ' * (i % 2)}/line {i}\n" for i in range(7))


def test_a_long_paste_is_asked_about_and_sent_as_one_message(terminal, listener):
    alice, bob = terminal("alice"), listener("bob", "--json")
    alice.types(paste(LONG)).sees("paste of 7 lines: (s)end as one message, send (l)ine by line")
    alice.types("x\r")  # no answer
    alice.types("s")
    bob.hears('"text":"/line 0\\n  /line 1\\n/line 2\\n  /line 3\\n/line 4\\n  /line 5\\n/line 6"')
    assert until(lambda: alice.look().bottom == ">"), alice.text


def test_a_long_paste_may_be_sent_line_by_line(terminal, listener):
    alice, bob = terminal("alice"), listener("bob")
    alice.types(paste(LONG)).sees("(l)ine by line").types("l")
    bob.hears("alice: /line 6")
    said = [l for l in bob.out.decode().splitlines() if l.startswith("alice: ")]
    assert said == [f"alice: {'  ' * (i % 2)}/line {i}" for i in range(7)]


def test_a_long_paste_may_be_edited_or_dropped(terminal, listener):
    alice, bob = terminal("alice"), listener("bob", "--json")
    alice.types("see: " + paste(LONG)).sees("(n)o?")
    assert "(l)ine" not in alice.text
    alice.types("n")
    assert until(lambda: alice.look().bottom == "> see:"), alice.text
    alice.types(paste(LONG)).sees("(e)dit").types("e").sees("/line 6")
    alice.says(".")
    bob.hears('"text":"see: /line 0\\n  /line 1').hears('/line 6."')


# Keys


def test_ctrl_r_searches_what_was_typed_and_puts_nothing_into_the_line(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.says("green tea").says("coffee").says("black tea")
    bob.sees("alice: black tea")
    alice.types("\x12te").sees("(search: te) black tea")
    alice.types("\x12").sees("(search: te) green tea")
    alice.says("")
    assert until(lambda: bob.look().text.count("alice: green tea") == 2), bob.text


def test_a_search_that_is_given_up_brings_the_typed_line_back(terminal):
    alice = terminal("alice")
    alice.says("green tea").types("half").types("\x12gr").sees("(search: gr) green tea")
    alice.types("\x07")
    assert until(lambda: alice.look().bottom == "> half"), alice.text


def test_keys_without_a_meaning_put_nothing_into_the_line(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.types("a\x1bx\x1bz\x1b[15~\x16\x18b")
    alice.says("")
    bob.sees("alice: ab")


@pytest.mark.parametrize("left, right", [("\x1b[1;5D", "\x1b[1;5C"), ("\x1bb", "\x1bf")])
def test_the_cursor_goes_by_words(terminal, left, right):
    alice, bob = terminal("alice"), terminal("bob")
    alice.types("one two three" + left + left + "<" + right + ">")
    alice.says("")
    bob.sees("alice: one <two> three")


def test_marks_on_letters_stay_when_the_line_is_drawn_again(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.types("a\u0304e\u0301x")
    bob.says("hello")
    alice.sees("bob: hello")
    assert until(lambda: alice.look().bottom == "> \u0101\u00e9x"), alice.text
    alice.types("\x7f\x7f!\r")
    bob.sees("alice: \u0101!")


def test_alt_enter_begins_another_line_of_the_message(terminal, listener):
    alice, bob = terminal("alice"), listener("bob", "--json")
    alice.says("one\x1b\rtwo")
    bob.hears('"text":"one\\ntwo"')


# Sizes


def test_a_window_that_grows_leaves_no_copies_of_the_typed_line(terminal):
    alice, bob = terminal("alice", columns=20), terminal("bob")
    alice.sees("* bob joined")
    typed = "a line that is longer than forty columns wide"
    alice.types(typed)
    assert until(lambda: "wide" in alice.look().text)
    for columns in (30, 60, 80):
        alice.resize(columns)
        assert until(lambda: alice.look().lines[alice.screen.cursor.y].endswith("wide"))
        bob.says(f"at {columns}")
        alice.sees(f"bob: at {columns}")
    assert until(lambda: alice.look().bottom == "> " + typed), alice.text
    assert alice.text.count("> a line") == 1
    assert alice.text.count("wide") == 1, alice.text


def test_a_text_that_is_higher_than_the_window_shows_where_the_cursor_is(terminal, listener):
    alice, bob = terminal("alice"), listener("bob", "--json")
    many = "\n".join(f"row {i}" for i in range(40))
    alice.types(paste(many)).sees("(e)dit").types("e").sees("row 39")
    assert "row 5\n" not in alice.text
    alice.types("\x1b[A" * 39).sees("row 0")
    alice.says("")
    bob.hears("row 39")
    assert until(lambda: alice.look().bottom == ">"), alice.text


# Where one is


def test_it_says_where_one_is(terminal):
    alice = terminal("alice")
    alice.says("/join den").sees("[in #den with alice]")
    alice.says("/join lobby").sees("[now in #lobby]")
    alice.says("/join den").sees("[now in #den]")
    alice.says("/leave").sees("* you left den *")
    assert until(lambda: alice.look().text.count("[now in #lobby]") == 2), alice.text
    alice.says("/leave").sees("[in no room]")


def test_tab_offers_no_second_room(terminal):
    alice = terminal("alice")
    alice.types("/join lob\t\t\t")
    assert until(lambda: alice.look().bottom == "> /join lobby"), alice.text


def test_all_times_are_of_one_clock(daemon, home):
    pipe(daemon, "bob", text="hi\n", home=home)
    alice = Terminal(f"alice@{daemon.address}", "--ca", daemon.ca, home=home, env={"TZ": "XYZ-12"}).ready()
    alice.sees("[times are in XYZ, UTC+12:00]").sees("[now]")
    stamp = re.search(r"^(\[[-\d :]+\]) bob: hi$", alice.text, re.M)[1]
    alice.says("/history").sees(f"{stamp} bob: hi *")
    assert alice.text.count("times are in") == 1
    alice.child.close(force=True)
