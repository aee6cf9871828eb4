"""What the daemon keeps: backup, verify, export, rekey, erase, and starts that must not be. C46, C47."""

import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from native_client import native_context
from programs import BIN, PATIENCE, ROOT, Daemon, LessonClient, clean_environment, until


def run(*arguments, data=None, env=None, wrap=()):
    where = ["--data", data] if data else []
    return subprocess.run([*wrap, BIN / "asio-chatd", *map(str, arguments), *map(str, where)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
                          env=env or clean_environment())


def good(*arguments, **more):
    done = run(*arguments, **more)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def one_line(done, code, *parts):
    assert done.returncode == code, done.stdout + done.stderr
    assert re.fullmatch(r"asio-chatd: [^\n]{20,600}\n", done.stderr), done.stderr
    for part in parts:
        assert str(part) in done.stderr, done.stderr


def say(d, name, *texts):
    """Says the texts. They are in the history when this returns."""
    speaker, listener = d.join(name), d.join(f"{name}-hears")
    for text in texts:
        speaker.send(text)
        listener.hear(f"{name}: {text}")
    speaker.close()
    listener.close()


def exported(data, room):
    return [json.loads(line) for line in good("export", room, "--format", "jsonl", data=data).splitlines()]


def texts(data, room):
    return [e["text"] for e in exported(data, room)]


@pytest.fixture
def kept(tmp_path):
    """A data directory with two rooms in it, whose daemon has stopped."""
    with Daemon(tmp_path) as d:
        say(d, "alice", *(f"lobby line {i}" for i in range(12)))
        assert d.stop() == 0
    with Daemon(tmp_path, "--default-room", "den") as d:
        say(d, "bob", "den one", "den two", "den three")
        assert d.stop() == 0
    return tmp_path / "data"


class Flood:
    """A member who says one line after the other, and another member who hears them."""

    def __init__(self, d):
        self.speaker, self.listener = d.join("flooder"), d.join("hearer")
        self.stop, self.said, self.heard = False, 0, []
        self.threads = [threading.Thread(target=self.speak), threading.Thread(target=self.hear)]
        for t in self.threads:
            t.start()

    def speak(self):
        while not self.stop:
            while self.said - len(self.heard) > 400 and not self.stop:
                time.sleep(0.001)
            self.speaker.send(f"flood {self.said}")
            self.said += 1
        self.speaker.send("the end")

    def hear(self):
        while not self.heard or self.heard[-1] != "the end":
            text = self.listener.receive()
            if text.startswith("flooder: "):
                self.heard.append(text.removeprefix("flooder: "))

    def end(self):
        self.stop = True
        for t in self.threads:
            t.join(PATIENCE)
        assert self.heard == [*(f"flood {i}" for i in range(self.said)), "the end"]
        return self.heard


def put_back(data, backup):
    """Restores a backup as somebody does who does not know of asio-chatd restore."""
    for name in ("journal.db-wal", "journal.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(backup, data / "journal.db")


def test_a_backup_while_a_flood_runs_is_a_prefix_of_it_and_can_be_put_back(tmp_path):
    with Daemon(tmp_path) as d:
        flood = Flood(d)
        counts = []
        for i in range(4):
            heard = len(flood.heard)
            assert until(lambda: len(flood.heard) > heard + 200)
            said = good("backup", tmp_path / f"copy{i}", data=d.data)
            counts.append(int(re.search(r": (\d+) entries in 1 room; it does not contain the keys", said)[1]))
            assert good("verify", tmp_path / f"copy{i}", data=d.data).startswith(
                f"{tmp_path}/copy{i}: OK, {counts[-1]} entries in 1 room")
        assert ": OK, " in good("verify", data=d.data)
        heard = flood.end()
        assert 200 < counts[0] < counts[1] < counts[2] < counts[3] <= len(heard)
        assert texts(d.data, "lobby") == heard
        assert d.stop() == 0
    backup = tmp_path / "copy1"
    assert backup.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("copy*.*"))
    put_back(tmp_path / "data", backup)
    with Daemon(tmp_path) as d:
        assert texts(d.data, "lobby") == heard[:counts[1]]
        say(d, "carol", "after the backup")
        assert texts(d.data, "lobby")[-1] == "after the backup"


class Native:
    """A connection of the native protocol, message by message."""

    def __init__(self, d, name="", **hello):
        plain = socket.create_connection(("127.0.0.1", d.port), PATIENCE)
        self.tls = native_context(d.ca).wrap_socket(plain, server_hostname="localhost")
        self.stream = self.tls.makefile("rwb")
        self.send(type="hello", name=name, **hello)

    def send(self, **message):
        payload = json.dumps(message).encode()
        self.stream.write(struct.pack("!I", len(payload)) + payload)
        self.stream.flush()

    def hear(self):
        (length,) = struct.unpack("!I", self.stream.read(4))
        return json.loads(self.stream.read(length))

    def until(self, kind):
        """The next message of this type, or event of this kind."""
        while kind not in ((m := self.hear())["type"], m.get("kind")):
            pass
        return m

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tls.close()


def head_of(d):
    with Native(d) as c:
        return c.until("room")["head"]


@pytest.mark.parametrize("how", ["backup", "journal", "directory"])
def test_a_history_that_was_put_back_is_told_to_readers_who_were_beyond_it(tmp_path, how):
    def say_natively(d, count, text):
        with Native(d) as c:
            for n in range(count):
                c.send(type="send", id=str(n), room="lobby", text=text)
            for n in range(count):
                c.until("ack")

    def told(d, after):
        """The gap that a reader is told of who was there, and the offsets that it gets."""
        last = head_of(d)["offset"]
        gap, offsets = None, []
        with Native(d, room="") as c:
            c.send(type="join", ref="j", room="lobby", after=after)
            while not offsets or offsets[-1] < last:
                m = c.hear()
                assert m["type"] != "error", m
                if m.get("kind") == "gap":
                    assert gap is None
                    gap = m["after"]["offset"], m["next"]["offset"]
                if m.get("kind") == "message":
                    offsets.append(m["position"]["offset"])
        return gap, offsets

    with Daemon(tmp_path) as d:
        say_natively(d, 100, "kept")
        at_the_cut = head_of(d)
        good("backup", tmp_path / "copy", data=d.data)
        assert d.stop() == 0
    if how == "journal":
        shutil.copy(tmp_path / "data/journal.db", tmp_path / "copy")
    shutil.copytree(tmp_path / "data", tmp_path / "whole")
    with Daemon(tmp_path) as d:
        say_natively(d, 50, "lost")
        beyond = head_of(d)
        assert beyond["offset"] == 150 and re.fullmatch("[0-9a-f]{16}", beyond["tag"])
        assert d.stop() == 0
    if how == "directory":
        shutil.rmtree(tmp_path / "data")
        shutil.copytree(tmp_path / "whole", tmp_path / "data")
    else:
        put_back(tmp_path / "data", tmp_path / "copy")
    with Daemon(tmp_path) as d:
        say_natively(d, 51, "instead")
        known = ((150, 1), list(range(1, 152))) if how == "directory" else ((150, 101), list(range(101, 152)))
        assert told(d, beyond) == known
        assert told(d, at_the_cut) == (None, list(range(101, 152)))
        # A tag belongs to its offset, or to none where no commit ended.
        assert told(d, {"epoch": at_the_cut["epoch"], "offset": 40}) == (None, list(range(41, 152)))
        # Only of a directory that was put back as a whole nothing on the disk tells.
        assert ("was put back to an older state" in d.log) == (how != "directory")


def test_a_backup_overwrites_nothing_and_needs_no_daemon(kept, tmp_path):
    good("backup", tmp_path / "copy", data=kept)
    one_line(run("backup", tmp_path / "copy", data=kept), 1, tmp_path / "copy", "not overwritten")
    one_line(run("backup", tmp_path / "no/copy", data=kept), 1, "cannot be written")
    one_line(run("backup", data=kept), 2, "FILE")
    one_line(run("verify", tmp_path / "nothing", data=kept), 1, "nothing' does not exist")
    one_line(run("backup", tmp_path / "other", data=tmp_path / "none"), 1, "does not exist")
    assert not (tmp_path / "none").exists() and not (tmp_path / "other").exists()


def test_verify_names_the_first_bad_record_after_a_flip_anywhere(kept):
    journal = kept / "journal.db"
    assert "OK, 15 entries in 2 rooms" in good("verify", data=kept)
    with sqlite3.connect(journal) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = db.execute("SELECT place >> 40, place & 0xffffffff, sealed, chain FROM records").fetchall()
        rooms = db.execute("SELECT mac FROM rooms").fetchall()
    db.close()
    whole = journal.read_bytes()
    names = {1: "lobby", 2: "den"}
    assert len(rows) > 5
    for room, offset, sealed, chain in rows:
        for field in (sealed, chain):
            # The newest chain value is in the room's row as well, before the records.
            at = whole.rindex(field) + len(field) // 2
            journal.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1:])
            done = run("verify", data=kept)
            one_line(done, 1, "restore a backup")
            assert re.fullmatch(rf"#{names[room]}, entr(y|ies) {offset}( to \d+)?: it is not as it was "
                                r"written\n", done.stdout), done.stdout
    at = whole.index(rooms[0][0])
    journal.write_bytes(whole[:at] + b"\0\0\0\0" + whole[at + 4:])
    done = run("verify", data=kept)
    one_line(done, 1, "restore a backup")
    assert "the row of room 1 is not as it was written" in done.stdout
    journal.write_bytes(whole[:len(whole) - 4096])
    assert run("verify", data=kept).returncode == 1
    journal.write_bytes(whole)
    assert ": OK, " in good("verify", data=kept)


def test_an_export_to_a_reader_that_has_gone_is_no_failure_but_a_full_disk_is(kept):
    def export_to(where):
        with where:
            return subprocess.run([BIN / "asio-chatd", "export", "lobby", "--data", kept],
                                  stdout=where, stderr=subprocess.PIPE, text=True)

    read_end, write_end = os.pipe()
    os.close(read_end)
    done = export_to(open(write_end, "w"))
    assert (done.returncode, done.stderr) == (0, "")
    one_line(export_to(open("/dev/full", "w")), 6, "No space left on device")


def test_a_backup_is_verified_where_the_journal_is_lost(kept, tmp_path):
    good("backup", tmp_path / "copy", data=kept)
    for lost in kept.glob("journal.db*"):
        lost.unlink()
    assert "OK, 15 entries in 2 rooms" in good("verify", tmp_path / "copy", data=kept)
    one_line(run("verify", data=kept), 1, "there is no journal", kept)


def test_a_directory_without_a_journal_and_without_keys_is_called_that(tmp_path):
    with Daemon(tmp_path, "--ephemeral") as d:
        assert d.stop() == 0
    one_line(run("verify", data=tmp_path / "data"), 1, "there is no journal", "--data")


def test_who_asks_for_a_room_that_is_not_there_is_told_which_are(tmp_path):
    data = tmp_path / "data"
    with Daemon(tmp_path) as d:
        one_line(run("export", "dne", data=data), 1, "no room is called 'dne': there are none yet")
        say(d, "alice", "hello")
        assert d.stop() == 0
    one_line(run("export", "dne", data=data), 1, "no room is called 'dne': there is lobby")


def test_a_history_of_version_1_is_indexed_anew_while_the_daemon_runs_kills_or_not(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(ROOT / "test/golden/journal_v1", data)
    for path in (data, *data.iterdir()):
        path.chmod(0o700 if path == data else 0o600)
    for start in range(3):
        with Daemon(tmp_path) as d:
            assert start > 0 or until(lambda: "The search index is being rebuilt" in d.log)
            d.stop(signal.SIGKILL)
    # A daemon that was killed may have completed the work without reporting it.
    started = len((tmp_path / "log").read_text())
    with Daemon(tmp_path) as d:
        alice = d.join("alice")
        assert until(lambda: "The search index is being rebuilt" not in d.log[started:]
                     or "The search index is complete again" in d.log[started:]), d.log
        alice.send("/search CAFE\u0301")
        found = []
        while len(found) < 3:
            found += [line for line in (alice.receive(),) if " UTC] " in line]
        assert [line.split(" UTC] ")[1] for line in found] == [
            "alice: Caf\u00e9 um drei *", "bob: Cafe\u0301 um vier *", "alice: the last one, cafe\u0301 *"]
        assert d.stop() == 0
    assert not list(data.glob("*.before-*"))
    assert len(texts(data, "lobby")) == 267
    assert good("verify", data=data)


def test_export_gives_a_room_oldest_first_in_both_formats(kept, tmp_path):
    lines = good("export", "#Den", data=kept).splitlines()
    assert [re.sub(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\] ", "", l) for l in lines] == [
        "bob: den one", "bob: den two", "bob: den three"]
    entries = exported(kept, "den")
    assert [e["position"]["offset"] for e in entries] == [1, 2, 3]
    assert {frozenset(e) for e in entries} == {frozenset(("position", "time", "from", "kind", "text"))}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", e["time"]) for e in entries)
    assert {(e["from"], e["kind"]) for e in entries} == {("bob", "message")}
    file = tmp_path / "den.txt"
    assert good("export", "den", "--output", file, data=kept) == ""
    assert file.read_text().splitlines() == lines and file.stat().st_mode & 0o777 == 0o600
    one_line(run("export", "den", "--output", file, data=kept), 1, "not overwritten")
    one_line(run("export", "dne", data=kept), 1, "no room is called 'dne'", "there are den, lobby")
    one_line(run("export", data=kept), 2, "ROOM")
    one_line(run("export", "den", "--format", "xml", data=kept), 2, "text or jsonl")
    with open("/dev/full", "w") as full:
        done = subprocess.run([BIN / "asio-chatd", "export", "den", "--data", kept], stdout=full,
                              stderr=subprocess.PIPE, text=True, env=clean_environment())
    assert done.returncode == 6 and "cannot be written" in done.stderr


def key_lines(data):
    return (data / "master.key").read_text().split()


def numbers_of_keys(data):
    db = sqlite3.connect(data / "journal.db")
    numbers = [n for (n,) in db.execute("SELECT DISTINCT key FROM records ORDER BY key")]
    db.close()
    return numbers


def test_rekey_while_people_talk_takes_nothing_from_them(tmp_path):
    with Daemon(tmp_path) as d:
        flood = Flood(d)
        assert until(lambda: len(flood.heard) > 100)
        (old,) = key_lines(d.data)
        assert "is the master key now" in good("rekey", data=d.data)
        new, below = key_lines(d.data)
        assert below == old != new
        assert (d.data / "master.key").stat().st_mode & 0o777 == 0o600
        assert until(lambda: "The master key has changed" in d.log)
        heard = len(flood.heard)
        assert until(lambda: len(flood.heard) > heard + 100)
        heard = flood.end()
        assert len(numbers_of_keys(d.data)) == 2
        (d.data / "master.key").write_text(f"# the only one\n{new}\n")
        assert ": OK, " in good("verify", data=d.data)
        assert d.stop() == 0
    with Daemon(tmp_path) as d:
        assert texts(d.data, "lobby") == heard
    (tmp_path / "data/master.key").write_text(f"{old}\n")
    one_line(run("verify", data=tmp_path / "data"), 1, "does not open with this master key")


def test_rekey_without_a_daemon_and_where_it_cannot_be(kept, tmp_path):
    good("rekey", data=kept)
    good("rekey", data=kept)
    new = key_lines(kept)[0]
    assert len(key_lines(kept)) == 3
    (kept / "master.key").unlink()
    with_key = clean_environment(CHAT_MASTER_KEY=new)
    assert ": OK, " in good("verify", data=kept, env=with_key)
    one_line(run("rekey", data=kept, env=with_key), 1, "CHAT_MASTER_KEY")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "master-key").write_text(new)
    (credentials / "master-key").chmod(0o600)
    as_service = clean_environment(CREDENTIALS_DIRECTORY=str(credentials))
    assert ": OK, " in good("verify", data=kept, env=as_service)
    one_line(run("rekey", data=kept, env=as_service), 1, "systemd credential")
    elsewhere = tmp_path / "key"
    elsewhere.write_text(new + "\n")
    elsewhere.chmod(0o600)
    good("rekey", "--master-key-file", elsewhere, data=kept)
    assert elsewhere.read_text().split()[1] == new


def test_rekeys_at_the_same_time_lose_no_key(kept):
    several = [subprocess.Popen([BIN / "asio-chatd", "rekey", "--data", kept], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, env=clean_environment()) for _ in range(4)]
    assert [one.communicate(timeout=PATIENCE)[0].count(b"is the master key now") for one in several] == [1] * 4
    assert len(key_lines(kept)) == 5
    assert ": OK, " in good("verify", data=kept)


def test_a_master_key_file_that_is_wrong_is_not_taken_while_the_daemon_runs(tmp_path):
    with Daemon(tmp_path) as d:
        say(d, "alice", "before")
        (d.data / "master.key").write_text("nonsense\n")
        assert until(lambda: "Reload failed" in d.log and "is no master key" in d.log)
        assert "nonsense" not in d.log
        say(d, "alice", "after")


def test_erase_takes_a_room_away_from_backups_as_well_and_no_other(kept, tmp_path):
    backup = tmp_path / "copy"
    good("backup", backup, data=kept)
    one_line(run("erase", "den", data=kept), 2, "--yes")
    one_line(run("erase", "dne", "--yes", data=kept), 1, "no room is called", "den, lobby")
    with Daemon(tmp_path) as d:
        one_line(run("erase", "den", "--yes", data=kept), 1, "is in use", d.process.pid)
    assert len(texts(kept, "den")) == 3
    assert "3 entries" in good("erase", "den", "--yes", data=kept)
    assert "OK, 12 entries in 2 rooms" in good("verify", data=kept)
    assert "3 entries of rooms that were erased since" in good("verify", backup, data=kept)
    assert texts(kept, "den") == []
    for _ in range(2):
        with Daemon(tmp_path, "--default-room", "den") as d:
            say(d, "bob", "anew")
            assert d.stop() == 0
        assert exported(kept, "den")[0]["position"]["offset"] == 1
        assert texts(kept, "den") == ["anew"]
        assert len(texts(kept, "lobby")) == 12
        assert ": OK, " in good("verify", data=kept)
        put_back(kept, backup)


DESTROYED = "(this text was destroyed)"


def test_C46_a_destroyed_text_is_in_no_copy_and_the_log_is_as_it_was(kept, tmp_path):
    backup, head = tmp_path / "copy", good("head", data=kept).strip()
    good("backup", backup, data=kept)
    before = exported(kept, "lobby")
    told = good("erase", "lobby", "--entry", "3,5-6", "--yes", data=kept)
    assert "#lobby: 3 texts can no longer be read, not even in backups" in told and "keys.db" in told
    after = exported(kept, "lobby")
    gone = (3, 5, 6)
    assert [e["text"] for e in after] == [DESTROYED if n in gone else f"lobby line {n - 1}" for n in range(1, 13)]
    assert [e.get("destroyed", False) for e in after] == [n in gone for n in range(1, 13)]
    for was, now in zip(before, after):
        assert all(was[field] == now[field] for field in ("position", "time", "from"))
    assert good("export", "lobby", data=kept).count(DESTROYED) == 3
    told = good("verify", "--since", head, data=kept)
    assert "OK, 15 entries in 2 rooms; the text of 3 entries was destroyed: #lobby 3, 5 to 6" in told
    assert "it has gone on from the head given" in told
    assert "was destroyed: #lobby 3, 5 to 6" in good("verify", backup, data=kept)
    with Daemon(tmp_path) as d:
        member = d.join("carol")
        member.send("/history 12")
        page = [re.search(r"alice: (.*) \*$", member.receive())[1] for _ in range(12)]
        assert page == [e["text"] for e in after]
        say(d, "alice", "later")
        assert d.stop() == 0
    put_back(kept, backup)
    with Daemon(tmp_path) as d:
        assert d.stop() == 0
    assert texts(kept, "lobby") == [e["text"] for e in after]
    assert texts(kept, "den") == ["den one", "den two", "den three"]


def test_all_that_an_author_said_in_a_room_is_destroyed_and_they_may_say_more(kept, tmp_path):
    told = good("erase", "den", "--author", "BOB", "--yes", data=kept)
    assert "#den: 3 texts" in told
    with Daemon(tmp_path, "--default-room", "den") as d:
        say(d, "bob", "one more")
        assert d.stop() == 0
    assert texts(kept, "den") == [DESTROYED] * 3 + ["one more"]
    assert len(set(texts(kept, "lobby"))) == 12
    assert "0 texts" in good("erase", "den", "--author", "nobody", "--yes", data=kept)
    good("verify", data=kept)


def test_erase_of_texts_says_what_is_wrong_and_changes_nothing(kept, tmp_path):
    for wrong in ("0", "x", "3-", "5-3", "3,", "-3", "99999999999999999999"):
        one_line(run("erase", "den", f"--entry={wrong}", "--yes", data=kept), 2, "--entry", "17,20-25")
    one_line(run("erase", "den", "--entry", "4", "--yes", data=kept), 1, "#den has no entry 4: its newest one is 3")
    one_line(run("erase", "dne", "--entry", "1", "--yes", data=kept), 1, "no room is called")
    one_line(run("erase", "den", "--entry", "1", data=kept), 2, "--yes")
    with Daemon(tmp_path) as d:
        one_line(run("erase", "den", "--entry", "1", "--yes", data=kept), 1, "is in use", d.process.pid)
        assert d.stop() == 0
    assert texts(kept, "den") == ["den one", "den two", "den three"]
    assert "--entry" in good("erase", "--help") and "--author" in good("erase", "--help")


def test_erase_asks_for_the_name_on_a_terminal(kept):
    pexpect = pytest.importorskip("pexpect")
    for typed, code in (("yes", 1), ("den", 0)):
        child = pexpect.spawn(str(BIN / "asio-chatd"), ["erase", "den", "--data", str(kept)],
                              env=clean_environment(), timeout=PATIENCE, encoding="utf-8")
        child.expect("Type its name")
        child.sendline(typed)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == code
        assert len(texts(kept, "den")) == (3 if code else 0)


def newer(data):
    with sqlite3.connect(data / "journal.db") as db:
        db.execute("PRAGMA user_version=99")
    db.close()


def other_program(data):
    (data / "journal.db").unlink()
    with sqlite3.connect(data / "journal.db") as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()


def other_key(data):
    (data / "master.key").write_text("ab" * 32 + "\n")


STARTS = {
    "wrong master key": (other_key, "keys.db' does not open with this master key"),
    "no master key": (lambda data: (data / "master.key").unlink(), "master.key' is missing"),
    "no key ring": (lambda data: (data / "keys.db").unlink(), "keys.db' is missing"),
    "a key ring of nothing": (lambda data: (data / "keys.db").write_bytes(b"x" * 5000), "keys.db' is damaged"),
    "newer": (newer, "journal.db' is of version 99"),
    "no database": (lambda data: (data / "journal.db").write_bytes(b"x" * 5000),
                    "journal.db' is no SQLite database"),
    "another program's": (other_program, "journal.db' is a database of another program"),
    "cut": (lambda data: os.truncate(data / "journal.db", 8192), "journal.db' is damaged"),
}


def start(data, *more, wrap=()):
    """Starts a daemon that has to fail before it listens."""
    done = run("--listen", "127.0.0.1:0", "--log-level", "error", *more, data=data, wrap=wrap)
    assert done.stdout == ""
    return done


@pytest.mark.parametrize("what", STARTS)
def test_a_start_that_cannot_be_is_one_clear_line_and_changes_nothing(kept, what):
    spoil, sentence = STARTS[what]
    spoil(kept)
    before = {f.name: f.read_bytes() for f in kept.iterdir() if not f.name.endswith("-shm")}
    one_line(start(kept), 1, sentence)
    after = {f.name: f.read_bytes() for f in kept.iterdir() if not f.name.endswith(("-shm", "-wal"))}
    assert after == before
    one_line(run("verify", data=kept), 1)


def test_verify_says_what_a_file_is_that_is_no_journal(kept, tmp_path):
    file = tmp_path / "file"
    file.touch()
    one_line(run("verify", file, data=kept), 1, file, "is empty: there is no history in it")
    file.write_text("foo")
    one_line(run("verify", file, data=kept), 1, file, "is no SQLite database")
    one_line(run("verify", kept / "keys.db", data=kept), 1, "not one of asio-chatd's")
    one_line(run("verify", kept, data=kept), 1, "is a directory")


def test_one_entry_is_not_said_in_the_plural(tmp_path):
    with Daemon(tmp_path) as d:
        say(d, "alice", "hello")
        assert ": OK, 1 entry in 1 room\n" in good("verify", data=d.data)


def test_check_config_says_whether_the_master_key_fits_and_makes_nothing(kept, tmp_path):
    def check(*more, data=kept, **env):
        return run("--check-config", *more, data=data, env=clean_environment(**env))

    before = {f: f.read_bytes() for f in kept.iterdir()}
    assert check().returncode == 0
    with Daemon(tmp_path, data=tmp_path / "in-use") as d:
        assert check(data=d.data).returncode == 0
    key = tmp_path / "key"
    one_line(check("--master-key-file", key), 1, str(key), "No such file")
    key.write_text("f" * 64)
    key.chmod(0o644)
    one_line(check("--master-key-file", key), 1, "chmod 600")
    key.chmod(0o600)
    one_line(check("--master-key-file", key), 1, "does not open with this master key")
    one_line(check(CHAT_MASTER_KEY="f" * 64), 1, "does not open with this master key")
    one_line(check(CHAT_MASTER_KEY="f"), 1, "CHAT_MASTER_KEY", "64 hexadecimal digits")
    assert check(CHAT_MASTER_KEY=key_lines(kept)[0]).returncode == 0
    assert check("--ephemeral", "--master-key-file", tmp_path / "none").returncode == 0
    assert check("--master-key-file", key, data=tmp_path / "new").returncode == 0
    assert not (tmp_path / "new").exists()
    assert {f: f.read_bytes() for f in kept.iterdir()} == before
    (kept / "master.key").unlink()
    one_line(check(), 1, "master.key", "is missing")
    (kept / "keys.db").unlink()
    one_line(check("--master-key-file", key), 1, "keys.db", "is missing")


def test_a_daemon_that_stops_waits_for_what_it_writes_and_says_so(tmp_path):
    with Daemon(tmp_path) as d:
        alice, bob = d.join("alice"), d.join("bob")
        ring = sqlite3.connect(d.data / "keys.db", isolation_level=None)
        ring.execute("BEGIN EXCLUSIVE")
        alice.send("the first message of a room needs a new key")
        for _ in range(2):  # the line is read one turn of the loop later
            bob.send("/who")
            bob.hear("* online: alice, bob *")
        d.process.send_signal(signal.SIGTERM)
        assert until(lambda: "The history is not closed yet" in d.log)
        assert "Server stopped" not in d.log
        ring.execute("ROLLBACK")
        assert d.process.wait(PATIENCE) == 0
        assert d.log.splitlines()[-1].endswith("Server stopped")
        assert texts(d.data, "lobby") == ["the first message of a room needs a new key"]


def test_a_directory_is_for_one_daemon(tmp_path):
    with Daemon(tmp_path) as d:
        one_line(start(d.data), 1, "is in use by another asio-chatd", d.process.pid)
        say(d, "alice", "goes on")


def test_keys_that_are_missing_stop_the_start_until_they_are_back(kept, tmp_path):
    older, newer = tmp_path / "older", tmp_path / "newer"
    shutil.copy(kept / "keys.db", older)
    good("rekey", data=kept)
    with Daemon(tmp_path) as d:
        say(d, "alice", "under a newer key")
        assert d.stop() == 0
    shutil.copy(kept / "keys.db", newer)
    shutil.copy(older, kept / "keys.db")
    for done in (start(kept), run("--check-config", data=kept)):
        one_line(done, 1, "lacks keys of rooms that the journal has (#lobby)", "put back the newest copy")
    shutil.copy(newer, kept / "keys.db")
    assert run("--check-config", data=kept).returncode == 0
    assert texts(kept, "lobby")[-1] == "under a newer key"
    # With a tool of one's own a key can be taken out, but not destroyed.
    with sqlite3.connect(kept / "keys.db") as db:
        db.execute("UPDATE keys SET master=NULL, wrapped=NULL WHERE owner<>zeroblob(16)")
    db.close()
    for done in (start(kept), run("--check-config", data=kept)):
        one_line(done, 1, "lacks keys of rooms", "#den", "asio-chatd erase")
    for room in ("den", "lobby"):
        good("erase", room, "--yes", data=kept)
    with Daemon(tmp_path) as d:
        say(d, "alice", "anew")
        assert d.stop() == 0
    assert texts(kept, "lobby") == ["anew"]


def test_a_lost_journal_is_begun_anew_by_order_only(kept, tmp_path):
    backup = tmp_path / "backup"
    good("backup", backup, data=kept)
    for make in ((lambda: (kept / "journal.db").unlink()), (lambda: (kept / "journal.db").write_bytes(b""))):
        make()
        before = sorted(f.name for f in kept.iterdir())
        for done in (start(kept), run("--check-config", data=kept)):
            one_line(done, 1, "is missing or empty", "put the journal back, or a backup with asio-chatd restore", "--begin-anew")
        assert sorted(f.name for f in kept.iterdir()) == before
    for lost in (True, False):  # not there at all, or empty
        if lost:
            (kept / "journal.db").unlink()
        assert run("--check-config", "--begin-anew", data=kept).returncode == 0
        with Daemon(tmp_path, "--begin-anew") as d:
            assert d.stop() == 0
        (kept / "journal.db").write_bytes(b"")
        (kept / "journal.db-wal").unlink(missing_ok=True)
    for _ in range(2):  # left where it is, the flag does nothing
        with Daemon(tmp_path, "--begin-anew") as d:
            say(d, "alice", "anew")
            assert d.stop() == 0
    assert texts(kept, "lobby") == ["anew", "anew"]
    assert "OK, 15 entries in 2 rooms" in good("verify", backup, data=kept)


def test_people_who_do_not_open_stop_the_start(kept, tmp_path):
    good("account", "add", "alice", "--pin", "sha256/" + 43 * "A" + "=", data=kept)
    with sqlite3.connect(kept / "journal.db") as db:
        db.execute("UPDATE people SET sealed=zeroblob(length(sealed))")
    db.close()
    for done in (start(kept), run("--check-config", data=kept)):
        one_line(done, 1, "what it keeps of people (accounts, roles, bans) is not what was written last")
    # Then their sum is that of what is there, which is no reason to go without the bans among it.
    for done in (run("--check-config", "--begin-anew", data=kept), start(kept, "--begin-anew"), start(kept)):
        one_line(done, 1, "a row of what it keeps of people cannot be opened", "restore a backup")
    one_line(run("verify", data=kept), 1, "people")


def test_a_journal_that_was_moved_away_leaves_no_room_for_another_one(kept, tmp_path):
    with Daemon(tmp_path) as d:
        say(d, "alice", "before")
        (kept / "journal.db").rename(tmp_path / "moved")
        for flags in ((), ("--begin-anew",)):
            one_line(run("--listen", "127.0.0.1:0", *flags, data=kept), 1, "journal.db-wal", "stop that daemon")
            one_line(run("--check-config", *flags, data=kept), 1, "journal.db-wal")
        (tmp_path / "moved").rename(kept / "journal.db")
        say(d, "bob", "after")
        assert d.stop(signal.SIGKILL) == -signal.SIGKILL
    (kept / "journal.db").rename(tmp_path / "moved")  # its newest messages are in the other file
    one_line(run("--listen", "127.0.0.1:0", "--begin-anew", data=kept), 1, "put the journal back")
    (tmp_path / "moved").rename(kept / "journal.db")
    assert texts(kept, "lobby")[-2:] == ["before", "after"]


@pytest.mark.parametrize("empty", [("journal.db",), ("keys.db",), ("journal.db", "keys.db")])
def test_a_first_start_that_was_killed_early_is_followed_by_another_one(tmp_path, empty):
    data = tmp_path / "data"
    with Daemon(tmp_path) as d:  # the master key and the certificates come first
        assert d.stop() == 0
    for name in ("journal.db", "keys.db"):
        (data / name).unlink()
        if name in empty:
            (data / name).touch(mode=0o600)
    good("--check-config", data=data)
    with Daemon(tmp_path) as d:
        say(d, "alice", "hello")
        assert d.stop() == 0
    assert texts(data, "lobby") == ["hello"]


def test_keys_without_a_room_and_without_a_journal_are_a_first_start_that_was_killed(tmp_path):
    with Daemon(tmp_path) as d:
        assert d.stop() == 0
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (tmp_path / "data" / name).unlink(missing_ok=True)
    good("--check-config", data=tmp_path / "data")
    with Daemon(tmp_path) as d:
        say(d, "alice", "hello")
        assert d.stop() == 0


def test_a_damaged_room_is_closed_and_the_others_are_not(kept, tmp_path):
    with sqlite3.connect(kept / "journal.db") as db:
        db.execute("DELETE FROM records WHERE place=(SELECT max(place) FROM records)")
    db.close()
    checked = run("--check-config", data=kept)
    assert checked.returncode == 0 and checked.stdout.endswith("\nconfiguration OK\n")
    assert "The room #den is closed" in checked.stderr
    with Daemon(tmp_path) as d:
        say(d, "alice", "the lobby goes on")
        assert until(lambda: "The room #den is closed, since its newest entries" in d.log)
        hello = json.dumps({"type": "hello", "name": "carol", "history": 0})
        carol = LessonClient(d.port, d.ca, hello, context=native_context(d.ca))

        def join(room):
            carol.send(json.dumps({"type": "join", "room": room, "ref": room}))
            while True:
                answer = json.loads(carol.receive())
                if answer["type"] in ("room", "error") and room in (answer.get("ref"), answer.get("room")):
                    return answer

        assert join("den")["code"] == "storage_failed"
        assert join("attic")["type"] == "room"
        assert d.stop() == 0


def test_a_log_that_is_damaged_after_a_kill_is_named_by_every_command(tmp_path):
    said = [f"line {n}" for n in range(20)]
    with Daemon(tmp_path) as d:
        say(d, "alice", *said)
        d.stop(signal.SIGKILL)
    data, log = tmp_path / "data", tmp_path / "data/journal.db-wal"
    whole = log.read_bytes()
    frames = (len(whole) - 32) // 4120
    middle = 32 + frames // 2 * 4120
    log.write_bytes(whole[:middle + 999] + bytes([whole[middle + 999] ^ 4]) + whole[middle + 1000:])
    damaged = log.read_bytes()
    sentence = f"frame {frames // 2 + 1} of '{log}' (from byte {middle}) is not as it was written"
    for command in (["verify"], ["backup", tmp_path / "copy"], ["export", "lobby"], ["--check-config"],
                    ["erase", "lobby", "--yes"], ["--listen", "127.0.0.1:0"]):
        one_line(run(*command, data=data), 1, sentence, "committed frames behind it", "restore a backup")
    assert log.read_bytes() == damaged and not (tmp_path / "copy").exists()
    log.write_bytes(whole)
    assert texts(data, "lobby") == said
    log.write_bytes(damaged)
    (data / "journal.db-shm").unlink(missing_ok=True)
    with sqlite3.connect(data / "journal.db") as db:  # as docs/operating.md says
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    assert ": OK, " in good("verify", data=data)
    kept = texts(data, "lobby")
    assert kept == said[:len(kept)] and 0 < len(kept) < len(said)


def test_nothing_is_acknowledged_without_the_file(kept, tmp_path):
    with Daemon(tmp_path) as d:
        alice, bob = d.join("alice"), d.join("bob")
        alice.send("before")
        bob.hear("alice: before")
        (kept / "journal.db").rename(tmp_path / "aside")
        alice.send("into nothing")
        assert until(lambda: "journal.db' has been removed, or another file has been put" in d.log)
        shutil.copy(tmp_path / "aside", kept / "journal.db")
        alice.send("into another file")
        alice.send("/who")
        heard = alice.hear("* online: alice, bob *")
        assert sum("nobody has seen this" in line for line in heard) == 2, heard
        (tmp_path / "aside").rename(kept / "journal.db")
        alice.send("after")
        assert "into" not in "".join(bob.hear("alice: after"))
        assert d.stop() == 0
    assert texts(kept, "lobby")[-2:] == ["before", "after"]


def in_namespace(script):
    """Wraps a command so that `script` mounts something for that command alone."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    return ["unshare", "-m", "sh", "-ec", f'{script}; exec "$@"', "sh"]


def cannot_start(data, *parts, wrap=(), **more):
    """A start says why it cannot be, and a check finds the same."""
    for done in (start(data, wrap=wrap, **more), run("--check-config", data=data, wrap=wrap, **more)):
        one_line(done, 1, *parts)


def test_a_directory_that_cannot_be_written_is_one_clear_line(kept):
    wrap = in_namespace(f"mount --bind {kept} {kept}; mount -o remount,ro,bind {kept}")
    cannot_start(kept, kept, "cannot be written", "mount it for writing", wrap=wrap)


@pytest.mark.parametrize("room", [0, 8])
def test_a_full_disk_at_the_start_is_one_clear_line(kept, tmp_path, room):
    full = tmp_path / "full"
    full.mkdir()
    wrap = in_namespace(f"mount -t tmpfs -o size=4m none {full}; cp -a {kept}/. {full}; "
                        f"dd if=/dev/zero of={full}/fill bs=1k status=none 2>/dev/null || true; "
                        f"truncate -s -{room}k {full}/fill")
    for done in (start(full, wrap=wrap), run("--check-config", data=full, wrap=wrap)):
        one_line(done, 1, full, "make room")
        assert re.search("disk (that )?is full|No space left", done.stderr), done.stderr


def test_a_file_system_without_inodes_is_called_that(kept, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    wrap = in_namespace(f"mount -t tmpfs -o nr_inodes=40 none {full}; cp -a {kept}/. {full}; n=0; "
                        f"while touch {full}/$n 2>/dev/null; do n=$((n+1)); done")
    cannot_start(full, full, "has as many files as it can have", wrap=wrap)
    for command in (["rekey"], ["backup", full / "copy"], ["backup", full / "copy", "--with-keys"]):
        one_line(run(*command, data=full, wrap=wrap, env=SEALED), 1, "has as many files as it can have")


@pytest.fixture
def of_nobody(kept):
    """The directory as one of another user, whose daemon can be run."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        os.chmod(place, 0o755)
        shutil.copy(BIN / "asio-chatd", place)
        data = Path(place) / "data"
        shutil.copytree(kept, data)
        for path in (data, *data.iterdir()):
            shutil.chown(path, 65534, 65534)
        yield data


def test_what_a_restore_as_root_leaves_is_named_with_the_command_that_helps(of_nobody):
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    data = of_nobody

    def as_user(*arguments):
        return subprocess.run([*user, data.parent / "asio-chatd", *arguments, "--listen", "127.0.0.1:0",
                               "--data", data], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE, env=clean_environment())

    assert as_user("--check-config").returncode == 0, as_user("--check-config").stderr
    (data / "journal.db-wal").touch()
    for name in ("journal.db", "keys.db", "master.key", "journal.db-wal"):
        shutil.chown(data / name, 0, 0)
        for action in ((), ("--check-config",)):
            one_line(as_user(*action), 1, f"{name}' belongs to root (id 0)", "chown ", f" {data}/{name}")
        shutil.chown(data / name, 65534, 65534)
    (data / "keys.db").chmod(0o400)
    for action in ((), ("--check-config",)):
        one_line(as_user(*action), 1, f"chmod 600 {data}/keys.db")
    (data / "keys.db").chmod(0o600)
    one_line(run("--check-config", data=data), 1, "and this is root (id 0): run asio-chatd as that user")
    assert as_user("--check-config").returncode == 0


def test_tools_read_keys_whose_change_was_cut_off(kept, tmp_path):
    cut = tmp_path / "cut"
    db = sqlite3.connect(kept / "keys.db", isolation_level=None)
    db.execute("PRAGMA cache_size=2")
    db.execute("BEGIN IMMEDIATE")
    for _ in range(500):
        db.execute("INSERT INTO keys (owner, number, master, wrapped) "
                   "VALUES (randomblob(16), 1, randomblob(16), randomblob(72))")
    db.execute("UPDATE keys SET wrapped=zeroblob(72)")
    shutil.copytree(kept, cut)  # as it is when the power goes
    db.execute("ROLLBACK")
    db.close()
    assert (cut / "keys.db-journal").stat().st_size > 4096
    for n, command in enumerate((["verify"], ["backup", tmp_path / "copy"], ["export", "den"],
                                 ["--check-config"])):
        data = tmp_path / str(n)
        shutil.copytree(cut, data)
        good(*command, data=data)
        assert not (data / "keys.db-journal").exists()


def pieces(text):
    return {text[i:i + 8].encode() for i in range(len(text) - 7)}


def test_C46_C47_nothing_that_people_say_is_in_any_file(tmp_path):
    said = ["the canary sings at dawn", "a second line: żółw 🦉 under our cellar", "submarine"]
    room, name, topic = "yellow-submarine-club", "marguerite", "what walruses had for breakfast"
    with Daemon(tmp_path, "--default-room", room, "--log-level", "debug") as d:
        say(d, name, *said)
        speaker, listener = d.join(name), d.join("listener")
        speaker.send(f"/topic {topic}")
        speaker.send("/msg listener just between the two of us")
        assert until(lambda: any("between" in t for t in [listener.receive()]))
        speaker.send(f"/search {said[0]}")
        speaker.send("enough is enough")
        listener.hear(f"{name}: enough is enough")
        good("rekey", data=d.data)
        good("backup", tmp_path / "copy", data=d.data)
        d.stop(signal.SIGKILL)
    assert (tmp_path / "data/journal.db-wal").stat().st_size > 0
    texts_said = {p for t in (*said, topic, "just between the two of us", "enough is enough") for p in pieces(t)}
    names = pieces(room) | pieces(name)
    for file in [*tmp_path.rglob("*")]:
        if file.is_file():
            bytes_in_it = file.read_bytes()
            wanted = texts_said if file.name == "log" else texts_said | names
            assert not [p for p in wanted if p in bytes_in_it], file


@pytest.mark.parametrize("command", ["backup", "verify", "compact", "export", "rekey", "erase", "tls"])
def test_each_command_has_its_help(command):
    for flag in ("--help", "-h"):
        shown = good(command, flag)
        assert f"Usage: asio-chatd {command}" in shown
        assert max(map(len, shown.splitlines())) <= 100


PASSPHRASE = "correct horse battery"
SEALED = clean_environment(CHAT_BACKUP_PASSPHRASE=PASSPHRASE)


def test_a_backup_with_keys_is_restored_on_a_new_machine_and_chats_go_on(kept, tmp_path):
    copy, fresh = tmp_path / "chat.db", tmp_path / "new" / "data"
    said = good("backup", copy, "--with-keys", data=kept, env=SEALED)
    assert "without it this backup cannot be read" in said and "sealed under the passphrase" in said
    assert (tmp_path / "chat.db.keys").stat().st_mode & 0o777 == 0o600
    one_line(run("backup", tmp_path / "chat.db", "--with-keys", data=kept, env=SEALED), 1, "chat.db.keys",
             "not overwritten")
    one_line(run("restore", copy, data=fresh), 1, "--backup-passphrase-file", "CHAT_BACKUP_PASSPHRASE")
    one_line(run("restore", copy, data=fresh, env=clean_environment(CHAT_BACKUP_PASSPHRASE="wrong")), 1, "does not open")
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE + "\n")
    secret.chmod(0o600)
    said = good("restore", copy, "--backup-passphrase-file", secret, data=fresh)
    assert "15 entries in 2 rooms" in said and "keys.db is made of" in said
    with Daemon(tmp_path / "new") as d:
        assert texts(d.data, "lobby")[-1] == "lobby line 11"
        say(d, "carol", "after the restore")
        assert texts(d.data, "lobby")[-1] == "after the restore"


def test_a_backup_with_keys_has_the_texts_that_were_there_when_it_was_made(kept, tmp_path):
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    good("backup", before, "--with-keys", data=kept, env=SEALED)
    good("erase", "lobby", "--entry", "3", "--yes", data=kept)
    good("backup", after, "--with-keys", data=kept, env=SEALED)
    for copy, text in ((before, "lobby line 2"), (after, DESTROYED)):
        fresh = tmp_path / copy.stem
        good("restore", copy, data=fresh, env=SEALED)
        assert texts(fresh, "lobby")[2] == text
        assert "OK, 15 entries" in good("verify", data=fresh)


def test_a_restore_says_what_is_lost_and_keeps_what_was_there(kept, tmp_path):
    copy = tmp_path / "chat.db"
    good("backup", copy, data=kept)
    with Daemon(tmp_path) as d:
        say(d, "alice", "one more", "and another")
        one_line(run("restore", copy, data=kept), 1, "is in use by another asio-chatd")
        assert d.stop() == 0
    said = good("restore", copy, data=kept)
    assert "#lobby: 2 entries lost, 13 to 14" in said
    assert f"The journal that was there is {kept}/journal.db.replaced-1 now" in said
    assert texts(kept, "lobby")[-1] == "lobby line 11"
    assert "17 entries" in good("restore", kept / "journal.db.replaced-1", data=kept)
    assert texts(kept, "lobby")[-1] == "and another"


def test_passphrases_of_backups_are_neither_short_nor_in_arguments(kept, tmp_path):
    copy = tmp_path / "chat.db"
    one_line(run("backup", copy, "--with-keys", data=kept, env=clean_environment(CHAT_BACKUP_PASSPHRASE="short")), 1, "too short")
    one_line(run("backup", copy, "--with-keys", data=kept), 1, "CHAT_BACKUP_PASSPHRASE")
    one_line(run("restore", data=kept), 2, "FILE")
    one_line(run("restore", copy, data=kept), 1, "does not exist")
    one_line(run("restore", copy, data=tmp_path / "nowhere"), 1, "does not exist")
    assert not (tmp_path / "nowhere").exists()
    assert not copy.exists() and not (tmp_path / "chat.db.keys").exists()


@pytest.mark.parametrize("name", ["file:x", "file:x?mode=memory", "x%20y #z?"])
def test_names_of_files_are_no_uris(kept, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    good("backup", name, "--with-keys", data=kept, env=SEALED)
    good("restore", name, data="file:d", env=SEALED)
    with Daemon(tmp_path, data="file:d") as d:
        say(d, "carol", "after")
        assert d.stop() == 0
    assert "16 entries" in good("verify", data="file:d")
    good("rekey", data="file:d")
    assert texts(tmp_path / "file:d", "lobby")[-1] == "after"


def test_a_restore_that_is_killed_can_be_done_again(kept, tmp_path):
    copy, new = tmp_path / "chat.db", tmp_path / "new"
    good("backup", copy, "--with-keys", data=kept, env=SEALED)
    rng = random.Random(20261129)
    for _ in range(6):
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        killed = subprocess.Popen([BIN / "asio-chatd", "restore", copy, "--data", new / "data"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=SEALED)
        time.sleep(rng.uniform(0, 1.2))
        killed.kill()
        killed.wait()
        assert "15 entries in 2 rooms" in good("restore", copy, data=new / "data", env=SEALED)
        assert "OK, 15 entries" in good("verify", data=new / "data")


def test_a_head_that_is_kept_elsewhere_tells_of_a_directory_that_was_put_back(kept, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(kept, copy)
    older = good("head", data=kept)
    assert re.fullmatch(r"\d+-[0-9a-f]{32}-[0-9a-f]{64}-[0-9a-f]{8}\n", older)
    with Daemon(tmp_path) as d:
        say(d, "carol", "newer")
        newer = good("head", data=kept).strip()  # while it runs
        dave = d.join("dave")
        dave.send("/head")
        told = re.search(r"\d+-[0-9a-f]{32}-[0-9a-f]{64}-[0-9a-f]{8}", dave.receive())[0]
        dave.close()
        assert d.stop() == 0
    assert "it has gone on from the head given" in good("verify", "--since", older.strip(), data=kept)
    for line in (newer, told):
        assert "it has gone on from the head given" in good("verify", "--since", line, data=kept)
    shutil.rmtree(kept)
    shutil.copytree(copy, kept)
    assert good("verify", data=kept)  # by itself it is whole
    behind = run("verify", "--since", newer, data=kept)
    assert behind.returncode == 1 and "it ends before the head given" in behind.stderr
    with Daemon(tmp_path) as d:
        say(d, "carol", "something else")
        assert d.stop() == 0
    another = run("verify", "--since", newer, data=kept)
    assert another.returncode == 1 and "it did not go on from the head given" in another.stderr
    one_line(run("verify", "--since", newer[:-1], data=kept), 1, "this is no head of a history with these keys")


def test_a_start_names_what_was_changed_in_the_journal(kept, tmp_path):
    with sqlite3.connect(kept / "journal.db") as db:
        db.execute("CREATE TRIGGER t AFTER INSERT ON records BEGIN DELETE FROM names; END")
    db.close()
    done = run("verify", data=kept)
    assert done.returncode == 1 and "a trigger 't' that asio-chatd has not made" in done.stdout
    checked = run("--check-config", data=kept)
    assert checked.returncode == 1 and "a trigger 't'" in checked.stderr, checked.stderr


@pytest.mark.parametrize("name", ["keys.db-journal", "journal.db-wal", "journal.db-shm"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("nowhere", path)],
                         ids=["pipe", "directory", "dangling"])
def test_what_is_no_file_beside_a_database_is_named_by_every_tool(kept, make, name):
    (kept / name).unlink(missing_ok=True)
    make(kept / name)
    key = (kept / "master.key").read_bytes()
    for command in (["verify"], ["head"], ["export", "lobby"], ["backup", kept / "copy"], ["rekey"],
                    ["--check-config", "--listen", "127.0.0.1:0"]):
        done = run(*command, data=kept)
        one_line(done, 1, kept / name)
        assert "no file: move it away" in done.stderr or "a link that leads nowhere: remove it" in done.stderr
        assert "disk" not in done.stderr
    assert (kept / "master.key").read_bytes() == key


def test_a_copy_of_keys_that_is_no_file_is_named(kept, tmp_path):
    good("backup", tmp_path / "b", data=kept)
    os.mkfifo(tmp_path / "b.keys")
    (tmp_path / "pp").write_text("long enough, this one")
    (tmp_path / "pp").chmod(0o600)
    one_line(run("restore", tmp_path / "b", "--backup-passphrase-file", tmp_path / "pp",
                 data=tmp_path / "new"), 1, tmp_path / "b.keys", "is no file: move it away")


def test_a_rekey_that_cannot_be_done_leaves_the_master_key_as_it_was(kept):
    key = (kept / "master.key").read_bytes()
    (kept / "journal.db").rename(kept / "away")
    os.mkdir(kept / "journal.db")
    one_line(run("rekey", data=kept), 1, kept / "journal.db", "is no file: move it away")
    assert (kept / "master.key").read_bytes() == key


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")
def test_a_history_on_a_file_system_that_can_only_be_read_is_read(kept, tmp_path):
    for beside in ("journal.db-wal", "journal.db-shm"):
        (kept / beside).unlink(missing_ok=True)
    script = (f"mount --bind '{kept}' '{kept}' && mount -o remount,bind,ro '{kept}' && "
              f"for c in verify head 'export lobby' 'backup {tmp_path}/copy'; do "
              f"'{BIN}/asio-chatd' $c --data '{kept}' || exit 1; done")
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True,
                          timeout=PATIENCE, env=clean_environment())
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("no mount namespace here")
    assert done.returncode == 0, done.stderr
    assert "OK, " in done.stdout and (tmp_path / "copy").exists()


def test_a_backup_whose_keys_fail_is_not_made_and_leaves_nothing(kept, tmp_path):
    (tmp_path / "pp").write_text("long enough, this one")
    (tmp_path / "pp").chmod(0o600)
    backup = ["backup", tmp_path / "b", "--with-keys", "--backup-passphrase-file", tmp_path / "pp"]
    os.mkdir(tmp_path / "b.keys.unfinished")
    assert run(*backup, data=kept).returncode == 1
    os.rmdir(tmp_path / "b.keys.unfinished")
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith("b")] == []
    good(*backup, data=kept)
    assert sorted(f.name for f in tmp_path.iterdir() if f.name.startswith("b")) == ["b", "b.keys"]


def test_a_backup_with_keys_takes_the_master_key_of_its_last_moment(kept, tmp_path):
    (tmp_path / "pp").write_text("long enough, this one")
    (tmp_path / "pp").chmod(0o600)
    backing = subprocess.Popen([BIN / "asio-chatd", "backup", tmp_path / "b", "--with-keys",
                                "--backup-passphrase-file", tmp_path / "pp", "--data", kept],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=clean_environment())
    assert until(lambda: (tmp_path / "b.unfinished").exists() or backing.poll() is not None)
    good("rekey", data=kept)
    _, said = backing.communicate(timeout=PATIENCE)
    assert backing.returncode == 0, said
    assert (tmp_path / "b.keys").exists()


def test_a_history_without_its_keys_is_no_first_start(kept):
    (kept / "keys.db").unlink()
    (kept / "master.key").unlink()
    before = sorted(f.name for f in kept.iterdir())
    for more in (["--check-config"], []):
        one_line(run(*more, "--listen", "127.0.0.1:0", data=kept), 1, "has a history",
                 "are missing: put copies of them back")
    assert sorted(f.name for f in kept.iterdir()) == before


def test_the_key_of_the_development_ca_is_the_owners_alone(tmp_path):
    with Daemon(tmp_path) as d:
        assert d.stop() == 0
    (d.data / "ca-key.pem").chmod(0o644)
    for more in (["--check-config"], []):
        one_line(run(*more, "--listen", "127.0.0.1:0", data=d.data), 1, "the development CA's key",
                 "chmod 600")


def test_what_a_tool_has_left_beside_a_lost_journal_does_not_stop_a_new_beginning(kept, tmp_path):
    (kept / "journal.db-wal").write_bytes(b"")
    (kept / "journal.db").unlink()
    with Daemon(tmp_path, "--begin-anew", data=kept) as d:
        say(d, "alice", "anew")
        assert d.stop() == 0


def test_a_master_key_from_a_pipe_starts_a_daemon(kept, tmp_path):
    key = tmp_path / "elsewhere"
    (kept / "master.key").rename(key)
    done = subprocess.run(["bash", "-c", f"""
        '{BIN}/asio-chatd' --listen 127.0.0.1:0 --data '{kept}' --master-key-file <(cat '{key}') > out 2> err &
        for _ in $(seq 500); do grep -q listening out && break; kill -0 $! || break; sleep 0.05; done
        kill $!; wait $!"""], cwd=tmp_path, timeout=PATIENCE, env=clean_environment())
    assert "listening on" in (tmp_path / "out").read_text(), (tmp_path / "err").read_text()
    assert done.returncode == 0


def test_root_erases_compacts_and_rekeys_as_the_owner_of_the_directory(of_nobody):
    data, elsewhere = of_nobody, of_nobody.parent.parent / f"{of_nobody.parent.name}-of-root"
    elsewhere.mkdir(mode=0o700)
    try:
        for command in (["rekey"], ["erase", "den", "--entry", "1", "--yes"], ["compact"],
                        ["erase", "den", "--yes"], ["compact"], ["rekey"]):
            # Closed to the owner, as what systemd makes for DynamicUser= is.
            data.parent.chmod(0o700 if command == ["compact"] else 0o755)
            done = run(*command, data=data)
            assert done.returncode == 0, done.stderr
            owners = {path.name: path.stat().st_uid for path in (data, *data.iterdir())}
            assert set(owners.values()) == {65534}, (command, owners)
        # A link of the owner's leads root to nobody else's history.
        shutil.copytree(data, elsewhere, dirs_exist_ok=True)
        for name in ("journal.db", "keys.db"):
            (data / name).unlink()
            (data / name).symlink_to(elsewhere / name)
            before = (elsewhere / name).read_bytes()
            for command in (["rekey"], ["erase", "lobby", "--yes"], ["compact"]):
                done = run(*command, data=data)
                assert done.returncode == 1, (name, command, done)
                assert (elsewhere / name).read_bytes() == before, (name, command)
            (data / name).unlink()
            shutil.copy(elsewhere / name, data)
            shutil.chown(data / name, 65534, 65534)
    finally:
        shutil.rmtree(elsewhere)


@pytest.mark.parametrize("ends", ["in order", "killed"])
def test_root_backs_up_verifies_exports_and_restores_as_the_owner_of_the_directory(of_nobody, ends):
    data, own = of_nobody, of_nobody.parent.parent / f"{of_nobody.parent.name}-of-root"
    own.mkdir(mode=0o700)
    if ends == "killed":  # the WAL is there, and the index of it has to be made
        db = sqlite3.connect(data / "journal.db")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("UPDATE rooms SET topic = topic")
        db.commit()
        shutil.copy(data / "journal.db-wal", own / "wal")
        db.close()
        shutil.copy(own / "wal", data / "journal.db-wal")
        shutil.chown(data / "journal.db-wal", 65534, 65534)

    def owners(directory):
        return {path.name: path.stat().st_uid for path in directory.iterdir()}

    def done(*command, **more):
        one = run(*command, data=data, env=SEALED, **more)
        assert one.returncode == 0, (command, one.stderr)
        assert set(owners(data).values()) == {65534}, (command, owners(data))
        return one.stdout

    try:
        for place, owner in ((own, 0), (data, 65534)):
            # Closed to the owner, as what systemd makes for DynamicUser= is.
            data.parent.chmod(0o700 if place is own else 0o755)
            done("backup", place / "chat.db")
            done("backup", place / "keyed.db", "--with-keys")
            done("export", "den", "--output", place / "den.txt")
            for name in ("chat.db", "keyed.db", "keyed.db.keys", "den.txt"):
                assert (place / name).stat().st_uid == owner, name
                assert (place / name).stat().st_mode & 0o777 == 0o600, name
            assert "den three" in (place / "den.txt").read_text()
            for backup in ((), (place / "chat.db",), (place / "keyed.db",)):
                assert "OK, 15 entries in 2 rooms" in done("verify", *backup)
            done("head")
            assert "restored from" in done("restore", place / "chat.db")
            (data / "keys.db").unlink()
            assert "keys.db is made of" in done("restore", place / "keyed.db")
            assert "den three" in done("export", "den")
        # A copy of a journal with its log, of root's.
        shutil.copy(data / "journal.db", own / "copied.db")
        sqlite3.connect(own / "copied.db").execute("PRAGMA journal_mode=WAL")
        done("restore", own / "copied.db")
        assert set(owners(own).values()) == {0}
        # What the owner has put beside a file leads root nowhere.
        prey = own / "prey"
        for name in ("journal.db-wal", "journal.db-shm", "keys.db-journal", "restore.unfinished"):
            for command in (("backup", own / "b.db"), ("backup", own / "b.db", "--with-keys"), ("verify",), ("head",),
                            ("export", "den"), ("restore", own / "chat.db")):
                prey.write_text("")
                link = data / name
                link.unlink(missing_ok=True)
                link.symlink_to(prey)
                run(*command, data=data, env=SEALED)
                assert (prey.stat().st_uid, prey.read_text()) == (0, ""), (name, command)
                link.unlink(missing_ok=True)
                for made in ("b.db", "b.db.keys"):
                    (own / made).unlink(missing_ok=True)
        (data / "out").symlink_to(own)
        for command in (("backup", data / "out" / "x"), ("export", "den", "--output", data / "out" / "x")):
            one = run(*command, data=data, env=SEALED)
            assert one.returncode != 0 and "Permission denied" in one.stderr, (command, one)
            assert not (own / "x").exists(), command
        (data / "out").unlink()
    finally:
        shutil.rmtree(own)
