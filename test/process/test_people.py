"""Accounts, roles and bans of asio-chatd: from the command line, over restarts, and what stays secret."""

import base64
import hmac
import json
import os
import pathlib
import re
import sqlite3
import stat
import subprocess
import time

import pytest

from clients import Terminal, home, pipe
from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, until
from test_client_fullscreen import FullScreen

PASSWORD = "correct-horse-battery"


def account(data, *arguments, password=PASSWORD, cwd=None):
    env = clean_environment(**({"CHAT_ACCOUNT_PASSWORD": password} if password else {}))
    return subprocess.run([BIN / "asio-chatd", "account", *arguments, "--data", str(data),
                           "--password-memory", "8M"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, env=env, cwd=cwd)


def good(data, *arguments, **more):
    done = account(data, *arguments, **more)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def log_in(d, name, account_name, password=PASSWORD):
    """A member who has come in as a guest, and is logged in."""
    client = d.join(name)
    client.send(f"/login {account_name} {password}")
    client.hear(f"* you are logged in as {account_name} *")
    return client


def daemon(tmp_path, *options):
    return Daemon(tmp_path, "--password-memory", "8M", *options)


def test_C44_the_first_owner_comes_from_the_command_line_and_a_ban_outlives_restarts(tmp_path):
    data = tmp_path / "data"
    assert good(data, "add", "alice", "--role", "owner") == "alice is owner of this server\n"
    with daemon(tmp_path) as d:
        alice = log_in(d, "guest1", "alice")
        mallory = d.join("mallory")
        alice.send("/ban mallory 7d spam")
        alice.hear("* you have banned mallory from lobby for 7 d: spam *")
        assert "* alice has banned mallory from lobby for 7 d: spam *" in mallory.hear(
            "* alice has banned mallory from lobby for 7 d: spam *")
        assert d.stop() == 0
    with daemon(tmp_path) as d:
        again = LessonClient(d.port, d.ca, "mallory")
        assert "you are banned here" in again.receive()
        bob = d.join("bob")
        bob.send("/kick bob")
        bob.hear("* you may not put others out here *")
        alice = log_in(d, "guest2", "alice")
        alice.send("/unban mallory")
        alice.hear("* you have unbanned mallory from lobby *")
        d.join("mallory")


def test_accounts_are_listed_while_the_daemon_runs_and_changed_while_it_does_not(tmp_path):
    data = tmp_path / "data"
    good(data, "add", "alice")
    good(data, "add", "olga", "--role", "operator")
    with daemon(tmp_path) as d:
        listed = good(data, "list", password=None).splitlines()
        assert [line.split()[:2] for line in listed] == [["alice", "member"], ["olga", "operator"]]
        assert "role      operator" in good(data, "show", "olga", password=None)
        d.stop()
    assert good(data, "disable", "alice") == "alice: disabled; all devices are logged out\n"
    with daemon(tmp_path) as d:
        guest = d.join("guest")
        guest.send(f"/login alice {PASSWORD}")
        guest.hear("* wrong name or password *")
        d.stop()
    good(data, "enable", "alice")
    good(data, "reset", "alice", password="another-horse")
    good(data, "delete", "olga")
    with daemon(tmp_path) as d:
        log_in(d, "guest", "alice", "another-horse")
        assert [line.split()[0] for line in good(data, "list", password=None).splitlines()] == ["alice"]


def test_a_damaged_journal_is_named_by_account_list(tmp_path):
    data = tmp_path / "data"
    good(data, "add", "alice")
    with sqlite3.connect(data / "journal.db") as db:
        db.execute("UPDATE people SET sealed=zeroblob(length(sealed))")
    db.close()
    done = account(data, "list", password=None)
    assert done.returncode == 1 and f"'{data / 'journal.db'}' cannot be used: " in done.stderr, done.stderr
    with open(data / "journal.db", "r+b") as file:
        file.write(b"no database at all")
    done = account(data, "list", password=None)
    assert done.returncode == 1 and str(data / "journal.db") in done.stderr, done.stderr


def test_wrong_passwords_are_lines_of_the_log_one_for_each_address_and_account(tmp_path):
    good(tmp_path / "data", "add", "alice")
    with daemon(tmp_path) as d:
        mallory = d.join("mallory")
        for name in ("alice", "alice", "secret-typed-in-the-wrong-place"):
            mallory.send(f"/login {name} guess-{PASSWORD}")
            mallory.hear("* wrong name or password *")
        d.stop()
        told = [line for line in d.log.splitlines() if "Login from 127.0.0.1" in line]
        assert len(told) == 3, told
        assert "wrong password or code for the account alice" in told[0] and "no such account" in told[1]
        assert "again" in told[2] and "times=1" in told[2]
        assert PASSWORD not in d.log and "secret-typed" not in d.log


def test_wrong_uses_of_account_say_what_is_wrong(tmp_path):
    data = tmp_path / "data"
    good(data, "add", "alice")
    for arguments, part in (([], "needs an ACTION"), (["sell"], 'cannot "sell"'), (["show"], "show needs a NAME"),
                            (["list", "alice"], "list takes no NAME"),
                            (["add", "bob", "--role", "king"], "--role must be member, operator or owner"),
                            (["show", "bob"], "there is no account 'bob'"),
                            (["add", "alice"], "there is an account alice already"),
                            (["add", "-x"], ""), (["add", "b b"], "name")):
        done = account(data, *arguments)
        assert done.returncode in (1, 2), arguments
        assert done.stderr.startswith("asio-chatd: ") and part in done.stderr, done.stderr
    empty = tmp_path / "secret"
    empty.touch(0o600)
    done = account(data, "add", "bob", "--password-file", str(empty))
    assert done.returncode == 1 and f"the password file '{empty}' has no password" in done.stderr, done.stderr
    short = account(data, "add", "bob", password="short")
    assert "a password has 8 to 256 bytes" in short.stderr
    nothing = account(data, "add", "bob", password=None)
    assert "an account needs a password" in nothing.stderr


def totp(letters, ahead=0):
    """The code of an app that has the secret (RFC 6238)."""
    step = int(time.time()) // 30 + ahead
    digest = hmac.digest(base64.b32decode(letters), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7fffffff) % 1_000_000:06}"


def test_C45_a_login_asks_for_a_code_that_opens_once_and_a_reset_takes_the_factor_away(tmp_path):
    data = tmp_path / "data"
    good(data, "add", "alice")
    with daemon(tmp_path) as d:
        alice = log_in(d, "guest", "alice")
        alice.send(f"/totp on {PASSWORD}")
        shown = alice.hear("* put this into an app, and then: /totp confirm CODE *")
        secret = next(re.search(r"secret: ([A-Z2-7]{32}) ", line)[1] for line in shown if "secret: " in line)
        assert sum("\u2588" in line for line in shown) > 20
        alice.send(f"/totp confirm {totp(secret)}")
        alice.send("/totp")
        told = alice.hear("* your second factor is on; 10 recovery codes are left *")
        codes = [line.strip("* ") for line in told if re.fullmatch(r"\* ([a-z2-7]{4}-){3}[a-z2-7]{4} \*", line)]
        assert len(codes) == 10, told
        assert d.stop() == 0
        assert secret not in d.log
    with daemon(tmp_path) as d:  # the factor is on the disk
        guest = d.join("guest2")
        guest.send(f"/login alice {PASSWORD}")
        guest.hear("* this account has a second factor: put the code that your app shows, or a recovery code, behind "
                   "the password *")
        code = totp(secret, ahead=1)
        guest.send(f"/login alice {PASSWORD} {code}")
        guest.hear("* you are logged in as alice *")
        other = d.join("guest3")
        other.send(f"/login alice {PASSWORD} {code}")
        other.hear("* wrong code, or one that was used already *")
        other.send(f"/login alice {PASSWORD} {codes[3].replace('-', '').upper()}")
        other.hear("* you are logged in as alice *")
        d.stop()
    assert "factor    a code of an app" in good(data, "show", "alice", password=None)
    for file in data.iterdir():
        assert base64.b32decode(secret) not in file.read_bytes(), file
    good(data, "reset", "alice")
    assert "factor" not in good(data, "show", "alice", password=None)
    with daemon(tmp_path) as d:
        log_in(d, "guest", "alice")


def test_C45_operators_without_a_second_factor_are_none_where_it_is_wanted(tmp_path):
    good(tmp_path / "data", "add", "olga", "--role", "owner")
    with daemon(tmp_path, "--second-factor", "operators") as d:
        olga = log_in(d, "guest", "olga")
        olga.hear("* you are owner once you have a second factor: /totp on PASSWORD *")
        olga.send("/kick olga")
        olga.hear("* you may not put others out here; you are owner once you have a second factor: /totp on PASSWORD *")


def test_a_registered_name_is_its_accounts_and_no_file_or_log_has_the_password(tmp_path):
    with daemon(tmp_path, "--log-messages", "on", "--log-level", "debug") as d:
        alice = d.join("alice")
        alice.send(f"/register {PASSWORD}")
        alice.hear("* you are logged in as alice *")
        alice.send("/logout")
        alice.hear("* you are a guest, known as alice-2 *")
        other = LessonClient(d.port, d.ca, "alice")
        assert other.receive() == "* you are known as alice-3 *"
        assert d.stop() == 0
        assert PASSWORD not in d.log
    for file in (tmp_path / "data").iterdir():
        content = file.read_bytes()
        assert PASSWORD.encode() not in content and b"argon2" not in content, file


def test_passwords_are_hashed_by_a_thread_that_gives_way_to_those_who_chat(tmp_path):
    with daemon(tmp_path) as d:
        alice = d.join("alice")
        alice.send(f"/register {PASSWORD}")
        alice.hear("* you are logged in as alice *")
        tasks = pathlib.Path(f"/proc/{d.process.pid}/task")
        nice = sorted(int(one.read_text().rpartition(")")[2].split()[16]) for one in tasks.glob("*/stat"))
        own = os.getpriority(os.PRIO_PROCESS, d.process.pid)
        assert nice == [own] * (len(nice) - 1) + [min(own + 10, 19)]


def test_an_older_state_that_would_lift_a_ban_stops_the_start(tmp_path):
    data = tmp_path / "data"
    good(data, "add", "alice", "--role", "owner")
    with daemon(tmp_path) as d:
        alice = log_in(d, "guest", "alice")
        alice.send("/ban mallory")
        alice.hear("* you have banned mallory from lobby *")
        d.stop()
    with sqlite3.connect(data / "journal.db") as db:
        bans = db.execute("SELECT id, sealed FROM people").fetchall()
        assert len(bans) == 2
        db.execute("DELETE FROM people WHERE id=?", (min(bans, key=lambda row: len(row[1]))[0],))
    db.close()
    started = subprocess.run([BIN / "asio-chatd", "--data", data, "--check-config"], capture_output=True, text=True,
                             env=clean_environment(), timeout=PATIENCE)
    assert started.returncode != 0 and "what it keeps of people" in started.stderr
    verified = subprocess.run([BIN / "asio-chatd", "verify", "--data", data], capture_output=True, text=True,
                              env=clean_environment(), timeout=PATIENCE)
    assert verified.returncode == 1 and "what it keeps of people" in verified.stdout + verified.stderr


def test_where_registration_is_off_the_operator_makes_the_accounts(tmp_path):
    with daemon(tmp_path, "--registration", "off") as d:
        alice = d.join("alice")
        alice.send(f"/register {PASSWORD}")
        alice.hear("* accounts are made by the operator of this server *")


def test_where_registration_is_by_invitation_a_code_outlives_a_restart_and_opens_once(tmp_path):
    good(tmp_path / "data", "add", "olga", "--role", "operator")
    with daemon(tmp_path, "--registration", "invited") as d:
        olga = log_in(d, "guest", "olga")
        olga.send("/invitation 1")
        line = olga.receive()
        code = re.fullmatch(r"\* for 1 d, once: /register PASSWORD ([0-9a-f]{32}) \*", line)[1]
        d.stop()
    with daemon(tmp_path, "--registration", "invited") as d:
        alice, bob = d.join("alice"), d.join("bob")
        alice.send(f"/register {PASSWORD} {code}")
        alice.hear("* you are logged in as alice *")
        bob.send(f"/register {PASSWORD} {code}")
        bob.hear("* this invitation is none, was used, or is over; a password with blanks stands in quotes *")


def test_the_table_of_rights_is_printed(tmp_path):
    done = subprocess.run([BIN / "asio-chatd", "policy"], capture_output=True, text=True, timeout=PATIENCE,
                          env=clean_environment())
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and lines[0].split() == ["guest", "member", "voice", "operator", "owner"]
    with daemon(tmp_path) as d:
        alice = d.join("alice")
        alice.send("/rights")
        heard = alice.hear("* you are guest on this server, member in lobby *")[-6:-1]
        roles = ["guest", "member", "voice", "operator", "owner"]
        for line in lines[1:]:
            phrase, *cells = re.split(r" {2,}", line.strip())
            in_chat, = [told for told in heard if phrase in re.split(", | may also | may | \\*", told)]
            assert in_chat.startswith(f"* {roles[cells.index('yes')]} may"), line


def test_the_terminal_client_logs_in_by_itself_until_its_device_is_revoked(tmp_path, home):
    with daemon(tmp_path) as d:
        d.address = f"localhost:{d.port}"
        state = home / ".local" / "state" / "asio-chat-client" / f"alice@{d.address}"
        first = pipe(d, "alice", text=f"/register {PASSWORD}\n", home=home)
        assert first.returncode == 0, first.stderr
        assert "you are logged in as alice" in first.stdout
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
        assert re.search(r"^account yes$", state.read_text(), re.M) and PASSWORD not in state.read_text()
        second = pipe(d, "alice", text="/devices\n/rights\n", home=home)
        assert second.returncode == 0, second.stderr
        assert re.search(r"1: since [0-9-]{10}, this one", second.stdout)
        assert "you are member on this server" in second.stdout
        phone = log_in(d, "phone", "alice")
        phone.send("/devices 1")
        phone.hear("* one device is logged out *")
        third = pipe(d, "alice", text="/rights\n", home=home)
        assert third.returncode != 0 and "the name alice is registered" in third.stderr


@pytest.mark.parametrize("kind", [Terminal, FullScreen])
def test_C44_a_password_is_not_shown_while_it_is_typed(tmp_path, kind):
    good(tmp_path / "data", "add", "alice")
    with daemon(tmp_path) as d:
        one = kind(f"guest@127.0.0.1:{d.port}", "--ca", d.ca, home=tmp_path)
        try:
            one.sees("lobby")
            one.types(f"/login alice {PASSWORD}")
            one.sees("/login alice " + "*" * len(PASSWORD))
            one.types("\r")
            one.sees("you are logged in as alice")
            assert PASSWORD.encode() not in one.raw
        finally:
            one.child.close(force=True)


@pytest.mark.parametrize("password", [" begins-with-a-blank", "ends-with-one ", "a\ttab-in-it", "es\x1bcape-in-it", 'quote" before a blank'])
def test_an_account_gets_no_password_that_nobody_could_type(tmp_path, password):
    refused = account(tmp_path / "data", "add", "alice", password=password)
    assert refused.returncode == 1 and "could not be typed in the chat" in refused.stderr
    assert "alice" not in good(tmp_path / "data", "list", password=None)


def test_a_password_of_several_words_opens_everywhere(tmp_path, home):
    words = "correct horse battery"
    data = tmp_path / "data"
    good(data, "add", "alice", password=words)
    file = tmp_path / "password"
    file.write_text(words + "\n")
    file.chmod(0o600)
    with daemon(tmp_path) as d:
        d.address = f"localhost:{d.port}"
        for how in ({"env": {"CHAT_ACCOUNT_PASSWORD": words}}, {"options": ["--password-file", str(file)]}):
            done = pipe(d, "alice", *how.get("options", []), text="/whois alice\n/logout\n", env=how.get("env"), home=home)
            assert done.returncode == 0 and "* alice: an account" in done.stdout, done.stdout + done.stderr
        at_start = Terminal(f"alice@{d.address}", "--ca", d.ca, home=home)
        at_start.sees("Password of alice").says(words).sees("in #lobby")
        at_start.says("/password").sees("password until now").says(words).sees("new password").says("my new phrase").sees("once more")
        at_start.says("my new phrase").sees("your password is changed")
        at_start.child.close(force=True)
        by_hand = d.join("guest1")
        by_hand.send('/login alice "my new phrase"')
        by_hand.hear("* you are logged in as alice *")


def test_a_pin_is_seen_by_every_client_and_outlives_a_restart(tmp_path, home):
    data = tmp_path / "data"
    good(data, "add", "alice", "--role", "owner")
    with daemon(tmp_path) as d:
        alice, bob = log_in(d, "guest1", "alice"), d.join("bob")
        bob.send("/pin")
        bob.hear("* you may not pin messages here *")
        bob.send("be kind")
        alice.hear("bob: be kind")
        d.address = f"localhost:{d.port}"
        screen = FullScreen(f"carol@{d.address}", "--ca", d.ca, home=home).ready()
        screen.sees("bob: be kind")
        alice.send("/pin")
        bob.hear("~ alice pinned a message of bob")
        screen.sees("bob: be kind [pinned]").sees("alice: > bob: be kind").sees("│ ?bob").sees("│ alice")
        bob.send("/who")
        bob.hear("* online: alice, bob (guest), carol (guest) *")
        screen.says("/quit")
        done = pipe(d, "dora", "--json", "--json-input", "--history", "10", home=home, text=(
            '{"type":"command","line":"/pins","ref":"1"}\n{"type":"command","line":"/who","ref":"2"}\n'
            '{"type":"send","id":"3","refers":{"how":"unpin","offset":1}}\n'))
        events = [json.loads(line) for line in done.stdout.splitlines()]
        pin, = [e for e in events if e.get("refers")]
        assert pin["refers"] == {"how": "pin", "offset": 1} and pin["text"] == "pinned a message of bob"
        answers = {e.get("ref", e.get("id")): e for e in events if e["event"] in ("reply", "error")}
        assert answers["1"]["lines"] == ["@1 bob: be kind (pinned by alice)"] and answers["1"]["items"] == ["@1"]
        assert answers["2"]["data"]["guests"] == ["bob", "dora"]
        assert answers["3"]["message"] == "you may not pin messages here"
        assert d.stop() == 0
    assert "OK, 2 entries in 1 room" in subprocess.run(
        [BIN / "asio-chatd", "verify", "--data", str(data)], capture_output=True, text=True, timeout=PATIENCE,
        env=clean_environment()).stdout
    with daemon(tmp_path) as d:
        alice, bob = log_in(d, "guest1", "alice"), d.join("bob")
        bob.send("/pins")
        bob.hear("* @1 bob: be kind (pinned by alice) *")
        alice.send("/unpin")
        bob.hear("~ alice unpinned a message of bob")

        def is_unpinned():  # it is told before the fact is kept
            bob.send("/pins")
            return bob.receive() == "* nothing is pinned here *"

        assert until(is_unpinned)
        assert d.stop() == 0
