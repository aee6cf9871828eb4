"""A new device that an older one lets in, and programs that come by a password of their own."""

import json
import re

from clients import Terminal, home, pipe
from test_people import PASSWORD, daemon, good, log_in


def started(tmp_path):
    d = daemon(tmp_path, "--log-level", "debug")
    d.address = f"localhost:{d.port}"
    return d


def with_alice(tmp_path, home):
    d = started(tmp_path)
    done = pipe(d, "alice", text=f"/register {PASSWORD}\n/logout\n", home=home)
    assert done.returncode == 0, done.stderr
    return d


def test_a_device_that_is_logged_in_lets_another_one_in(tmp_path, home):
    d = with_alice(tmp_path, home)
    old = Terminal(f"alice@{d.address}", "--ca", d.ca, home=home)
    old.sees("Password of alice").says(PASSWORD).ready()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    new = Terminal(f"alice@{d.address}", "--ca", d.ca, home=elsewhere)
    new.sees("Or type device instead").sees("Password of alice").says("device").sees("Waiting")
    code = re.search(r"your code is (\d{6})", new.text).group(1)
    old.sees("asks to log in as alice")
    assert code not in old.text
    old.says(f"/devices confirm {code} the new one").sees("the new device is logged in")
    new.ready()
    new.says("/devices").sees("the new one, since").says("/quit")
    assert new.ends() == 0
    again = Terminal(f"alice@{d.address}", "--ca", d.ca, home=elsewhere).ready()
    assert "Password" not in again.text
    again.says("/quit")
    third = Terminal(f"alice@{d.address}", "--ca", d.ca, home=tmp_path)
    third.sees("Password of alice").says("device").sees("Waiting")
    old.says("/devices refuse").sees("the new device is not let in")
    third.sees("you were not let in by the other device").sees("Password of alice")
    third.child.close(force=True)
    old.says("/quit")
    d.stop()
    assert "alice" in d.log and code not in d.log


def test_all_others_are_logged_out_also_who_came_by_the_text_protocol(tmp_path, home):
    d = with_alice(tmp_path, home)
    thief = log_in(d, "thief", "alice")
    def as_owner(line):
        return pipe(d, "alice", text=f"{line}\n", home=home, env={"CHAT_ACCOUNT_PASSWORD": PASSWORD})
    assert "1 more connection is here without a device" in as_owner("/devices").stdout
    assert "the others are logged out" in as_owner("/devices all").stdout
    thief.hear("* all others were logged out by /devices all *")
    d.stop()


def test_two_terminals_of_one_machine_are_two_devices_and_both_stay(tmp_path, home):
    d = with_alice(tmp_path, home)
    first = Terminal(f"alice@{d.address}", "--ca", d.ca, home=home)
    first.sees("Password of alice").says(PASSWORD).ready()
    second = Terminal(f"alice@{d.address}", "--ca", d.ca, home=home)
    second.sees("another asio-chat of yours is alice on").sees("Password of alice").says(PASSWORD).ready()
    second.says("/whois alice").sees("came by device").sees("came by device")
    second.says("from the second")
    first.sees("from the second").says("from the first")
    second.sees("from the first").says("/quit")
    assert second.ends() == 0
    first.says("/quit")
    assert first.ends() == 0
    assert d.stop() == 0


def test_a_program_has_a_password_of_its_own_which_outlives_a_restart_and_ends_when_it_is_removed(tmp_path, home):
    d = with_alice(tmp_path, home)
    def as_owner(line):
        return pipe(d, "alice", "--json", text=f"{line}\n", home=home, env={"CHAT_ACCOUNT_PASSWORD": PASSWORD})
    made = as_owner("/apppassword add bot read lobby")
    secret = re.search(r"[a-km-z2-9]{4}(-[a-z2-9]{4}){6}", made.stdout).group(0)
    d.stop()
    d = started(tmp_path)
    of_bot = tmp_path / "bot"
    of_bot.mkdir()
    file = tmp_path / "secret"
    file.write_text(secret + "\n")
    file.chmod(0o600)
    def as_bot(text):
        return pipe(d, "alice", "--json", "--password-file", str(file), text=text, home=of_bot)
    done = as_bot("hello\n/devices\n/history 1\n")
    refusals = [e["text"] for e in map(json.loads, done.stdout.splitlines()) if e.get("event") == "refused"] or [done.stdout]
    assert "which is to read in lobby alone" in "".join(refusals) + done.stderr
    # The second time by the token that it keeps, and held to the same.
    again = as_bot("hello\n")
    assert "which is to read in lobby alone" in again.stdout + again.stderr
    assert "by app password 1" in as_owner("/devices").stdout
    assert re.search(r"^device    \d+, since \S+, by app password 1$", good(d.data, "show", "alice"), re.M)
    assert "opens nothing any more" in as_owner("/apppassword remove 1").stdout
    gone = as_bot("hello\n")
    assert gone.returncode == 4 and "wrong name or password" in gone.stderr, gone
    d.stop()
    assert secret not in d.log
