"""A client written from the lesson alone talks to the daemon: the text protocol from outside.

E17, E2, E3 and the rows of the text protocol, over a real socket from another language."""

import shutil
import signal
import struct
import subprocess
import sys

import pytest

from programs import PATIENCE, ROOT, Daemon, LessonClient, clean_environment, until


@pytest.fixture
def daemon(tmp_path):
    with Daemon(tmp_path) as d:
        yield d


def test_E17_E2_two_clients_talk(daemon):
    alice = LessonClient(daemon.port, daemon.ca, "alice")
    assert alice.receive() == "* alice joined the chat *"
    bob = LessonClient(daemon.port, daemon.ca, "bob")
    assert bob.receive() == "* bob joined the chat *"
    assert alice.receive() == "* bob joined the chat *"
    bob.send("hello")
    assert alice.receive() == "bob: hello"
    bob.send("/quit")
    assert alice.receive() == "* bob left *"


def test_E3_three_clients_with_commands_and_passphrase(tmp_path):
    with Daemon(tmp_path, env=clean_environment(CHAT_SECRET="open sesame")) as d:
        people = []
        for name in "abc":
            people.append(LessonClient(d.port, d.ca, "open sesame", name))
            assert people[-1].receive() == "ok"
            people[-1].hear(f"* {name} joined the chat *")
        people[0].hear("* c joined the chat *")
        people[1].hear("* c joined the chat *")
        people[2].send("/who")
        assert people[2].receive() == "* online: a, b, c *"
        people[2].send("/nick cc")
        people[0].hear("* c is now known as cc *")
        people[0].send("hi")
        people[1].hear("a: hi")
        people[2].hear("a: hi")
        stranger = LessonClient(d.port, d.ca, "guess", "m")
        assert stranger.receive() == "wrong passphrase"
        with pytest.raises(EOFError):
            stranger.receive()
        assert until(lambda: "auth fail from 127.0.0.1" in d.log)
        assert "open sesame" not in d.log and "guess" not in d.log


def test_the_client_of_the_protocol_document_works(daemon, tmp_path):
    client = ROOT / "docs/protocol/text_client.py"
    alice = daemon.join("alice")
    run = subprocess.Popen([sys.executable, client, "localhost", str(daemon.port), daemon.ca, "bob"],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                           env=clean_environment(PYTHONUNBUFFERED="1"))
    alice.hear("* bob joined the chat *")
    run.stdin.write("from the document\n")
    run.stdin.flush()
    assert alice.receive() == "bob: from the document"
    alice.send("welcome")
    lines = []
    while "alice: welcome" not in lines:
        lines.append(run.stdout.readline().strip())
    run.kill()
    run.wait()
    run.stdin.close()
    run.stdout.close()


def test_the_client_of_the_protocol_document_shows_what_it_asked_for_though_its_input_is_over(daemon):
    for turn in range(5):
        said = f"one\n/topic tea {turn}\n/nick robert\n/who\n/history\n"
        run = subprocess.run([sys.executable, ROOT / "docs/protocol/text_client.py", "localhost",
                              str(daemon.port), daemon.ca, "bob"], input=said, text=True,
                             capture_output=True, timeout=PATIENCE, env=clean_environment())
        lines = run.stdout.splitlines()
        assert "* bob is now known as robert *" in lines
        assert "* online: robert *" in lines
        assert any(line.endswith("bob: one *") for line in lines), lines
        assert lines.index(f"* bob set the topic: tea {turn} *") < lines.index("* bob is now known as robert *")
        assert lines[-2:] == ["* goodbye *", "[disconnected]"]


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl program")
def test_B21_openssl_s_client_exchanges_lines(daemon):
    listener = daemon.join("listener")
    run = subprocess.Popen(
        ["openssl", "s_client", "-connect", f"localhost:{daemon.port}", "-CAfile", daemon.ca,
         "-verify_return_error", "-quiet"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for text in (b"typist", b"Hello SSL", b"Hello SSL"):
        run.stdin.write(struct.pack("!I", len(text)) + text)
        run.stdin.flush()
    assert listener.hear("typist: Hello SSL")
    assert listener.receive() == "typist: Hello SSL"
    listener.send("Hello back")
    heard = b""
    while b"listener: Hello back" not in heard:
        heard += run.stdout.read1(4096)
    run.kill()
    run.wait()
    run.stdin.close()
    run.stdout.close()


def test_C10_C16_a_vanished_client_hurts_nobody(daemon):
    alice = daemon.join("alice")
    bob = daemon.join("bob")
    carol = daemon.join("carol")
    alice.hear("* carol joined the chat *")
    # A reset instead of a goodbye.
    carol.tls.setsockopt(1, 13, struct.pack("ii", 1, 0))
    carol.close()
    for n in range(50):
        bob.send(str(n))
    heard = alice.hear("bob: 49")
    assert [h for h in heard if h.startswith("bob: ")] == [f"bob: {n}" for n in range(50)]
    if "* carol left *" not in heard:
        alice.hear("* carol left *")


def test_C31_a_long_text_of_wide_characters_is_never_split_inside_one(daemon):
    alice = daemon.join("alice")
    bob = daemon.join("bob")
    alice.receive()
    text = "ä" * 4096  # 8192 bytes: a whole frame, before the name comes to it
    bob.send(text)
    got = ""
    while len(got) < len(text):
        line = alice.receive()  # decoding fails if a character was cut
        assert line.startswith("bob: ")
        got += line.removeprefix("bob: ")
    assert got == text


def test_C50_the_number_of_threads_does_not_grow_with_clients(daemon):
    def threads():
        status = open(f"/proc/{daemon.process.pid}/status").read()
        return int(status.split("Threads:")[1].split()[0])

    before = threads()
    people = [LessonClient(daemon.port, daemon.ca, f"p{n}") for n in range(50)]
    for n, p in enumerate(people):
        p.hear(f"* p{n} joined the chat *")
    assert threads() == before


def test_C21_a_client_that_does_not_read_does_not_hold_up_the_end(daemon):
    mute = daemon.join("mute")
    assert daemon.stop(signal.SIGTERM) == 0
