"""asio-chat as a person and as a program use it: in a terminal, in a pipe, against a real asio-chatd.

Needs ASIO_CHAT_BIN, the directory of the programs, and the packages pexpect and pyte. Names such as
D5 are rows of docs/requirements.md.
"""

import json
import os
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

import pexpect
import pyte
import pytest

from clients import CLIENT, Cable, Daemon, Listener, Terminal, daemon, home, listener, pipe, terminal
from programs import BIN, PATIENCE, until


# A person at a terminal


def test_b15_first_line_says_how_the_connection_is_protected(terminal, daemon):
    t = terminal("alice")
    assert re.search(r"connected over TLSv1\.3, TLS_\w+, localhost:\d+ verified by ca-cert\.pem",
                     t.text.replace("\n", "")), t.text


def test_d1_d2_asks_the_name_until_there_is_one(daemon, home):
    t = Terminal(daemon.address, "--ca", daemon.ca, home=home)
    t.sees("Enter your username:").says("   ")
    t.sees("Username cannot be empty").says("  alice  ")
    t.ready()
    assert "[in #lobby with alice]" in t.text
    t.says("/quit")
    assert t.ends() == 0


def test_d1_a_taken_name_is_asked_again(daemon, terminal, home):
    terminal("alice")
    t = Terminal(daemon.address, "--ca", daemon.ca, home=home)
    t.sees("Enter your username:").says("alice")
    t.sees("taken").says("bob")
    t.ready()


def test_d4_prompt_comes_back_after_each_line_and_own_lines_stay(terminal):
    t = terminal("alice")
    t.says("first").says("second")
    t.sees("> second")
    assert "> first" in t.lines
    assert until(lambda: t.look().bottom == ">")


def test_d5_d15_incoming_message_leaves_the_half_typed_line_alone(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.sees("* bob joined *")
    alice.types("half a th")
    assert until(lambda: alice.look().bottom == "> half a th")
    bob.says("hello from bob")
    alice.sees("bob: hello from bob")
    assert until(lambda: alice.look().bottom == "> half a th"), alice.text
    assert alice.screen.cursor.x == len("> half a th")
    above = alice.lines[alice.screen.cursor.y - 1]
    assert above == "bob: hello from bob"
    alice.says("ought")
    bob.sees("alice: half a thought")


def test_d5_cursor_in_the_middle_and_a_line_that_wraps(terminal):
    alice, bob = terminal("alice", columns=30), terminal("bob")
    alice.types("x" * 40 + "\x01")  # to the beginning of a line of two rows
    until(lambda: alice.look().screen.cursor.x == 2)
    bob.says("one")
    alice.sees("bob: one")
    alice.types("\x05")  # to its end
    until(lambda: alice.look().screen.cursor.x == 12)
    bob.says("two")
    alice.sees("bob: two")
    assert until(lambda: alice.look().text.count("x") == 40), alice.text
    assert alice.text.count("> x") == 1
    alice.types("\x01!\x05?\r")
    bob.sees("alice: !" + "x" * 40 + "?")


def test_d5_utf8_typing_and_editing(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.types("grüße 中文 😀x")
    alice.types("\x7f")  # backspace takes one character
    alice.types("\x1b[D\x1b[D!")  # arrows go by characters
    alice.says("")
    bob.sees("alice: grüße 中文! 😀")


def test_d5_a_lone_escape_key_holds_nothing_up(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.types("abc\x1b")
    bob.says("still here?")
    alice.sees("bob: still here?")


def test_history_of_typed_lines(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.says("again and again")
    bob.sees("alice: again and again")
    alice.types("\x1b[A")
    assert until(lambda: alice.look().bottom == "> again and again")


def test_completion_of_names_and_commands(terminal):
    alice = terminal("alice")
    terminal("barbara")
    alice.sees("* barbara joined")
    alice.types("bar\t")
    assert until(lambda: alice.look().bottom == "> barbara:"), alice.text
    alice.types("\x15/wh\t")
    assert until(lambda: alice.look().bottom == "> /who"), alice.text
    alice.says("")
    alice.sees("* online: alice, barbara *")
    alice.types("/m\t")
    alice.sees("me  mode  msg  mute")


def test_a_refused_command_is_told_in_words(terminal):
    alice = terminal("alice")
    alice.says("/fly")
    alice.sees("[refused: there is no command /fly")
    alice.says("/nick").sees("[refused: NAME is missing; usage: /nick NAME]")


def test_rooms_show_in_the_prompt_and_before_messages(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.says("/join den")
    assert until(lambda: alice.look().bottom == "#den>"), alice.text
    bob.says("in the lobby")
    alice.sees("#lobby bob: in the lobby")
    alice.says("/join lobby")
    assert until(lambda: alice.look().bottom == ">"), alice.text
    alice.says("/join den").says("/leave")
    alice.sees("you left den")
    assert until(lambda: alice.look().bottom == ">")
    alice.says("home again")
    bob.sees("alice: home again")
    alice.says("/leave")
    assert until(lambda: alice.look().bottom == "(no room)>"), alice.text
    alice.says("anybody?").sees("[not sent: anybody?; you are in no room; /join ROOM first]")


def test_tls_says_how_the_connection_is_protected(terminal, daemon, home):
    alice = terminal("alice", columns=120)
    alice.says("/tls").sees("TLSv1.3, TLS_AES_128_GCM_SHA256, key agreement ")
    alice.sees("the server's certificate: CN=").sees("SHA-256").sees("you showed no certificate")
    alice.sees("verified by ca-cert.pem")
    piped = pipe(daemon, "bob", text="/tls\n", home=home)
    assert "this client verified CN=" in piped.stdout and "by ca-cert.pem" in piped.stdout


def test_a_topic_is_shown_and_so_is_its_end(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.says("/topic tea")
    bob.sees("tea")
    assert "tea" in bob.text
    alice.says("/topic -")
    bob.sees("removed")


def test_actions_and_private_messages(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.says("/me waves")
    bob.sees("~ alice: waves")
    alice.says("/msg bob psst")
    bob.sees("[private] alice: psst")
    alice.says("//not a command")
    bob.sees("alice: /not a command")


@pytest.mark.parametrize("word", ["quit", "QUIT", "/quit", "/Quit"])
def test_d6_quit_leaves_in_any_case(terminal, word):
    bob, alice = terminal("bob"), terminal("alice")
    alice.says(word)
    assert alice.ends() == 0
    bob.sees("* alice left *")


def test_d7_ctrl_c_announces_the_leave(terminal):
    bob, alice = terminal("bob"), terminal("alice")
    alice.types("half\x03")
    assert alice.ends() == 130
    assert "Client shutting down..." in alice.text
    bob.sees("* alice left *")


def test_d8_ctrl_d_leaves_cleanly(terminal):
    bob, alice = terminal("bob"), terminal("alice")
    alice.types("\x04")
    assert alice.ends() == 0
    bob.sees("* alice left *")


@pytest.mark.parametrize("how", ["ctrl-c", "sigterm", "quit", "server"])
def test_the_terminal_is_left_as_it_was(daemon, home, how):
    marks = Terminal.__new__(Terminal)
    command = f"stty -a > {home}/before; {CLIENT} --line alice@{daemon.address} --ca {daemon.ca} " \
              f"--no-reconnect; stty -a > {home}/after"
    marks.screen = pyte.Screen(80, 24)
    marks.stream = pyte.ByteStream(marks.screen)
    marks.raw = b""
    marks.child = pexpect.spawn("/bin/bash", ["-c", f"trap : INT; {command}"],
                                env={"HOME": str(home), "TERM": "xterm", "PATH": "/usr/bin:/bin"},
                                dimensions=(24, 80))
    marks.ready()
    if how == "ctrl-c":
        marks.types("\x03")
    elif how == "quit":
        marks.says("/quit")
    elif how == "server":
        daemon.stop(signal.SIGKILL)
    else:
        pid = subprocess.run(["pgrep", "-P", str(marks.child.pid), "-x", "asio-chat"],
                             capture_output=True, text=True, check=True).stdout
        os.kill(int(pid), signal.SIGTERM)
    marks.ends()
    assert (home / "after").read_text() == (home / "before").read_text()


def test_c12_time_full_gives_the_old_form(terminal):
    alice, bob = terminal("alice", "--time", "full"), terminal("bob")
    bob.says("hello")
    alice.sees("bob: hello")
    assert re.search(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] bob: hello$", alice.text, re.M)


def test_d19_escape_sequences_are_made_harmless(terminal, daemon, home):
    alice = terminal("alice")
    # A server's own filter is not trusted: this one would have to let them through. What typing and
    # pasting can send is tried here; the rest is in the unit tests of the display.
    pipe(daemon, "eve", text="\x1b[2J\x1b]0;title\x07 \x9b31m evil\u202e \x1b[8m\n", home=home)
    alice.sees("evil")
    assert b"\x1b]0" not in alice.raw
    assert b"\x1b[8m" not in alice.raw
    assert "\u202e".encode() not in alice.raw
    assert b"\xc2\x9b" not in alice.raw


def test_d12_server_killed_and_restarted(terminal, daemon):
    alice, bob = terminal("alice"), terminal("bob")
    alice.says("/join den")
    assert until(lambda: alice.look().bottom == "#den>")
    alice.types("half")
    daemon.stop(signal.SIGKILL)
    alice.sees("[disconnected: ").sees("next attempt in")
    bob.sees("[disconnected: ")
    daemon.start()
    alice.sees("[connected again]")
    bob.sees("[connected again]")
    assert until(lambda: alice.look().bottom == "#den> half")
    alice.says(" and whole")
    bob.says("/join den")
    bob.sees("[in #den with ")
    alice.says("back in the den")
    bob.sees("alice: back in the den")


def test_d12_what_was_missed_comes_in_order_and_once(daemon, terminal, home):
    bob = terminal("bob")
    cable = Cable(daemon.port)
    alice = Terminal(f"alice@localhost:{cable.port}", "--ca", daemon.ca, home=home).ready()
    bob.says("message 1")
    alice.sees("bob: message 1").says("mine")
    bob.sees("alice: mine")
    cable.pull_out()
    alice.sees("[disconnected: ")
    bob.sees("* alice left *").says("message 2").says("message 3")
    bob.sees("> message 3")
    cable.plug_in()
    alice.sees("bob: message 3")
    bob.says("message 4")
    alice.sees("bob: message 4")
    heard = [l for l in alice.lines if "bob: " in l or "alice: " in l]
    # Missed messages have their times.
    assert [re.sub(r"^\[\d\d:\d\d:\d\d\] ", "<time> ", l) for l in heard] == [
        "bob: message 1", "<time> bob: message 2", "<time> bob: message 3", "bob: message 4"]
    alice.child.close(force=True)


def test_c47_typed_while_disconnected_is_sent_once_and_marked_until_then(terminal, daemon):
    alice, bob = terminal("alice"), terminal("bob")
    daemon.stop(signal.SIGKILL)
    alice.sees("[disconnected: ").says("one").sees("[waiting: one]")
    bob.sees("[disconnected: ")
    alice.says("/join den").says("secret").says("/join lobby").says("/me waves").says("two")
    alice.sees("[waiting: two]")
    daemon.start()
    for client in (alice, bob):
        client.sees("[connected again]")
    alice.sees("[sent: one]").sees("[sent: secret]").sees("[sent: /me waves]").sees("[sent: two]")
    assert until(lambda: alice.look().bottom == ">"), alice.text
    bob.sees("alice: two").says("/join den").sees("alice: secret").says("/join lobby").says("there?")
    alice.sees("bob: there?")
    # Bob may have come back later than alice. Then the line comes from the log, with its time.
    said = [re.sub(r"^\[\d\d:\d\d:\d\d\] ", "", l) for l in bob.look().lines
            if "alice: " in l and "~ alice: " not in l]
    assert said == ["alice: one", "alice: two", "alice: secret"], bob.text


def test_c47_unacknowledged_when_the_connection_broke_is_sent_again_and_kept_once(
        daemon, terminal, home):
    bob = terminal("bob")
    cable = Cable(daemon.port)
    alice = Terminal(f"alice@localhost:{cable.port}", "--ca", daemon.ca, home=home).ready()
    daemon.process.send_signal(signal.SIGSTOP)
    before = cable.carried
    alice.says("twice?")
    # The daemon has the line before the connection breaks, and alice does not know that.
    assert until(lambda: cable.carried > before)
    cable.pull_out()
    alice.sees("[not acknowledged yet: twice?]").says("after it").sees("[waiting: after it]")
    daemon.process.send_signal(signal.SIGCONT)
    bob.sees("alice: twice?")
    cable.plug_in()
    alice.sees("[sent: twice?]").sees("[sent: after it]")
    bob.sees("alice: after it").says("enough")
    alice.sees("bob: enough")
    said = [l for l in bob.look().lines if l.startswith("alice: ")]
    assert said == ["alice: twice?", "alice: after it"]
    alice.child.close(force=True)


def test_c47_leaving_says_what_was_not_sent(terminal, daemon):
    alice = terminal("alice")
    daemon.stop(signal.SIGKILL)
    alice.sees("[disconnected: ").says("too late").sees("[waiting: too late]").says("quit")
    assert alice.ends() == 5
    assert "[not sent: too late]" in alice.text


@pytest.mark.parametrize("word", ["/quit", "quit", "\x04"])
def test_leaving_with_a_line_that_has_no_answer_is_exit_code_5(word, terminal, daemon):
    alice = terminal("alice")
    daemon.process.send_signal(signal.SIGSTOP)
    alice.says("anybody?").sees("> anybody?")
    alice.types(word if word == "\x04" else word + "\r")
    assert alice.ends() == 5
    assert "anybody?; it may or may not be kept]" in alice.text.replace("\n", "")
    daemon.process.send_signal(signal.SIGCONT)


def test_pipe_quit_with_a_line_that_has_no_answer_is_exit_code_5(daemon, listener):
    bob = listener("bob")
    daemon.process.send_signal(signal.SIGSTOP)
    bob.says("anybody?")
    bob.says("/quit")
    assert bob.process.wait(timeout=PATIENCE) == 5
    daemon.process.send_signal(signal.SIGCONT)


def disconnected(listener, daemon, name="bob"):
    bob = listener(name)
    daemon.stop(signal.SIGKILL)
    assert until(lambda: b"[disconnected" in bob.look().err), bob.err
    return bob


@pytest.mark.parametrize("said, told", [
    ("", None), ("\n \n", None), ("one\n", "[line 1: not sent: one]"),
    ("\n//one\ntwo\n/who\n", "[line 2: not sent: /one, and 2 more]"),
    ("".join(f"{i}\n" for i in range(20_000)), "[line 1: not sent: 0, and 19999 more]"),
])
def test_pipe_quit_is_read_without_a_connection(said, told, daemon, listener):
    bob = disconnected(listener, daemon)
    bob.process.stdin.write(said.encode())
    bob.says("/QUIT now\nnever")
    assert bob.process.wait(timeout=PATIENCE) == (5 if told else 0)
    err = bob.look().err.decode()
    assert (told in err) if told else ("not sent" not in err), err


def test_pipe_quit_that_waits_in_the_pipe_is_read_when_the_connection_is_lost(daemon, listener):
    bob = listener("bob")
    daemon.process.send_signal(signal.SIGSTOP)
    bob.process.stdin.write(200 * b"anybody?\n")  # more lines than may be unacknowledged
    bob.says("/quit")
    assert until(lambda: b"[line 1: not acknowledged yet: anybody?" in bob.look().err), bob.err
    daemon.process.kill()
    assert bob.process.wait(timeout=PATIENCE) == 5
    err = bob.look().err.decode()
    assert "[line 65: not sent: anybody?, and 135 more]" in err
    for line in range(1, 65):
        assert f"[line {line}: not acknowledged: anybody?; it may or may not be kept]" in err


def test_pipe_last_line_without_an_end_may_be_quit(daemon, listener):
    bob = disconnected(listener, daemon)
    bob.process.stdin.write(b"one\n/quit")
    assert bob.ends() == 5


def test_pipe_end_of_input_without_a_connection_ends_it_if_all_was_said(daemon, listener):
    alice, bob = listener("alice"), listener("bob")
    bob.says("one")
    alice.hears("bob: one")
    daemon.stop(signal.SIGKILL)
    assert until(lambda: b"[disconnected" in bob.look().err), bob.err
    assert bob.ends() == 0


@pytest.mark.parametrize("nothing", ["\n", "  ", "\x01\n", "\u200b\n \n"])
def test_pipe_end_of_input_without_a_connection_ends_it_if_there_is_nothing_to_say(
        nothing, daemon, listener):
    bob = disconnected(listener, daemon)
    bob.process.stdin.write(nothing.encode())
    assert bob.ends() == 0


def test_pipe_lines_at_the_end_of_the_input_wait_for_the_next_connection(daemon, listener):
    bob = disconnected(listener, daemon)
    bob.process.stdin.write(b"one\ntwo")
    bob.process.stdin.close()
    daemon.start()
    alice = listener("alice", "--history", "9")
    alice.hears("bob: one").hears("bob: two")
    assert bob.process.wait(timeout=PATIENCE) == 0
    assert alice.ends() == 0


def test_pipe_a_writer_waits_while_there_is_no_connection(daemon, listener):
    """The client reads a bounded number of bytes ahead, and loses none of them."""
    bob = disconnected(listener, daemon)
    os.set_blocking(bob.process.stdin.fileno(), False)
    line = b"x" * 999 + b"\n"
    taken = 0
    while until(lambda: select.select([], [bob.process.stdin], [], 0)[1], patience=0.5):
        taken += os.write(bob.process.stdin.fileno(), line * 64)
        assert taken < 3 << 20
    assert taken > 1 << 20
    bob.process.terminate()
    assert bob.process.wait(timeout=PATIENCE) == 143


def test_a_line_that_a_stopped_server_does_not_answer_is_marked(terminal, listener, daemon):
    alice, bob = terminal("alice"), listener("bob")
    daemon.process.send_signal(signal.SIGSTOP)
    alice.says("hello?").says("/who")
    bob.says("one")
    alice.sees("[not acknowledged yet: hello?").sees("/who")
    assert until(lambda: b"[line 1: not acknowledged yet: one" in bob.look().err), bob.err
    daemon.process.send_signal(signal.SIGCONT)
    alice.sees("[sent: hello?]").sees("* online: alice, bob *")
    bob.hears("alice: hello?")
    assert bob.ends() == 0


def test_a_line_that_is_answered_in_time_is_not_marked(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    alice.says("hello")
    bob.sees("alice: hello").says("hello yourself")
    alice.sees("bob: hello yourself")
    assert "not acknowledged" not in alice.text and "[sent" not in alice.text


def test_an_attempt_to_come_back_that_fails_is_told(terminal, listener, daemon):
    alice, bob = terminal("alice", columns=120), listener("bob", "--json")
    daemon.stop(signal.SIGKILL)
    alice.sees("[disconnected: ")
    alice.sees(f"[not connected: cannot connect to {daemon.address}: Connection refused; next attempt")
    bob.hears('"attempt":"Connection refused"')
    daemon.start()
    alice.sees("[connected again]")
    assert alice.text.count("Connection refused") == 1  # however many attempts there were


def test_a_name_that_is_taken_when_one_comes_back_is_told(tmp_path, home):
    directory = tmp_path / "other"
    directory.mkdir(mode=0o700)
    d = Daemon(directory, "--name-hold", "0")
    cable = Cable(d.port)
    alice = Terminal(f"alice@localhost:{cable.port}", "--ca", d.ca, home=home, columns=120).ready()
    thief = None
    try:
        cable.pull_out()
        alice.sees("[disconnected: ")
        thief = Listener(f"alice@{d.address}", "--ca", d.ca, home=home).is_in()
        cable.plug_in()
        alice.sees("[not connected: ").sees("taken").sees("next attempt")
        thief.ends()
        alice.sees("[connected again]")
    finally:
        alice.child.close(force=True)
        if thief and thief.process.poll() is None:
            thief.process.kill()
        d.stop()


def test_where_it_makes_no_sense_to_come_back_it_ends_with_its_exit_code(terminal, listener, daemon):
    alice, bob = terminal("alice", columns=120), listener("bob")
    daemon.stop(signal.SIGKILL)
    daemon.secret = "open sesame"
    daemon.start()
    assert alice.ends() == 4
    assert "Error connecting to server: this server wants a passphrase" in alice.text
    assert bob.process.wait(timeout=PATIENCE) == 4
    assert b"passphrase" in bob.look().err


def test_c47_a_room_shows_what_was_said_before(daemon, terminal, home):
    pipe(daemon, "bob", text="one\ntwo\n", home=home)
    alice = terminal("alice")
    alice.sees("[now]")
    shown = [re.sub(r"^\[[-\d :]+\] ", "<time> ", l) for l in alice.lines if l]
    first = shown.index("[earlier in #lobby]")
    assert shown[first:first + 4] == ["[earlier in #lobby]", "<time> bob: one", "<time> bob: two",
                                      "[now]"]
    assert "one" not in terminal("carol", "--history", "1").text
    dave = terminal("dave", "--history", "0")
    pipe(daemon, "bob", text="three\n", home=home)
    dave.sees("bob: three")
    assert "earlier" not in dave.text and "two" not in dave.text


def test_c47_nothing_is_missing_after_the_daemon_was_killed(terminal, daemon):
    people = {name: terminal(name) for name in ("alice", "bob", "carol")}
    people["alice"].says("before").says("/topic tea")
    for name in ("bob", "carol"):
        people[name].sees("alice: before").sees("* alice set the topic: tea *")
    daemon.stop(signal.SIGKILL)
    for name, person in people.items():
        person.sees("[disconnected: ").says(f"{name} meanwhile").sees(f"[waiting: {name} meanwhile]")
    daemon.start()
    for name, person in people.items():
        person.sees("[connected again]").sees(f"[sent: {name} meanwhile]")
    for name, person in people.items():
        for other in people:
            if other != name:
                person.sees(f"{other}: {other} meanwhile")
        person.says(f"and {name} goes on")
    for name, person in people.items():
        for other in people:
            if other != name:
                person.sees(f"{other}: and {other} goes on")
        assert len(re.findall(r"(\w+): \1 meanwhile", person.look().text)) == 2, person.text
        assert "missing" not in person.text


def test_c47_a_log_that_is_gone_is_told(terminal, daemon):
    daemon.stop()
    daemon.options = ("--ephemeral",)
    daemon.start()
    alice = terminal("alice")
    alice.says("/me waves").says("/topic tea").sees("set the topic: tea")
    daemon.stop(signal.SIGKILL)
    alice.sees("[disconnected: ")
    daemon.start()
    alice.sees("[#lobby: messages may be missing here: the room's log was begun anew]")


def test_d12_server_stopped_politely_says_why(terminal, daemon):
    alice = terminal("alice", "--no-reconnect")
    daemon.stop()
    assert alice.ends() == 1
    assert "[disconnected: " in alice.text


def test_c61_a_connection_that_is_lost_for_good_is_one_sentence(listener, daemon):
    bob = listener("bob", "--no-reconnect")
    daemon.stop(signal.SIGKILL)
    assert bob.process.wait(timeout=PATIENCE) == 1
    last = bob.look().err.decode().splitlines()[-1]
    assert last == f"Error receiving message: {daemon.address} closed the connection"


# Trust


def test_b5_unknown_server_asks_once_and_remembers(daemon, home):
    t = Terminal(f"alice@{daemon.address}", home=home, columns=120)
    t.sees("Trust this server from now on? [yes/no]")
    assert "fingerprint: SHA-256 " in t.text
    assert "pin:         sha256/" in t.text
    for what in ("issuer:", "names:       localhost, ", "valid:       20"):
        assert what in t.text
    t.says("maybe").sees("Please type yes or no:").says("Yes")
    t.ready().says("/quit")
    assert t.ends() == 0

    known = home / ".config" / "asio-chat" / "known_hosts"
    assert stat.S_IMODE(known.stat().st_mode) == 0o600
    assert re.fullmatch(rf"localhost:{daemon.port} sha256/\S{{44}}\n", known.read_text())

    again = Terminal(f"alice@{daemon.address}", home=home).ready()
    assert "Trust" not in again.text
    assert "verified by pin" in again.text.replace("\n", "")
    again.says("/quit")
    assert again.ends() == 0


def test_b5_clients_that_start_together_ask_once(daemon, home):
    first = Terminal(f"alice@{daemon.address}", home=home, columns=120)
    first.sees("Trust this server")
    second = Terminal(f"bob@{daemon.address}", home=home, columns=120)
    second.sees(f"Another asio-chat of yours asks about {daemon.address}; waiting for the answer there")
    first.says("YES").ready()
    second.ready()
    assert "Trust this server" not in second.text
    known = home / ".config" / "asio-chat" / "known_hosts"
    assert known.read_text().count("\n") == 1
    for t in (first, second):
        t.child.close(force=True)


def test_b18_the_ca_of_ones_own_daemon_is_found_for_this_machine(daemon, home):
    made = home / ".local" / "state" / "asio-chat"
    made.mkdir(parents=True)
    shutil.copy(daemon.ca, made)
    t = Terminal(f"alice@{daemon.address}", home=home, columns=120).ready()
    assert "verified by ca-cert.pem" in t.text
    t.child.close(force=True)
    # A pin or a CA that is given is all that counts.
    other = pipe(daemon, "bob", "--pin", "sha256/" + 43 * "A" + "=", trust=False, text="x\n", home=home)
    assert other.returncode == 3


def test_b5_no_means_no_connection(daemon, home):
    t = Terminal(f"alice@{daemon.address}", home=home, columns=120)
    t.sees("[yes/no]").says("no")
    assert t.ends() == 3
    assert not (home / ".config").exists()


def test_b5_a_changed_key_is_refused_loudly(daemon, home):
    known = home / ".config" / "asio-chat" / "known_hosts"
    known.parent.mkdir(parents=True)
    known.write_text(f"# mine\nlocalhost:{daemon.port} sha256/{'A' * 43}=\n")
    t = Terminal(f"alice@{daemon.address}", home=home, columns=250)
    assert t.ends() == 3
    assert "HAS CHANGED" in t.text
    assert f"remove line 2 of {known}" in t.text
    assert "[yes/no]" not in t.text


def test_b5_b8_without_a_terminal_an_unknown_server_is_an_error_with_advice(daemon, home):
    done = pipe(daemon, "alice", text="secret plans\n", trust=False, home=home)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("Error connecting to server: ")
    assert "--ca FILE" in done.stderr and "--pin sha256/" in done.stderr
    pin = re.search(r"--pin (sha256/\S+)", done.stderr).group(1)
    assert pipe(daemon, "alice", "--pin", pin, text="hello\n", trust=False,
                home=home).returncode == 0


def test_b8_there_is_no_way_to_switch_verification_off(home):
    shown = subprocess.run([CLIENT, "--help"], capture_output=True, text=True, check=True).stdout
    switches = re.findall(r"--[a-z-]*(?:insecure|verify|trust-all|skip)[a-z-]*", shown)
    assert set(switches) == {"--insecure-skip-host-name-check"}


def test_b6_b7_b16_host_name(daemon, home):
    wrong = pipe(daemon, "alice", "--server-name", "elsewhere.example", text="x\n", home=home)
    assert wrong.returncode == 3
    assert "elsewhere.example" in wrong.stderr
    skipped = pipe(daemon, "alice", "--server-name", "elsewhere.example",
                   "--insecure-skip-host-name-check", text="x\n", home=home)
    assert skipped.returncode == 0, skipped.stderr
    assert skipped.stderr.startswith("WARNING: --insecure-skip-host-name-check")
    # The chain is verified all the same.
    other = pipe(daemon, "alice", "--insecure-skip-host-name-check", trust=False, text="x\n",
                 home=home)
    assert other.returncode == 3


def test_b18_only_the_given_ca_is_trusted(daemon, home, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", tmp_path / "k.pem", "-out",
                    tmp_path / "other.pem", "-subj", "/CN=other"], check=True, capture_output=True)
    done = pipe(daemon, "alice", "--ca", str(tmp_path / "other.pem"), trust=False, text="x\n",
                home=home)
    assert done.returncode == 3
    assert "Trust this server" not in done.stdout


# Pipes


def test_d8_pipe_sends_every_line_and_leaves_at_the_end(daemon, listener, home):
    alice = listener("alice")
    many = "".join(f"line {i}\n" for i in range(500))
    done = pipe(daemon, "bob", text=many, home=home)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^connected over TLSv1\.3, \S+, localhost:\d+ verified by ca-cert\.pem$",
                     done.stderr, re.M)
    alice.hears("* bob left *")
    heard = [l for l in alice.out.decode().splitlines() if l.startswith("bob: ")]
    assert heard == [f"bob: line {i}" for i in range(500)]
    assert alice.ends() == 0


def test_d8_last_line_without_an_end_and_input_from_a_file(daemon, listener, home, tmp_path):
    alice = listener("alice")
    source = tmp_path / "lines"
    source.write_text("from a file\nthe last one")
    with source.open() as stdin:
        done = subprocess.run([CLIENT, f"bob@{daemon.address}", "--ca", daemon.ca], stdin=stdin,
                              capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0
    alice.hears("bob: from a file").hears("bob: the last one")


def test_d8_no_input_at_all(daemon, home):
    with open(os.devnull) as nothing:
        done = subprocess.run([CLIENT, daemon.address, "--ca", daemon.ca], stdin=nothing,
                              capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0
    assert done.stdout == ""


def test_d2_without_a_terminal_the_server_gives_a_name(daemon, listener, home):
    alice = listener("alice")
    assert pipe(daemon, None, text="hello\n", home=home).returncode == 0
    assert until(lambda: re.search(rb"^\S+: hello$", alice.look().out, re.M))


def test_pipe_commands_and_refusals(daemon, home):
    done = pipe(daemon, "alice", text="/who\n/fly\nquit\n\n", home=home)
    assert "* online: alice *" in done.stdout
    assert "[line 2: refused: there is no command /fly" in done.stderr
    assert done.returncode == 5


def test_pipe_a_line_that_is_too_long_is_refused_and_the_rest_goes_on(daemon, listener, home):
    alice = listener("alice")
    done = pipe(daemon, "bob", text="x" * 100_000 + "\nafter it\n", home=home)
    assert done.returncode == 5
    assert "100000 bytes" in done.stderr
    alice.hears("bob: after it")


def test_pipe_reader_that_has_enough_is_no_failure(daemon, listener, home):
    alice = listener("alice")
    alice.process.stdout.close()
    pipe(daemon, "bob", text="one\ntwo\n", home=home)
    assert alice.process.wait(timeout=PATIENCE) == 0


def test_pipe_that_cannot_be_written_is_a_failure(daemon, home):
    with open("/dev/full", "w") as full:
        done = subprocess.run([CLIENT, f"alice@{daemon.address}", "--ca", daemon.ca],
                              input="/who\n", stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE, env={"HOME": str(home)})
    assert done.returncode == 6, done.stderr
    assert ("asio-chat: standard output cannot be written: No space left on device\n"
            in done.stderr)


@pytest.mark.parametrize("said", ["", "hi\n/quit\n", "hi\n"])
def test_pipe_that_cannot_be_written_while_it_leaves_is_a_failure(said, daemon, home):
    pipe(daemon, "bob", text="one\ntwo\n", home=home)
    for _ in range(5):
        with open("/dev/full", "w") as full:
            done = subprocess.run([CLIENT, f"carol@{daemon.address}", "--ca", daemon.ca,
                                   "--history", "5"], input=said, stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=PATIENCE,
                                  env={"HOME": str(home)})
        assert done.returncode == 6, done.stderr
        assert "not acknowledged" not in done.stderr


def test_pipe_gets_what_is_said_from_now_on_unless_it_asks_for_more(daemon, listener, home):
    pipe(daemon, "bob", text="one\ntwo\n", home=home)
    plain, asking = listener("plain"), listener("asking", "--history", "1")
    in_json = listener("json", "--history", "5", "--json")
    pipe(daemon, "bob", text="three\n", home=home)
    for client in (plain, asking, in_json):
        client.hears("three")
    said = {c: [l for l in c.out.decode().splitlines() if l.startswith("bob: ")]
            for c in (plain, asking)}
    assert said[plain] == ["bob: three"]
    assert said[asking] == ["bob: two", "bob: three"]
    events = [json.loads(line) for line in in_json.out.decode().splitlines()]
    assert [e["text"] for e in events if e["event"] == "message"] == ["one", "two", "three"]


def test_pipe_the_first_line_waits_for_its_room(daemon, listener, home):
    alice = listener("alice", "--room", "den")
    done = pipe(daemon, "bob", "--room", "den", text="first\n", home=home)
    assert done.returncode == 0, done.stderr
    alice.hears("bob: first")


def test_pipe_a_line_behind_a_join_is_said_in_that_room_and_in_no_other(daemon, listener, home):
    alice = listener("alice")
    done = pipe(daemon, "bob", text="/who\n/join den\nsecret\n/leave\nback\n/join bad/name\nnot here\n",
                home=home)
    assert done.returncode == 5, done.stderr
    alice.hears("bob: back").hears("* bob left *")
    assert "secret" not in alice.out.decode() and "not here" not in alice.out.decode()
    assert "[line 7: not sent: not here; you are not in bad/name]" in done.stderr


def test_what_is_pasted_behind_a_join_goes_where_it_is_meant_to(terminal):
    alice, bob = terminal("alice"), terminal("bob")
    bob.child.send("/join den\rpasted secret\r")
    assert until(lambda: bob.look().bottom == "#den>"), bob.text
    bob.says("/leave").says("in the lobby")
    alice.sees("bob: in the lobby")
    assert "secret" not in alice.text


def test_pipe_nothing_can_be_said_in_no_room(daemon, listener, home):
    carol = listener("carol", "--room", "den")
    done = pipe(daemon, "alice", text="/leave\nhello?\n/join den\nhello!\n", home=home)
    assert done.returncode == 5
    assert done.stderr.count("[line 2: not sent: hello?; you are in no room; /join ROOM first]") == 1
    carol.hears("alice: hello!")


def test_closed_standard_streams_are_no_sockets(daemon, listener):
    """`<&-`: the number 0 must not become the connection, which would then be read as input."""
    alice = listener("alice")
    done = subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", CLIENT, f"bob@{daemon.address}",
                           "--ca", daemon.ca], timeout=PATIENCE)
    assert done.returncode == 0
    alice.hears("* bob left *")
    assert "bob:" not in alice.out.decode()


def test_pipe_term_signal_leaves_politely(daemon, listener):
    bob, alice = listener("bob"), listener("alice")
    alice.process.terminate()
    assert alice.process.wait(timeout=PATIENCE) == 143
    bob.hears("* alice left *")


def test_d12_pipe_survives_a_restart(daemon, listener, home):
    alice, bob = listener("alice"), listener("bob")
    daemon.stop(signal.SIGKILL)
    for client in (alice, bob):
        assert until(lambda: b"[disconnected: " in client.look().err)
    bob.says("written while away")
    daemon.start()
    assert until(lambda: b"[connected again]" in alice.look().err)
    alice.hears("bob: written while away")
    assert bob.ends() == 0
    assert alice.out.decode().count("written while away") == 1


def test_c47_pipe_a_line_that_was_not_acknowledged_is_sent_again(daemon, listener, home):
    alice = listener("alice")
    cable = Cable(daemon.port)
    bob = listener("bob", port=cable.port)
    daemon.process.send_signal(signal.SIGSTOP)
    before = cable.carried
    bob.says("before the crash")
    assert until(lambda: cable.carried > before)
    daemon.stop(signal.SIGKILL)
    daemon.start()
    alice.hears("bob: before the crash")
    assert bob.ends() == 0, bob.err


def test_c47_nothing_is_lost_or_doubled_over_cables_that_are_pulled_out(daemon, home):
    writer, reader = Cable(daemon.port), Cable(daemon.port)
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}

    def start(name, cable, **streams):
        return subprocess.Popen([CLIENT, f"{name}@localhost:{cable.port}", "--ca", daemon.ca,
                                 "--history", "50"], env=environment, text=True, **streams)

    with (home / "heard").open("w") as heard, (home / "said").open("w") as said:
        alice = start("alice", reader, stdin=subprocess.PIPE, stdout=heard, stderr=subprocess.DEVNULL)
        assert until(lambda: reader.sockets)
        bob = start("bob", writer, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.PIPE)

        def talk():
            for i in range(4000):
                bob.stdin.write(f"line {i}\n")
                if i % 400 == 0:
                    bob.stdin.flush()
                    time.sleep(0.25)
            bob.stdin.close()

        talking = threading.Thread(target=talk)
        talking.start()
        for _ in range(5):
            for cable in (writer, reader):
                time.sleep(0.2)
                cable.pull_out()
                cable.plug_in()
        talking.join()
        notices = bob.stderr.read()
        bob.stderr.close()
        assert bob.wait(timeout=PATIENCE) == 0, notices
        assert "[connected again]" in notices
        wanted = [f"bob: line {i}" for i in range(4000)]
        lines = lambda: [l for l in (home / "heard").read_text().splitlines()
                         if l.startswith("bob: ")]
        assert until(lambda: len(lines()) >= len(wanted)), lines()[-3:]
        alice.stdin.close()
        assert alice.wait(timeout=PATIENCE) == 0
    assert lines() == wanted


def test_c47_pipe_a_line_that_is_never_acknowledged_is_a_failure(daemon, listener, home):
    cable = Cable(daemon.port)
    bob = listener("bob", "--no-reconnect", port=cable.port)
    daemon.process.send_signal(signal.SIGSTOP)
    before = cable.carried
    bob.says("into the void")
    bob.process.stdin.close()
    assert until(lambda: cable.carried > before)
    daemon.stop(signal.SIGKILL)
    assert bob.process.wait(timeout=PATIENCE) == 5
    assert b"may or may not be kept" in bob.look().err


def test_json_mode(daemon, listener, home):
    alice = listener("alice", "--json")
    pipe(daemon, "bob", text="say \"hi\"\x1b[31m\u202e\n/me waves\n", home=home)
    alice.says("mine")
    alice.says("/who")
    alice.says("/fly")
    alice.hears('"code":"unknown_command"').hears('"event":"left"')
    assert alice.ends() == 5
    events = [json.loads(line) for line in alice.out.decode().splitlines()]
    kinds = [e["event"] for e in events]
    assert kinds[:2] == ["connected", "room"]
    for kind in ("joined", "message", "action", "left", "acknowledged", "reply", "error"):
        assert kind in kinds
    assert events[0]["tls"] == "TLSv1.3"
    message = next(e for e in events if e["event"] == "message")
    assert message["from"] == "bob" and message["room"] == "lobby"
    assert message["text"].startswith('say "hi"')
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message["time"])
    assert "\u202e".encode() not in alice.out and b"\x1b" not in alice.out


# Starting


def test_d9_connection_refused(home):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    done = subprocess.run([CLIENT, f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, env={"HOME": str(home)})
    assert done.returncode == 1
    assert done.stderr == f"Error connecting to server: cannot connect to 127.0.0.1:{port}: " \
                          "Connection refused\n"


def test_d10_silent_server_is_given_up_after_ten_seconds(home):
    with socket.create_server(("127.0.0.1", 0)) as s:
        start = time.monotonic()
        done = subprocess.run([CLIENT, f"127.0.0.1:{s.getsockname()[1]}"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={"HOME": str(home)})
        took = time.monotonic() - start
    assert done.returncode == 1
    assert "no answer within 10 s, in the TLS handshake" in done.stderr
    assert took > 9.5


def test_d13_verbose(daemon, home):
    done = pipe(daemon, "alice", "--verbose", text="", home=home)
    assert "Client initialized\n" in done.stderr
    assert f"Connected to server at {daemon.address}\n" in done.stderr


def test_d18_passphrase(tmp_path, home):
    directory = tmp_path / "secret-data"
    directory.mkdir(mode=0o700)
    d = Daemon(directory, secret="open sesame")
    try:
        assert pipe(d, "alice", text="x\n", env={"CHAT_SECRET": "open sesame"},
                    home=home).returncode == 0
        for env in ({}, {"CHAT_SECRET": "wrong"}):
            done = pipe(d, "alice", text="x\n", env=env, home=home)
            assert done.returncode == 4
            assert "passphrase" in done.stderr
        secret = tmp_path / "secret"
        secret.write_text("open sesame\n")
        secret.chmod(0o600)
        assert pipe(d, "alice", "--passphrase-file", str(secret), text="x\n",
                    home=home).returncode == 0
    finally:
        d.stop()


def test_b1_d14_client_certificate(tmp_path, home):
    cert, key = tmp_path / "client-cert.pem", tmp_path / "client-key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert, "-subj",
                    "/CN=client.localhost"], check=True, capture_output=True)
    key.chmod(0o600)
    directory = tmp_path / "mutual"
    directory.mkdir(mode=0o700)
    d = Daemon(directory, "--client-cert", "required", "--client-ca", str(cert))
    try:
        shown = pipe(d, "alice", "--cert", str(cert), "--key", str(key), text="x\n", home=home)
        assert shown.returncode == 0, shown.stderr
        none = pipe(d, "alice", text="x\n", home=home)
        assert none.returncode == 4
        assert "certificate" in none.stderr and "show yours with --cert FILE and --key FILE" in none.stderr
    finally:
        d.stop()


@pytest.mark.parametrize("arguments", [
    [], ["localhost:0"], ["localhost", "--cert", "x.pem"], ["localhost", "--time", "never"], ["localhost", "--room", ""],
    ["localhost", "--fly"], ["localhost", "--ca", "/nowhere/ca.pem"], ["localhost", "--pin", "x"],
    ["localhost", "--passphrase-file", "/nowhere/secret"], ["localhost", "--time", "0"],
    ["alice@bob@localhost"], ["localhost", "--pin", "x", "y"], ["localhost", "--history", "-1"],
    ["localhost", "--history", "all"],
])
def test_wrong_options_are_exit_code_2(arguments, home):
    done = subprocess.run([CLIENT, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, env={"HOME": str(home)})
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(("asio-chat: ", "Error setting up client: ")), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == ""


def test_c61_a_client_that_cannot_be_set_up_says_so_in_one_sentence(home):
    done = subprocess.run([CLIENT, "localhost", "--ca", "/nowhere/ca.pem"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, env={"HOME": str(home)})
    assert done.returncode == 2
    assert re.fullmatch(r"Error setting up client: [^\n]*/nowhere/ca\.pem[^\n]*\n", done.stderr)


def test_a_history_that_is_no_number_of_messages_is_said_plainly(home):
    for wrong in ("-1", "all", "1.5", "9999999"):
        done = subprocess.run([CLIENT, "localhost", "--history", wrong], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env={"HOME": str(home)})
        assert done.returncode == 2
        assert f"{wrong} is no number of messages: give one from 0 to 999999" in done.stderr


def test_the_client_needs_no_icu():
    needed = [subprocess.run(["ldd", BIN / program], capture_output=True, text=True, check=True).stdout
              for program in ("asio-chat", "asio-chatd")]
    assert "libssl" in needed[0] and "libicu" not in needed[0]
    assert "libicuuc" in needed[1]


def test_help_and_version(home):
    shown = subprocess.run([CLIENT, "--help"], capture_output=True, text=True, check=True).stdout
    for word in ("--ca", "--json", "Examples:", "Exit codes:"):
        assert word in shown
    version = subprocess.run([CLIENT, "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"asio-chat \d+\.\d+\.\d+\n", version.stdout)


def test_the_last_messages_are_shown_though_the_input_is_over(daemon, home):
    said = "".join(f"line {i}\n" for i in range(50))
    assert pipe(daemon, "alice", text=said, home=home).returncode == 0
    for _ in range(20):
        done = pipe(daemon, "bob", "--history", "50", text="", home=home)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [f"alice: line {i}" for i in range(50)], done.stdout


def test_commands_of_a_pipe_are_carried_out_in_their_order(daemon, home, listener):
    bob = listener("bob")
    done = pipe(daemon, "alice", text="one\n/nick ada\ntwo\n/topic tea\n/who\n", home=home)
    assert done.returncode == 0, done.stderr
    bob.hears("ada left")
    lines = [line for line in bob.out.decode().splitlines() if "joined" not in line]
    assert lines[:4] == ["alice: one", "* alice is now known as ada *", "ada: two",
                         "* ada set the topic: tea *"], lines
    assert "* online: ada, bob *" in done.stdout
