"""App passwords, keys and retention of rooms, read positions: through each command on a data directory, and older states."""

import itertools
import re
import shutil
import sqlite3

import pytest

from programs import Native, clean_environment
from test_people import PASSWORD, daemon
from test_people import good as account
from test_storage import good, run

KEY = "open sesame"
PASSPHRASE = clean_environment(CHAT_BACKUP_PASSPHRASE="twelve bytes or more")
ALL = {"bot": True, "key": True, "retention": "30d", "read": {"den": 3, "hall": 1}}


numbers = itertools.count(1)


def guest(d):
    return Native(d, f"guest{next(numbers)}")  # a name may be held for who was there before


def come(d, secret=PASSWORD):
    client = guest(d)
    return client, client.command(f"/login alice {secret}")["type"] == "reply"


def join(client, room, key=None):
    line = f'/join {room} "{key}"' if key else f"/join {room}"
    client.send(type="command", ref="j", room="", line=line)
    answer = client.hear(ref="j")
    return answer if answer["type"] == "room" else None


def kept(tmp_path, secret):
    """What the daemon of this directory knows."""
    with daemon(tmp_path, "--member-connections", "4") as d:
        alice, is_in = come(d)
        places = {}
        for room in ("den", "hall") if is_in else ():
            if (state := join(alice, room)) and "read" in state:
                places[room] = state["read"]
        told = alice.command("/retention", room="den")
        found = {"bot": come(d, secret)[1],
                 # Who has the key comes in, and who has another one does not.
                 "key": bool(join(guest(d), "den", KEY)) and not join(guest(d), "den", "wrong key"),
                 "retention": re.search(r"den keeps messages for (\d+d)|$", told["lines"][0])[1] or "",
                 "read": places}
        assert d.stop() == 0
    return found


@pytest.fixture
def made(tmp_path):
    """The secret of the app password. All of it is in the data directory, and the daemon has stopped."""
    account(tmp_path / "data", "add", "alice")
    with daemon(tmp_path) as d:
        alice, _ = come(d)
        for room, count, read in (("den", 5, 3), ("hall", 2, 1)):
            assert join(alice, room)
            for n in range(count):
                alice.send(type="send", id=f"{room}{n}", room=room, text="x")
                alice.hear(type="ack", id=f"{room}{n}")
            assert alice.command(f"/read {read}", room=room)["items"] == [f"{room} {read}"]
        assert alice.command(f'/key "{KEY}"', room="den")["type"] == "reply"
        assert alice.command("/retention 30d", room="den")["type"] == "reply"
        secret = alice.command("/apppassword add bot read den")["lines"][-1].split()[-1]
        assert d.stop() == 0
    return secret


def test_what_is_kept_goes_through_backup_restore_rekey_and_compact(made, tmp_path):
    data, copy = tmp_path / "data", tmp_path / "chat.db"
    assert kept(tmp_path, made) == ALL
    good("backup", copy, "--with-keys", data=data, env=PASSPHRASE)
    assert ": OK, " in good("verify", copy, data=data)
    fresh = tmp_path / "new"
    fresh.mkdir()
    good("restore", copy, data=fresh / "data", env=PASSPHRASE)
    for command in (), ("rekey",), ("compact",):
        if command:
            good(*command, data=fresh / "data")
        assert ": OK, " in good("verify", data=fresh / "data")
        # The log goes on in another epoch, in which all that was there counts as read.
        assert kept(fresh, made) == {**ALL, "read": {"den": 7, "hall": 2}}, command


def test_what_is_kept_goes_with_the_room_and_the_account(made, tmp_path):
    data = tmp_path / "data"
    good("erase", "den", "--yes", data=data)
    assert ": OK, " in good("verify", data=data)
    # A room that nobody asks a key for is not joined with one.
    assert kept(tmp_path, made) == {"bot": True, "key": False, "retention": "", "read": {"hall": 1}}
    account(data, "delete", "alice")
    account(data, "add", "alice")
    assert kept(tmp_path, made) == {"bot": False, "key": False, "retention": "", "read": {}}
    assert ": OK, " in good("verify", data=data)


def rows(data):
    with sqlite3.connect(data / "journal.db") as db:
        found = db.execute("SELECT * FROM people").fetchall()
    db.close()
    return set(found)


CHANGES = {"/apppassword remove 1": {"bot": False}, "/key -": {"key": False}, "/retention 2d": {"retention": "2d"},
           "/read 5": {"read": {"den": 5, "hall": 1}}}


@pytest.mark.parametrize("change", CHANGES)
def test_an_older_row_stops_the_start_and_an_older_copy_is_told(made, tmp_path, change):
    data, copy, whole = tmp_path / "data", tmp_path / "chat.db", tmp_path / "whole"
    good("backup", copy, data=data)
    shutil.copytree(data, whole)
    before = rows(data)
    with daemon(tmp_path) as d:
        alice, _ = come(d)
        assert join(alice, "den")
        assert alice.command(change, room="den")["type"] == "reply"
        assert d.stop() == 0
    assert kept(tmp_path, made) == {**ALL, **CHANGES[change]}
    head = good("head", data=data).strip()

    # Rows that were put back.
    changed = tmp_path / "changed"
    shutil.copytree(data, changed)
    with sqlite3.connect(changed / "journal.db") as db:
        older = before - rows(changed)
        assert older
        db.executemany(f"REPLACE INTO people VALUES ({', '.join('?' * len(older.copy().pop()))})", older)
    db.close()
    for command in ("--check-config",), ("verify",):
        done = run(*command, data=changed)
        assert done.returncode == 1 and "what it keeps of people" in done.stdout + done.stderr, done

    # The whole of an older journal, beside the keys of now.
    good("restore", copy, data=data)
    with daemon(tmp_path) as d:
        assert d.stop() == 0
        assert "was put back to an older state" in d.log
    behind = run("verify", "--since", head, data=data)
    assert behind.returncode == 1 and "the head given" in behind.stderr

    # All of the directory: the head that is kept elsewhere tells.
    assert ": OK, " in good("verify", data=whole)
    behind = run("verify", "--since", head, data=whole)
    assert behind.returncode == 1 and "it ends before the head given" in behind.stderr
