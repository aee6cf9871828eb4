"""asio-chat after a crash, several of it with one name, and the server's passphrase."""

import re
import signal
import stat

import pexpect
import pyte
import pytest

from clients import CLIENT, Daemon, Terminal, daemon, home, listener, pipe, terminal
from programs import until


def session_file(home, daemon, name="alice"):
    return home / ".local" / "state" / "asio-chat-client" / f"{name}@{daemon.address}"


def kill(client):
    client.child.kill(signal.SIGKILL)
    assert until(lambda: not client.child.isalive())


def saved(home, daemon, name="alice"):
    """How far the client has read, by rooms."""
    text = session_file(home, daemon, name).read_text()
    return {m[1]: int(m[2]) for m in re.finditer(r"^room (\S+) \d+ (\d+) ", text.split("end\n")[0], re.M)}


def test_after_a_crash_one_has_ones_name_at_once_and_reads_on(daemon, home, terminal, listener):
    alice, bob = terminal("alice"), listener("bob")
    bob.says("before")
    alice.sees("bob: before").says("/join den").sees("[in #den with alice]")
    assert until(lambda: saved(home, daemon) == {"lobby": 1, "den": 0}), saved(home, daemon)
    kill(alice)
    bob.hears("* alice left *")
    bob.says("meanwhile")
    bob.says("/join den")
    bob.says("and in the den")
    bob.hears("")
    again = terminal("alice")
    again.sees("bob: meanwhile").sees("#den bob: and in the den").sees("[in #den with alice, bob]")
    assert "bob: before" not in again.text
    again.says("back")
    bob.hears("#lobby alice: back")


def test_a_session_is_private_and_ends_with_a_quit(daemon, home, terminal):
    alice = terminal("alice")
    file = session_file(home, daemon)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert re.search(r"^token [0-9a-f]{64}$", file.read_text(), re.M)
    alice.says("/quit")
    assert alice.ends() == 0
    assert "token" not in file.read_text() and "read lobby" in file.read_text()
    assert pipe(daemon, "bob", text="hi\n", home=home).returncode == 0
    assert not session_file(home, daemon, "bob").exists()


def test_a_second_client_with_the_name_is_told_so_and_does_not_take_it(daemon, home, terminal):
    alice = terminal("alice")
    done = pipe(daemon, "alice", text="mine\n", home=home)
    assert done.returncode == 4
    assert f"another asio-chat of yours is alice on {daemon.address} already\n" in done.stderr
    assert "taken" in done.stderr
    alice.says("still here").says("/who").sees("* online: alice *")


def test_a_program_that_was_killed_reads_on(daemon, home, listener):
    bot, bob = listener("bot", "--json"), listener("bob")
    bob.says("one")
    bot.hears('"text":"one"')
    assert until(lambda: saved(home, daemon, "bot") == {"lobby": 1})
    bot.process.kill()
    bot.process.wait()
    bob.hears("* bot left *")
    bob.says("two")
    done = pipe(daemon, "bot", "--json", text="three\n", home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"text":"two"' in done.stdout and '"text":"one"' not in done.stdout


def test_where_no_session_can_be_kept_one_chats_all_the_same(daemon, home):
    (home / ".local").write_text("a file, and no directory")
    done = pipe(daemon, "alice", "--verbose", text="hi\n", home=home)
    assert done.returncode == 0
    assert "cannot keep the session in " in done.stderr
    assert "session" not in pipe(daemon, "alice", text="hi\n", home=home).stderr


@pytest.fixture
def guarded(tmp_path):
    directory = tmp_path / "guarded"
    directory.mkdir(mode=0o700)
    d = Daemon(directory, secret="open sesame")
    yield d
    d.stop()


def test_d18_a_missing_passphrase_is_asked_for_without_echo(guarded, home):
    t = Terminal(f"alice@{guarded.address}", "--ca", guarded.ca, home=home)
    t.sees(f"Passphrase of {guarded.address}:").says("wrong secret")
    t.sees("wrong passphrase")
    assert until(lambda: t.look().text.count("Passphrase of") == 2), t.text
    t.says("open sesame").ready()
    assert "wrong secret" not in t.text and "sesame" not in t.text
    t.says("/quit")
    assert t.ends() == 0


def test_d18_without_a_terminal_the_error_says_how_to_give_a_passphrase(guarded, home):
    done = pipe(guarded, "alice", text="x\n", home=home)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "--passphrase-file FILE" in done.stderr and "CHAT_SECRET" in done.stderr


def test_d18_a_passphrase_that_was_given_and_is_wrong_is_not_asked_for(guarded, home):
    t = Terminal(f"alice@{guarded.address}", "--ca", guarded.ca, home=home, env={"CHAT_SECRET": "x"})
    assert t.ends() == 4
    assert "wrong passphrase" in t.text and "Passphrase of" not in t.text


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN], ids=["usual", "ignored"])
@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_question_for_a_passphrase_ends_the_client_as_it_would_others(guarded, home, sig, before):
    """A script lets what it starts in the background ignore Ctrl-C."""
    ours = signal.signal(sig, before)
    try:
        t = Terminal(f"alice@{guarded.address}", "--ca", guarded.ca, home=home)
    finally:
        signal.signal(sig, ours)
    t.sees("Passphrase of")
    t.types("\x03") if sig == signal.SIGINT else t.child.kill(sig)
    assert t.ends() is None and t.child.signalstatus == sig
    assert "Error" not in t.text


def test_ctrl_z_at_the_question_for_a_passphrase_stops_the_client_until_fg(guarded, home):
    shell = Terminal.__new__(Terminal)
    shell.screen = pyte.Screen(80, 24)
    shell.stream = pyte.ByteStream(shell.screen)
    shell.raw = b""
    shell.child = pexpect.spawn("/bin/bash", ["--norc", "-i"], dimensions=(24, 80), env={
        "HOME": str(home), "TERM": "xterm", "PATH": "/usr/bin:/bin", "PS1": "$ ", "LANG": "C.UTF-8"})
    shell.says(f"{CLIENT} --line alice@{guarded.address} --ca {guarded.ca}").sees("Passphrase of").types("op\x1a")
    shell.sees("Stopped").says("echo in the $((40 + 2))").sees("in the 42").says("fg")
    assert until(lambda: shell.look().text.count("Passphrase of") == 2), shell.text
    shell.says("open sesame").sees("[in #lobby")
    assert "sesame" not in shell.text
    shell.child.close(force=True)


def test_a_session_that_cannot_be_understood_locks_nobody_out(daemon, home):
    file = session_file(home, daemon)
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_text("asio-chat session 1\ntoken xxxx\nroom lobby 1 1\nend\n")
    assert pipe(daemon, "alice", text="hi\n", home=home).returncode == 0


def test_a_wrong_room_keeps_nobody_from_the_own_name(daemon, home):
    wrong = pipe(daemon, "alice", "--room", "a b", text="hi\n", home=home)
    assert wrong.returncode == 4 and "--room a b: " in wrong.stderr
    assert pipe(daemon, "alice", text="hi\n", home=home).returncode == 0
