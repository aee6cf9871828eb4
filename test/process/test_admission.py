"""asio-chatd among strangers: who is refused, who gets in all the same, and what the log says of it.

The strangers come from loopback addresses, which have limits with --limit-loopback only.
"""

import contextlib
import re
import socket
import ssl

import pytest

from programs import PATIENCE, Daemon, LessonClient, clean_environment, until


def connect(d, source):
    return socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE, source_address=(source, 0))


def is_refused(d, source):
    """Whether a connection is closed before it has said anything. One that is not is silent."""
    with connect(d, source) as s:
        s.settimeout(0.5)
        try:
            return s.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def client_hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def test_C49_strangers_of_an_address_and_of_a_network_are_counted_until_they_log_in(tmp_path):
    with Daemon(tmp_path, "--limit-loopback", "on", "--strangers-per-address", 2,
                "--strangers-per-network", 3, "--max-penalty", 0) as d:
        held = [connect(d, "127.0.1.1") for _ in range(2)]
        assert until(lambda: d.log.count("New connection from 127.0.1.1") == 2)
        assert is_refused(d, "127.0.1.1")
        held.append(connect(d, "127.0.1.2"))
        assert until(lambda: d.log.count("New connection from 127.0.1.2") == 1)
        assert is_refused(d, "127.0.1.3")
        assert "strangers-per-address" in d.log and "strangers-per-network" in d.log
        held.pop(0).close()
        held.pop(0).close()
        assert until(lambda: d.log.count("Connection closed with 127.0.1.1") == 2)
        for i in range(6):  # more than strangers may be, one after the other
            inside = LessonClient(d.port, d.ca, f"user{i}", source="127.0.1.1")
            inside.hear(f"* user{i} joined the chat *")
            held.append(inside)
        for s in held:
            s.close()


def test_loopback_has_no_limits_by_default(tmp_path):
    with Daemon(tmp_path) as d:
        held = [connect(d, "127.0.1.1") for _ in range(40)]
        assert until(lambda: d.log.count("New connection from 127.0.1.1") == 40)
        d.join("alice").close()
        for s in held:
            s.close()


def guess(d, source):
    """Whether the server listened to it."""
    try:
        client = LessonClient(d.port, d.ca, "wrong", "mallory", source=source)
    except OSError:
        return False
    with contextlib.suppress(EOFError, OSError):
        while True:
            client.receive()
    client.close()
    return True


def test_an_address_that_guesses_passphrases_waits_and_others_do_not(tmp_path):
    with Daemon(tmp_path, "--limit-loopback", "on", env=clean_environment(CHAT_SECRET="open")) as d:
        assert until(lambda: not guess(d, "127.0.1.1"))
        assert d.log.count("auth fail from 127.0.1.1") >= 3
        for _ in range(4):
            assert is_refused(d, "127.0.1.1")
        LessonClient(d.port, d.ca, "open", "alice", source="127.0.1.2").hear("* alice joined the chat *")
        d.stop()
        told = [line for line in d.log.splitlines() if "Connection from 127.0.1.1" in line]
        assert len(told) == 2  # the first, and how many more there were
        assert all("max-penalty" in line for line in told)
        assert re.search(r"times=[4-9]", told[1])


@pytest.mark.parametrize("half", [False, True], ids=["silent", "half handshakes"])
def test_who_comes_from_elsewhere_gets_in_whatever_strangers_hold(half, tmp_path):
    """200 addresses of eight networks offer a thousand connections, and close none of them."""
    with Daemon(tmp_path, "--limit-loopback", "on", "--handshake-timeout", "1h") as d:
        inside = LessonClient(d.port, d.ca, "alice", source="127.9.9.9")
        inside.hear("* alice joined the chat *")
        hello = client_hello()
        held = []
        for i in range(1000):
            s = connect(d, f"127.0.{i % 8}.{1 + i // 8 % 25}")
            if half:
                with contextlib.suppress(OSError):  # it was refused
                    s.sendall(hello)
            held.append(s)
        for i in range(5):
            newcomer = LessonClient(d.port, d.ca, f"newcomer{i}", source=f"127.8.{i}.1")
            newcomer.hear(f"* newcomer{i} joined the chat *")
            newcomer.send("hello")
            inside.hear(f"newcomer{i}: hello")
        assert "strangers-per-network" in d.log
        accepted = d.log.count("New connection from 127.0.")
        assert 200 <= accepted <= 512
        for s in held:
            s.close()
