"""asio-chat for logs and bots: `--text`, `--json-input`, and answers that can be matched to their lines."""

import json

import pytest

from clients import daemon, home, listener, pipe


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def test_text_sends_every_line_as_it_is(daemon, home, listener):
    alice = listener("alice", "--json")
    log = "  starting\n/quit\n//double\n\n/nick mallory\nquit\nlast"
    done = pipe(daemon, "bob", "--text", text=log, home=home)
    assert done.returncode == 0, done.stderr
    alice.hears('"event":"left"')
    said = [e["text"] for e in objects(alice.out.decode()) if e["event"] == "message"]
    assert said == ["  starting", "/quit", "//double", "/nick mallory", "quit", "last"]


def test_an_error_names_the_line(daemon, home):
    done = pipe(daemon, "bob", text="one\n\n/fly\n/join bad/name\nnot here\n", home=home)
    assert done.returncode == 5
    assert "[line 3: refused: there is no command /fly" in done.stderr
    assert "[line 4: refused: " in done.stderr
    assert "[line 5: not sent: not here; you are not in bad/name]" in done.stderr


def test_a_line_that_is_too_long_is_one_line(daemon, home):
    done = pipe(daemon, "bob", "--text", text="x" * 3_000_000 + "\n/fly\n" + "y" * 70_000, home=home)
    errors = [l for l in done.stderr.splitlines() if l.startswith("[line ")]
    assert [l.split(":")[0] for l in errors] == ["[line 1", "[line 3"], errors


def test_json_input_matches_every_answer_to_its_line(daemon, home, listener):
    alice = listener("alice")
    lines = [{"type": "send", "text": "/quit\n  indented", "id": "a"},
             {"type": "command", "line": "/who", "ref": "b"},
             {"type": "command", "line": "/me waves", "ref": "c"},
             {"type": "send", "text": "x", "room": "elsewhere", "id": "d"},
             {"type": "command", "line": "/fly", "ref": "e"},
             {"type": "command", "line": "/join den", "ref": "f"},
             {"type": "command", "line": "/join den", "ref": "g"},
             {"type": "send", "text": "in the den"},
             {"type": "send", "text": "home", "room": "lobby", "id": "i"},
             {"type": "send", "txet": "x", "id": "j"}]
    text = "".join(json.dumps(l) + "\n" for l in lines) + "not json\n\n" + '{"type":"bye"}\n'
    done = pipe(daemon, "bob", "--json-input", text=text, home=home)
    assert done.returncode == 5, done.stderr
    answers = {e["line"]: e for e in objects(done.stdout) if "line" in e}
    kinds = {n: (e["event"], e.get("id") or e.get("ref"), e.get("code")) for n, e in answers.items()}
    assert kinds == {
        1: ("acknowledged", "a", None), 2: ("reply", "b", None), 3: ("acknowledged", "c", None),
        4: ("error", "d", "not_in_room"), 5: ("error", "e", "unknown_command"),
        6: ("reply", "f", None), 7: ("reply", "g", None), 8: ("acknowledged", None, None),
        9: ("acknowledged", "i", None), 10: ("error", "j", "protocol_error"),
        11: ("error", None, "protocol_error")}
    assert answers[8]["room"] == "den" and answers[9]["room"] == "lobby"
    alice.hears("bob: /quit").hears("bob:   indented").hears("bob: home")


def test_json_alone_reads_text_and_numbers_the_answers(daemon, home):
    done = pipe(daemon, "bob", "--json", text="one\n\n/fly\n", home=home)
    answers = [(e["event"], e["line"]) for e in objects(done.stdout) if "line" in e]
    assert sorted(answers) == [("acknowledged", 1), ("error", 3)]


def test_text_and_json_input_exclude_each_other(daemon, home):
    assert pipe(daemon, "bob", "--text", "--json-input", text="", home=home).returncode == 2


@pytest.mark.parametrize("way", [("--room", "den"), ()])
def test_the_history_of_a_room_is_printed_before_the_end(daemon, home, way):
    said = "".join(f"line {i} {'x' * 2000}\n" for i in range(50))
    assert pipe(daemon, "alice", "--room", "den", text=said, home=home).returncode == 0
    for _ in range(5):
        done = pipe(daemon, "bob", "--history", "50", *way, text="" if way else "/join den", home=home)
        assert done.returncode == 0, done.stderr
        lines = [l for l in done.stdout.splitlines() if l.startswith("alice: line")]
        assert [int(l.split()[2]) for l in lines] == list(range(50))
