"""What members do about themselves: whom they ignore, what is kept of them, and how they are forgotten."""

import base64
import json
import os
import re
import resource
import signal
import socket
import subprocess

from capture import Proxy
from clients import Terminal, home
from programs import BIN, Daemon, until
from test_client_fullscreen import FullScreen
from test_people import PASSWORD, account, daemon, good, log_in
from test_storage import SEALED, exported, run


def test_whom_an_account_ignores_is_hidden_by_every_client_and_after_a_restart(tmp_path, home):
    data = tmp_path / "data"
    good(data, "add", "alice")
    good(data, "add", "eve")
    with daemon(tmp_path) as d:
        d.address = f"localhost:{d.port}"
        eve, alice = log_in(d, "guest1", "eve"), log_in(d, "guest2", "alice")
        alice.send("/ignore eve")
        alice.hear("* ignoring eve; /unignore eve ends it *")
        assert d.stop() == 0
    with daemon(tmp_path) as d:
        d.address = f"localhost:{d.port}"
        eve, alice, bob = log_in(d, "guest1", "eve"), log_in(d, "guest2", "alice"), d.join("bob")
        screen = FullScreen(f"alice-too@{d.address}", "--ca", d.ca, home=home).ready()
        screen.says(f"/login alice {PASSWORD}").sees("you are logged in as alice")
        line = Terminal(f"alice-three@{d.address}", "--ca", d.ca, home=tmp_path)
        line.sees("lobby")
        line.says(f"/login alice {PASSWORD}")
        line.sees("you are logged in as alice")
        for text in ("one of eve", "two of eve"):
            eve.send(text)
            bob.hear(f"eve: {text}")
        eve.send("/nick angel")
        bob.hear("* eve is now known as angel *")
        eve.send("three of eve")
        bob.hear("angel: three of eve")
        bob.send("one of bob")
        heard = alice.hear("bob: one of bob")
        assert not any("of eve" in said for said in heard), heard
        assert "of eve" not in screen.sees("bob: one of bob").text
        line.sees("bob: one of bob")
        assert "of eve" not in line.text
        # On one device it ends, and so on all of them.
        screen.says("/ignore").sees("ignoring eve")
        screen.says("/unignore eve").sees("is not ignored any more").sees("angel: three of eve")
        eve.send("four of eve")
        alice.hear("angel: four of eve")
        line.sees("angel: four of eve")
        # A guest's own list is the client's.
        guest = FullScreen(f"gast@{d.address}", "--ca", d.ca, home=tmp_path / "other").ready()
        guest.says("/ignore angel").sees("ignoring angel")
        for one in (screen, guest, line):
            one.child.close(force=True)


def test_who_is_away_is_marked_at_once_in_the_list_of_members_and_for_those_who_come(tmp_path, home):
    with daemon(tmp_path) as d:
        d.address = f"localhost:{d.port}"
        bob = d.join("bob")
        alice = FullScreen(f"alice@{d.address}", "--ca", d.ca, home=home).ready().sees("│ bob")
        bob.send("/away lunch")
        alice.sees("bob (away)")
        carl = FullScreen(f"carl@{d.address}", "--ca", d.ca, home=tmp_path / "other").ready().sees("bob (away)")
        alice.says("/away").sees("you were not away").says("/away soon").sees("alice (away)")
        carl.sees("alice (away)")
        bob.send("/away")
        assert until(lambda: "bob (away)" not in alice.look().text), alice.text
        assert until(lambda: "bob (away)" not in carl.look().text), carl.text
        for one in (alice, carl):
            one.child.close(force=True)


def forget(d, name, account_name, password=PASSWORD):
    """Returns the receipt."""
    client = log_in(d, name, account_name)
    client.send(f"/forget me {password}")
    while not (said := client.receive()).startswith("* eyJ"):
        assert "wrong" not in said
    return said.strip("* ")


def audit(data):
    """What operators read, as JSON; nothing where nothing was noted yet."""
    return run("export", "audit", "--format", "jsonl", data=data).stdout


def verify(data, receipt, *arguments, **more):
    return run("verify", *arguments, "--receipt", receipt, data=data, **more)


def test_a_member_is_forgotten_here_and_in_later_backups_and_the_receipt_tells(tmp_path):
    data, paper = tmp_path / "data", tmp_path / "receipt"
    for name in ("alice", "bob"):
        good(data, "add", name)
    with daemon(tmp_path) as d:
        bob, alice = log_in(d, "guest1", "bob"), log_in(d, "guest2", "alice")
        for text in ("a secret", "another secret"):
            alice.send(text)
            bob.hear(f"alice: {text}")
        bob.send("not a secret")
        alice.send("/msg bob to you alone")
        bob.hear("[private] alice: to you alone")
        alice.hear("* to bob: to you alone *")
        run("backup", tmp_path / "before.db", "--with-keys", data=data, env=SEALED).check_returncode()
        other = log_in(d, "guest3", "alice")
        other.send("/forget me wrong-password")
        other.hear("* wrong password *")
        receipt = forget(d, "guest4", "alice")
        paper.write_text(receipt + "\n")
        assert until(lambda: "what alice had said is destroyed: 3 texts" in audit(data))
        # While it runs, by the directory; any library for JWS could read it.
        done = verify(data, paper)
        assert done.returncode == 0 and "nothing is left" in done.stdout, done
        assert "3 texts of it are destroyed" in done.stdout, done
        header, statement, _ = (json.loads(base64.urlsafe_b64decode(part + "==")) if n < 2 else part
                                for n, part in enumerate(receipt.split(".")))
        assert header["alg"] == "EdDSA" and statement["name"] == "alice"
        run("backup", tmp_path / "after.db", "--with-keys", data=data, env=SEALED).check_returncode()
        assert d.stop() == 0
    said = exported(data, "lobby")
    assert [e.get("destroyed", False) for e in said if e["from"] in ("alice", "bob")] == [True, True, False]
    assert verify(data, paper, tmp_path / "after.db").returncode == 0
    # The backup from before has the account still, and its texts where it has keys of its own.
    older = verify(data, paper, tmp_path / "before.db")
    assert older.returncode == 1 and "the account itself" in older.stderr, older.stderr
    assert "that can be read" not in older.stderr and "from before the account was deleted" in older.stderr
    for name, left in (("before.db", True), ("after.db", False)):
        apart = tmp_path / f"restored-{name}"
        run("restore", tmp_path / name, data=apart, env=SEALED).check_returncode()
        done = verify(apart, paper)
        assert done.returncode == (1 if left else 0), done
        assert ("3 texts that can be read: " in done.stderr) == left, done.stderr
    # Another server's receipt, or one that was changed, proves nothing.
    paper.write_text(receipt[:-3] + ("AAA" if receipt[-3:] != "AAA" else "BBB"))
    done = verify(data, paper)
    assert done.returncode == 1 and "proves nothing: " in done.stderr, done.stderr
    other = tmp_path / "other"
    good(other, "add", "alice")
    paper.write_text(receipt)
    assert "another one has, or nobody" in verify(other, paper).stderr
    # Who puts the older state back has the account again, and gets rid of it.
    apart = tmp_path / "restored-before.db"
    told = account(apart, "delete", "alice", "--forget", password=None)
    assert "what alice had said is destroyed: 3 texts" in told.stdout, told
    assert verify(apart, paper).returncode == 0


def test_who_is_forgotten_while_the_daemon_is_killed_is_forgotten_by_the_next_one(tmp_path):
    data, paper = tmp_path / "data", tmp_path / "receipt"
    good(data, "add", "alice")
    with daemon(tmp_path, "--rates", "off") as d:
        alice = log_in(d, "guest", "alice")
        listener = d.join("bob")
        for n in range(400):
            alice.send(f"secret {n}")
        listener.hear("alice: secret 399")
        paper.write_text(forget(d, "guest2", "alice"))
        d.process.send_signal(signal.SIGKILL)
        d.process.wait()
    half = verify(data, paper)
    with daemon(tmp_path) as d:
        assert until(lambda: "what alice had said is destroyed" in audit(data)), half
        done = verify(data, paper)
        assert done.returncode == 0 and "400 texts of it are" in done.stdout, done
        assert d.stop() == 0


def test_an_operator_forgets_an_account_or_is_told_what_stays(tmp_path):
    data, paper = tmp_path / "data", tmp_path / "receipt"
    for name in ("alice", "bob", "carl"):
        good(data, "add", name)
    with daemon(tmp_path) as d:
        bob, alice, carl = (log_in(d, f"guest{n}", name) for n, name in enumerate(("bob", "alice", "carl")))
        for one, text in ((alice, "of alice"), (carl, "of carl")):
            one.send(text)
            bob.hear(f"{'alice' if one is alice else 'carl'}: {text}")
            one.send("/msg bob " + text)
            one.hear("* to bob: " + text + " *")
        assert d.stop() == 0
    told = good(data, "delete", "carl", password=None)
    assert "carl: deleted\nwhat it has said stays" in told
    log = re.search(r"with bob alone: asio-chatd erase (@\S+)", told)[1]
    run("erase", log, "--yes", data=data).check_returncode()
    told = good(data, "delete", "alice", "--forget", password=None)
    assert "alice: deleted\nwhat alice had said is destroyed: 2 texts\nreceipt: eyJ" in told
    paper.write_text(told.split("receipt: ")[1])
    assert verify(data, paper).returncode == 0
    assert [e["text"] for e in exported(data, "lobby") if e["from"] in ("alice", "carl")][1] == "of carl"
    refused = account(data, "show", "bob", "--forget", password=None)
    assert refused.returncode == 2 and "takes --forget for delete alone" in refused.stderr


def test_all_that_is_kept_of_an_account_is_exported(tmp_path):
    data, file = tmp_path / "data", tmp_path / "alice.jsonl"
    good(data, "add", "alice")
    good(data, "add", "bob")
    with daemon(tmp_path) as d:
        guest = d.join("alice-guest")
        bob, alice = log_in(d, "guest1", "bob"), log_in(d, "guest2", "alice")
        for one, line, heard in ((alice, "hello", None), (alice, "/ignore carl", "* ignoring carl; /unignore carl ends it *"),
                                 (alice, "/requests off", "* only those to whom you have said something may write to you *"),
                                 (alice, "/msg bob psst", "* to bob: psst *"),
                                 (alice, "/block bob", "* you take no messages from bob any more; /unblock bob ends it *")):
            one.send(line)
            (one if heard else guest).hear(heard or f"alice: {line}")
        bob.send("of bob")
        guest.hear("bob: of bob")
        run("export", "--account", "alice", "--output", file, data=data).check_returncode()
        d.stop()
    assert file.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    kinds = [line["what"] for line in lines]
    assert kinds[0] == "account" and lines[0]["name"] == "alice" and lines[0]["password"] is True
    assert "argon2" not in file.read_text() and PASSWORD not in file.read_text()
    assert {"what": "requests", "from_strangers": False} in lines
    assert {"what": "blocked", "name": "bob"} in lines
    assert {"what": "ignored", "name": "carl", "guest": True} in lines
    assert [line["name"] for line in lines if line["what"] == "correspondent"] == ["bob"]
    assert sorted((line["room"], line["text"]) for line in lines if line["what"] == "said") == [
        ("@bob", "psst"), ("lobby", "hello")]
    again = run("export", "--account", "alice", "--output", file, data=data)
    assert again.returncode == 1 and "not overwritten" in again.stderr, again.stderr
    nobody = run("export", "--account", "nobody", data=data)
    assert nobody.returncode == 1 and "there is no account 'nobody'" in nobody.stderr
    both = run("export", "lobby", "--account", "alice", data=data)
    assert both.returncode == 2 and "export needs a ROOM, or an --account" in both.stderr, both.stderr


def test_a_member_gets_what_the_operator_would_export(tmp_path, home):
    """By /export me, into a file of their own: the same lines from the same state."""
    data, mine, theirs = tmp_path / "data", tmp_path / "mine.jsonl", tmp_path / "theirs.jsonl"
    good(data, "add", "alice")
    good(data, "add", "bob")
    with daemon(tmp_path, "--rates", "off") as d:
        d.address = f"localhost:{d.port}"
        bob, text = log_in(d, "guest1", "bob"), log_in(d, "guest2", "alice")
        # A client that gets lines is told where to go.
        text.send("/export me")
        text.hear("* an export is a file, and you would get it in lines: come with asio-chat, which writes it where you "
                  "say: /export me FILE *")
        for n in range(120):
            text.send(f"line {n} " + "\"x\" \u00e4 " * 40)
        text.send("/edit a secret, mended")
        text.send("/delete")
        text.send("/ignore carl")
        text.send("/display Alice (at work)")
        text.hear('* you are displayed as "Alice (at work)" beside alice *')
        bob.send("not hers")
        bob.send("/msg alice psst")
        text.hear("[private] bob: psst")
        alice = FullScreen(f"alice-too@{d.address}", "--ca", d.ca, home=home, columns=300).ready()
        alice.says(f"/login alice {PASSWORD}").sees("you are logged in as alice")
        alice.sees('alice "Alice')  # in the list, behind the name
        alice.says("/export bob").sees("you can export nobody else")
        alice.says(f"/export me {mine}").sees("all that this server keeps of you is in")
        assert mine.stat().st_mode & 0o777 == 0o600
        run("export", "--account", "alice", "--output", theirs, data=data).check_returncode()
        assert sorted(mine.read_text().splitlines()) == sorted(theirs.read_text().splitlines())
        lines = [json.loads(line) for line in mine.read_text().splitlines()]
        assert lines[0]["what"] == "account" and len(lines) > 120
        assert {"what": "displayed", "name": "Alice (at work)"} in lines
        assert "not hers" not in mine.read_text() and "a secret" not in mine.read_text()
        assert [line["room"] for line in lines if line["what"] == "heard"] == ["@bob"]
        # What is there is not overwritten, and nothing half-made is left.
        alice.says(f"/export me {mine}").sees("is not overwritten")
        alice.says(f"/export me {tmp_path}/missing/file").sees("cannot be written")
        assert mine.read_text().count("\n") == len(lines)
        assert sorted(p.name for p in tmp_path.glob("*.jsonl*")) == ["mine.jsonl", "theirs.jsonl"]
        guest = FullScreen(f"gast@{d.address}", "--ca", d.ca, home=tmp_path / "other", columns=300).ready()
        guest.says(f"/export me {tmp_path}/guest").sees("this is kept with an account: /login")
        assert not list(tmp_path.glob("guest*"))
        for one in (alice, guest):
            one.child.close(force=True)


def test_an_export_waits_as_it_is_told_and_goes_on_after_a_lost_connection(tmp_path, home):
    data, mine, theirs = tmp_path / "data", tmp_path / "mine.jsonl", tmp_path / "theirs.jsonl"
    good(data, "add", "alice")
    rates = [word for rate in ("messages", "bytes") for word in (f"--rate-{rate}", "0")]
    with daemon(tmp_path, "--rates", "on", "--rate-history", "2/1s", *rates) as d:
        text = log_in(d, "guest", "alice")
        for n in range(300):
            text.send(f"line {n} " + "x" * 1000)
        text.send("/display Alice")
        text.hear('* you are displayed as "Alice" beside alice *')
        with Proxy(d.port) as between:
            alice = FullScreen(f"alice-too@localhost:{between.port}", "--ca", d.ca, home=home, columns=300).ready()
            alice.says(f"/login alice {PASSWORD}").sees("you are logged in as alice")
            alice.says(f"/export me {mine}").sees("lines so far")
            assert not mine.exists()
            for s in between.sockets[1:]:
                s.shutdown(socket.SHUT_RDWR)
            alice.sees("all that this server keeps of you is in")
        run("export", "--account", "alice", "--output", theirs, data=data).check_returncode()

        def without_times_seen(file):
            # What a person reads meanwhile is read.
            return sorted(line for line in file.read_text().splitlines()
                          if '"what":"device"' not in line and '"what":"read"' not in line)

        assert without_times_seen(mine) == without_times_seen(theirs)
        assert "pages of history" not in run("export", "alarms", data=data).stdout
        alice.child.close(force=True)


def test_an_export_whose_place_is_gone_ends_and_leaves_nothing(tmp_path, home):
    data, mine = tmp_path / "data", tmp_path / "mine.jsonl"
    good(data, "add", "alice")
    rates = [word for rate in ("messages", "bytes") for word in (f"--rate-{rate}", "0")]
    with daemon(tmp_path, "--rates", "on", "--rate-history", "2/2s", *rates) as d:
        text = log_in(d, "guest", "alice")
        for n in range(300):
            text.send(f"line {n} " + "x" * 1000)
        text.send("/display Alice")
        text.hear('* you are displayed as "Alice" beside alice *')
        alice = FullScreen(f"alice-too@localhost:{d.port}", "--ca", d.ca, home=home, columns=300).ready()
        alice.says(f"/login alice {PASSWORD}").sees("you are logged in as alice")
        alice.says(f"/export me {mine}").sees("lines so far")
        port = d.port
        d.stop(signal.SIGKILL)
        with Daemon(tmp_path, "--password-memory", "8M", port=port):
            alice.sees("there is no such piece of an export")
        assert not list(tmp_path.glob("mine*"))
        alice.child.close(force=True)


def test_an_export_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path):
    data, file = tmp_path / "data", tmp_path / "mine.jsonl"
    good(data, "add", "alice")
    with daemon(tmp_path, "--rates", "off") as d:
        text = log_in(d, "guest", "alice")
        for n in range(100):
            text.send(f"line {n} " + "x" * 1000)
        listener = d.join("bob")
        text.send("/me has said it all")
        listener.hear("~ alice has said it all")

        def small():
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        home = tmp_path / "home"
        home.mkdir()
        lines = "".join(json.dumps({"type": "command", "line": line, "ref": ref}) + "\n" for line, ref in (
            (f"/login alice {PASSWORD}", "a"), (f"/export me {file}", "b"), (f"/export me {tmp_path}/no/such", "c"),
            ("/export bob", "d")))
        done = subprocess.run([BIN / "asio-chat", "--json-input", "--ca", d.ca, f"alice-too@localhost:{d.port}"],
                              input=lines, capture_output=True, text=True, timeout=60, preexec_fn=small,
                              restore_signals=False, env={**os.environ, "HOME": str(home)})
        told = {event["ref"]: event for event in map(json.loads, done.stdout.splitlines()) if event.get("ref")}
        assert told["a"]["event"] == "reply", done
        assert told["b"]["event"] == "error" and "cannot be written: File too large" in told["b"]["message"], done
        assert told["c"]["event"] == "error" and "cannot be written" in told["c"]["message"], done
        assert told["d"]["event"] == "error" and "nobody else" in told["d"]["message"], done
    assert not list(tmp_path.glob("mine*"))
