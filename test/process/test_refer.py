"""/edit, /delete, /reply and /react, from every front to every front, and what the disk keeps of them."""

import json
import subprocess

from clients import daemon, home, listener, pipe  # noqa: F401
from programs import BIN, PATIENCE, Daemon, clean_environment
from test_client_fullscreen import full  # noqa: F401


def tool(data, *arguments):
    done = subprocess.run([BIN / "asio-chatd", *arguments, "--data", str(data)], capture_output=True,
                          text=True, timeout=PATIENCE, env=clean_environment())
    assert done.returncode == 0, done.stderr
    return done.stdout


class Address:
    """What `pipe` asks of a daemon."""

    def __init__(self, d):
        self.address, self.ca = f"localhost:{d.port}", d.ca


def objects(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_edit_and_a_deletion_reach_the_text_protocol_pipes_and_exports(tmp_path, home):
    with Daemon(tmp_path) as d:
        alice, bob = d.join("alice"), d.join("bob")
        alice.send("hallo wrld")
        alice.send("a secret that slipped")
        bob.hear("alice: a secret that slipped")
        alice.send("/edit @1 hello world")
        alice.hear("alice (edited): hello world")
        bob.hear("alice (edited): hello world")
        alice.send("/delete")
        heard = alice.hear("~ alice deleted a message")
        if "* destroyed: a secret that slipped *" not in heard:
            alice.hear("* destroyed: a secret that slipped *")
        bob.hear("~ alice deleted a message")
        bob.send("/reply hi")
        bob.send("/react @1 \N{THUMBS UP SIGN}")
        alice.hear("bob (reply): hi")
        alice.hear("~ bob \N{THUMBS UP SIGN}")
        bob.send("/search secret")
        bob.hear("* nothing like that was said in lobby *")
        bob.send("/delete @3")
        bob.hear("* you may delete only what you have said *")

        done = pipe(Address(d), "carol", "--json", "--json-input", "--history", "10", home=home, text=(
            '{"type":"send","text":"frist","id":"1"}\n'
            '{"type":"send","text":"first","id":"2","refers":{"how":"edit","offset":7}}\n'
            '{"type":"send","id":"3","refers":{"how":"delete","offset":7}}\n'
            '{"type":"send","text":"x","id":"4","refers":{"how":"edit","offset":1}}\n'))
        events = objects(done)
        said = {e["position"]["offset"]: e for e in events if e["event"] in ("message", "action")}
        assert said[1]["destroyed"] and "refers" not in said[1]
        assert said[3]["text"] == "hello world" and said[3]["refers"] == {"how": "edit", "offset": 1}
        assert said[4]["refers"] == {"how": "delete", "offset": 2}
        assert said[5]["refers"] == {"how": "reply", "offset": 1}, said
        assert said[6]["refers"] == {"how": "reaction", "offset": 1}
        assert said[8]["refers"] == {"how": "edit", "offset": 7}
        assert said[9]["refers"] == {"how": "delete", "offset": 7}
        answers = {e.get("id", e.get("ref")): e for e in events if e["event"] in ("acknowledged", "error")}
        assert [answers[i]["position"]["offset"] for i in "123"] == [7, 8, 9]
        assert answers["4"]["message"] == "you may edit only what you have said"
        assert d.stop() == 0
    exported = tool(d.data, "export", "lobby", "--format", "jsonl")
    assert "secret" not in exported and "wrld" not in exported and "frist" not in exported
    assert json.loads(exported.splitlines()[2])["refers"] == {"how": "edit", "offset": 1}
    assert "OK, 9 entries in 1 room; the text of 4 entries was destroyed: #lobby 1 to 2, 7 to 8" in tool(
        d.data, "verify")
    with Daemon(tmp_path) as d:  # the index was made anew
        bob = d.join("bob")
        found = ""
        while "alice (edited): hello world" not in found:
            bob.send("/search hello")
            found = bob.receive()
            while "hello" not in found and "nothing like that" not in found:
                found = bob.receive()


def test_the_full_screen_shows_what_became_of_a_message_in_its_place(full, listener):
    bob = listener("bob")
    alice = full("alice")
    bob.says("tee?")
    bob.says("never mind")
    alice.sees("bob: tee?").sees("bob: never mind")
    bob.says("/edit -2 tea?")
    alice.sees("bob: tea? (edited)")
    alice.types("\x1bk\x1bk")  # the message above the newest
    alice.says("/react +")
    alice.sees("bob: tea? (edited) [+ alice]")
    alice.types("\x1bk\x1bk")
    alice.says("/reply gladly")
    alice.sees("alice: > bob: tea?").sees("│ gladly")
    bob.hears("alice (reply): gladly")
    bob.says("/delete")
    bob.hears("* destroyed: never mind *")
    alice.sees("bob: (deleted)")
    assert "never mind" not in alice.text and "tee?" not in alice.text
