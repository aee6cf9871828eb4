"""`asio-chatd account` while the daemon runs: those who are in the account are told, and out at once."""

import os
import signal
import subprocess
import threading
import time

import pytest

from clients import Terminal, home, pipe
from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, until
from test_people import PASSWORD, account, daemon, good, log_in
from test_storage import run


def ends(client, why):
    """How long it takes until the connection has ended, with this reason."""
    began, heard = time.monotonic(), []
    with pytest.raises((EOFError, ConnectionError)):
        while True:
            heard.append(client.receive())
    assert any(why in line for line in heard), heard
    return time.monotonic() - began


@pytest.mark.parametrize("action, done, why", [
    ("disable", "disabled; all devices are logged out", "your account was disabled"),
    ("reset", "has a new password", "your account was given another password"),
    ("delete", "deleted", "your account was deleted")])
def test_who_is_in_the_account_is_told_and_out_within_a_second(tmp_path, action, done, why):
    good(tmp_path / "data", "add", "alice")
    good(tmp_path / "data", "add", "bob")
    with daemon(tmp_path) as d:
        alice, bob = log_in(d, "guest1", "alice"), log_in(d, "guest2", "bob")
        assert done in good(d.data, action, "Alice", password="another-horse")
        assert ends(alice, why) < 1
        bob.send("/who")
        while "bob" not in bob.receive():
            pass
        other = d.join("guest3")
        other.send(f"/login alice {PASSWORD}")
        other.hear("* wrong name or password *")
        if action == "reset":
            log_in(d, "guest4", "alice", "another-horse")
        assert "An account was changed by asio-chatd account" in d.log and "horse" not in d.log
        assert (d.data / "control").stat().st_mode & 0o777 == 0o600
        # After a kill -9 it is what was answered, and a socket is left behind.
        d.stop(signal.SIGKILL)
        listed = good(d.data, "list", password=None)
        assert ("alice" in listed) == (action != "delete")
        assert ("disabled" in listed) == (action == "disable")
        if action == "disable":
            assert good(d.data, "enable", "alice") == "alice: enabled\n"
    with daemon(tmp_path) as d:
        if action == "disable":
            log_in(d, "guest5", "alice")
        assert d.stop() == 0
    assert not (tmp_path / "data/control").exists()


def test_accounts_are_added_and_enabled_under_the_running_confined_daemon(tmp_path):
    with daemon(tmp_path) as d:
        assert "Confined calls" in d.log or "Not confined calls" in d.log
        assert good(d.data, "add", "olga", "--role", "operator") == "olga is operator of this server\n"
        olga = log_in(d, "guest1", "olga")
        olga.send("/bans")
        assert "may not" not in olga.receive()
        good(d.data, "disable", "olga")
        good(d.data, "enable", "olga")
        log_in(d, "guest2", "olga")
        for arguments, why in ((("add", "OLGA"), "there is an account OLGA already"),
                               (("disable", "nobody"), "there is no account 'nobody'"),
                               (("add", "no name"), "name")):
            done = account(d.data, *arguments)
            assert done.returncode == 1 and why in done.stderr, done
        # What only a stopped daemon allows says so.
        (tmp_path / "list").write_text("mike sha256/" + "A" * 43 + "=\n")
        done = account(d.data, "import", tmp_path / "list")
        assert done.returncode == 1 and "in use by another asio-chatd" in done.stderr, done
        assert done.stderr.endswith(": stop that one first\n"), done


def test_certificates_open_accounts_of_the_running_daemon_and_no_more(tmp_path):
    pin = "sha256/" + "A" * 43 + "="
    with daemon(tmp_path) as d:
        good(d.data, "add", "olga")
        assert good(d.data, "certify", "Olga", "--pin", pin) == "olga: opens from now on by the certificate\n"
        assert pin in good(d.data, "show", "olga", password=None)
        assert good(d.data, "uncertify", "olga", "--pin", pin) == "olga: opens no more by the certificate\n"
        done = account(d.data, "uncertify", "olga", "--pin", pin)
        assert done.returncode == 1 and "olga has no such certificate" in done.stderr, done
        assert good(d.data, "add", "mike", "--pin", pin, password=None) == "mike is member of this server\n"
        assert "by certificate" in good(d.data, "show", "mike", password=None)
        d.stop(signal.SIGKILL)
    assert "by certificate" in good(tmp_path / "data", "show", "mike", password=None)


def test_an_account_is_deleted_with_what_it_has_said_by_the_running_daemon(tmp_path):
    data, paper = tmp_path / "data", tmp_path / "receipt"
    good(data, "add", "alice")
    with daemon(tmp_path) as d:
        alice, bob = log_in(d, "guest1", "alice"), d.join("bob")
        alice.send("a secret")
        bob.hear("alice: a secret")
        told = good(data, "delete", "alice", "--forget", password=None)
        assert ends(alice, "your account was deleted") < 1
        assert told.startswith("alice: deleted\nwhat it has said is being destroyed"), told
        paper.write_text(told.splitlines()[-1].removeprefix("receipt: "))

        def audit():
            return run("export", "audit", "--format", "jsonl", data=data).stdout

        assert until(lambda: "what alice had said is destroyed: 1 text" in audit()), audit()
        done = run("verify", "--receipt", paper, data=data)
        assert done.returncode == 0 and "nothing is left" in done.stdout, done
        assert "eyJ" not in d.log
        assert d.stop() == 0
    assert "a secret" not in run("export", "lobby", data=data).stdout


def test_a_daemon_that_dies_before_it_answers_is_told_and_nothing_is_half_done(tmp_path):
    good(tmp_path / "data", "add", "alice")
    with daemon(tmp_path) as d:
        d.process.send_signal(signal.SIGSTOP)
        done = []
        command = threading.Thread(target=lambda: done.append(account(d.data, "delete", "alice")))
        command.start()
        assert until(lambda: waits_for_an_answer(d.data / "control")), "the command has not connected"
        d.stop(signal.SIGKILL)
        command.join(PATIENCE)
        assert done[0].returncode == 1 and "may or may not have changed the account" in done[0].stderr, done
    assert "alice" in good(tmp_path / "data", "list", password=None)
    assert good(tmp_path / "data", "delete", "alice").startswith("alice: deleted\nwhat it has said stays")


def waits_for_an_answer(path):
    """Whether somebody has connected to that socket (/proc/net/unix: 03 is connected)."""
    with open("/proc/net/unix") as sockets:
        return any(line.split()[5] in ("02", "03") and line.rstrip().endswith(str(path)) for line in sockets)


def test_another_user_changes_nothing(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    good(tmp_path / "data", "add", "alice")
    with daemon(tmp_path) as d:
        # Somebody who got at the socket all the same: as if the modes had been opened.
        for path in (tmp_path, *tmp_path.parents):
            if path.stat().st_uid == 0 and not path.stat().st_mode & 1 and str(path).startswith("/tmp/"):
                path.chmod(path.stat().st_mode | 0o11)
        d.data.chmod(0o711)
        (d.data / "control").chmod(0o666)

        def ask():
            os.setgid(65534)
            os.setuid(65534)

        script = ("import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
                  "s.sendall(b'{\"account\":\"delete\",\"name\":\"alice\"}\\n'); print(s.recv(1000))")
        done = subprocess.run(["/usr/bin/python3", "-c", script, str(d.data / "control")], capture_output=True,
                              text=True, timeout=PATIENCE, preexec_fn=ask, env=clean_environment())
        # Closed without a word, before or after it was asked.
        assert done.stdout.strip() == "b''" or "Error: [Errno" in done.stderr, done
        assert "done" not in done.stdout
        assert until(lambda: "A user who may not change accounts has tried to" in d.log), d.log
        assert "uid=65534" in d.log
        d.data.chmod(0o700)
        assert "alice" in good(d.data, "list", password=None)


def test_a_role_is_changed_under_the_running_daemon_and_in_a_directory_by_a_relative_path(tmp_path):
    good(tmp_path / "data", "add", "pat")
    with Daemon(tmp_path, "--password-memory", "8M", data="data", cwd=tmp_path) as d:
        pat = LessonClient(d.port, str(tmp_path / "data" / "ca-cert.pem"), "guest1")
        pat.send(f"/login pat {PASSWORD}")
        pat.hear("* you are logged in as pat *")
        assert good(tmp_path / "data", "role", "pat", "owner") == "pat is owner of this server\n"
        pat.send("/whois pat")
        assert "owner of this server" in pat.receive()
        done = account("data", "disable", "nobody", cwd=tmp_path)
        assert "there is no account 'nobody'" in done.stderr
        assert account("data", "disable", "pat", cwd=tmp_path).returncode == 0
        assert "Confined files: reads ;" not in d.log
    for arguments, why in ((("role", "pat"), "role needs a ROLE"), (("role", "pat", "king"), "ROLE must be member"),
                           (("role", "nobody", "owner"), "there is no account 'nobody'"),
                           (("disable", "pat", "owner"), "disable takes no ROLE")):
        done = account(tmp_path / "data", *arguments)
        assert done.returncode in (1, 2) and why in done.stderr, done


def announce(data, *arguments, text=None):
    return subprocess.run([BIN / "asio-chatd", "announce", *arguments, "--data", str(data)], input=text or "",
                          capture_output=True, text=True, timeout=PATIENCE, env=clean_environment())


def hears(member, text):
    """As the server says it."""
    while text not in (line := member.receive()):
        pass
    return line


def test_everybody_is_told_what_the_operator_announces_and_audit_has_it(tmp_path, home):
    good(tmp_path / "data", "add", "olga", "--role", "operator")
    with daemon(tmp_path) as d:
        d.address = f"localhost:{d.port}"
        olga, bob = log_in(d, "guest1", "olga"), d.join("bob")
        den = Terminal(f"carol@{d.address}", "--ca", d.ca, "--room", "den", home=home)
        den.sees("[in #den")
        for one, told in ((announce(d.data, "down at ten"), "down at ten"),
                          (announce(d.data, text="until\nhalf past\n"), "half past")):
            assert (one.returncode, one.stdout, one.stderr) == (0, "everybody who is there is told\n", ""), one
            for member in (olga, bob):
                hears(member, told)
            den.sees(told)
        olga.send("/announce back")
        hears(bob, "back")
        den.sees("back")
        text = pipe(d, "olga", text="/join audit\n/history 10\n", home=home,
                    env={"CHAT_ACCOUNT_PASSWORD": PASSWORD})
        for noted in ("the operator of the server has told everybody: down at ten",
                      "olga has told everybody: back"):
            assert noted in text.stdout, text
        long = announce(d.data, "x" * 9000)
        assert long.returncode == 1 and "the text has 9000 bytes; at most 8192 are allowed" in long.stderr
        for text, why in (("x" * 100_000, "the text has 100000 bytes, which is more than a daemon can be given"),
                          (b"down \xff", "the text is not UTF-8: convert it")):
            bad = announce(d.data, text)
            assert bad.returncode == 1 and why in bad.stderr, bad
        nothing = announce(d.data, text=" \n")
        assert nothing.returncode == 1 and "there is nothing to say" in nothing.stderr
        assert d.stop() == 0
    gone = announce(d.data, "nobody hears")
    assert gone.returncode == 1 and "no daemon that can be told runs with the data directory" in gone.stderr
