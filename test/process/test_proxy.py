"""asio-chatd behind a proxy (PROXY protocol, version 2), and at a Unix socket."""

import contextlib
import os
import re
import socket
import stat
import struct
import subprocess

import pytest

from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, until
from test_people import PASSWORD, daemon, good

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def header(client, port=40000, command=1, extensions=b""):
    """What a proxy says of a client, or, with `None`, of itself."""
    if client is None:
        return SIGNATURE + b"\x20\x00\x00\x00"
    family = socket.AF_INET6 if ":" in client else socket.AF_INET
    here = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    rest = (socket.inet_pton(family, client) + socket.inet_pton(family, here) +
            struct.pack("!HH", port, 8443) + extensions)
    kind = 0x21 if family == socket.AF_INET6 else 0x11
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, kind, len(rest)) + rest


def connect(d, first=b"", source="127.0.0.1"):
    s = socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE, source_address=(source, 0))
    s.sendall(first)
    return s


def is_closed(s):
    with contextlib.suppress(ConnectionResetError):
        return s.recv(1) == b""
    return True


def test_addresses_behind_a_proxy_are_the_real_ones(tmp_path):
    with Daemon(tmp_path, "--proxy-from", "127.0.0.1") as d:
        alice = LessonClient(d.port, d.ca, "alice", over=connect(d, header("192.0.2.7")))
        alice.hear("* alice joined the chat *")
        assert until(lambda: "New connection from 192.0.2.7:40000" in d.log)
        bob = LessonClient(d.port, d.ca, "bob", over=connect(
            d, header("2001:db8::7", extensions=b"\x02\x00\x04host")))
        bob.hear("* bob joined the chat *")
        assert until(lambda: "New connection from [2001:db8::7]:40000" in d.log)
        # The proxy itself looks whether the server is there.
        checks = LessonClient(d.port, d.ca, "proxy", over=connect(d, header(None)))
        checks.hear("* proxy joined the chat *")
        assert until(lambda: d.log.count("New connection from 127.0.0.1:") == 1)


def test_limits_and_penalties_are_of_the_client_and_not_of_the_proxy(tmp_path):
    with Daemon(tmp_path, "--proxy-from", "127.0.0.0/8", "--strangers-per-address", 2,
                env=clean_environment(CHAT_SECRET="open")) as d:
        held = [connect(d, header("192.0.2.7", port)) for port in (1, 2)]
        assert until(lambda: d.log.count("New connection from 192.0.2.7") == 2)
        assert is_closed(connect(d, header("192.0.2.7", 3)))
        assert "Connection from 192.0.2.7" in d.log and "strangers-per-address" in d.log
        LessonClient(d.port, d.ca, "open", "bob", over=connect(d, header("192.0.2.8"))).hear(
            "* bob joined the chat *")
        for s in held:
            s.close()

        def guess():
            with contextlib.suppress(OSError, EOFError):
                c = LessonClient(d.port, d.ca, "wrong", "eve", over=connect(d, header("198.51.100.1")))
                while c.receive():
                    pass
            return "max-penalty" in d.log
        assert until(guess)
        LessonClient(d.port, d.ca, "open", "carol", over=connect(d, header("192.0.2.9"))).hear(
            "* carol joined the chat *")


def come(d, client, *first):
    return LessonClient(d.port, d.ca, *first, over=connect(d, header(client)))


def hear_part(client, part):
    """The first line from now on with this in it."""
    while part not in (line := client.receive()):
        pass
    return line


@pytest.mark.parametrize("client, neighbour, host, network", [
    ("192.0.2.7", "192.0.3.7", "192.0.2.7", "192.0.2.0/24"),
    ("2001:db8:0:7::7", "2001:db8:0:8::7", "2001:db8:0:7::/64", "2001:db8:0:7::/64"),
])
def test_whois_bans_and_the_log_name_the_address_behind_the_proxy(tmp_path, client, neighbour, host, network):
    good(tmp_path / "data", "add", "olga", "--role", "owner")
    with daemon(tmp_path, "--proxy-from", "127.0.0.1") as d:
        olga = come(d, "198.51.100.1", "guest")
        olga.send(f"/login olga {PASSWORD}")
        olga.hear("* you are logged in as olga *")
        mallory = come(d, client, "mallory")
        mallory.hear("* mallory joined the chat *")
        olga.send("/whois mallory")
        assert hear_part(olga, ", from ").endswith(f", from {host} *")
        # By the name: it holds for this client, and for nobody else who comes by the same proxy.
        olga.send("/ban mallory everywhere 1h")
        hear_part(olga, "you have banned mallory")
        # By the network, whatever the name and the token.
        olga.send(f"/ban {network} everywhere 1h")
        hear_part(olga, f"you have banned {network}")
        with pytest.raises(EOFError):
            while mallory.receive():
                pass
        assert "you are banned here" in come(d, client, "eve").receive()
        alice = come(d, neighbour, "alice")
        alice.hear("* alice joined the chat *")
        olga.send("still here")
        alice.hear("olga: still here")
        assert until(lambda: re.search(rf'with \[?{client}\]?:40000 name="" reason="you are banned here', d.log))
        olga.send("/bans")
        assert network in hear_part(olga, network)


def test_a_proxy_without_a_header_is_refused_and_a_header_of_others_is_garbage(tmp_path):
    with Daemon(tmp_path, "--proxy-from", "127.0.0.1", "--proxy-timeout", "200ms") as d:
        assert is_closed(connect(d, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a ClientHello"))
        assert until(lambda: "it did not begin with a PROXY header" in d.log)
        assert is_closed(connect(d))
        assert until(lambda: "no PROXY header came in time (proxy-timeout)" in d.log)
        assert is_closed(connect(d, header("192.0.2.7") + b"GET / HTTP/1.1\r\n\r\n"))
        assert until(lambda: "handshake with 192.0.2.7" in d.log)
        # Not listed: TLS begins at once, and a header is none.
        assert is_closed(connect(d, header("192.0.2.66"), source="127.0.0.2"))
        assert until(lambda: "handshake with 127.0.0.2" in d.log)
        assert "192.0.2.66" not in d.log
        LessonClient(d.port, d.ca, "alice", source="127.0.0.2").hear("* alice joined the chat *")


def test_proxies_make_a_daemon_on_loopback_one_that_strangers_reach(tmp_path):
    with Daemon(tmp_path, "--proxy-from", "127.0.0.1", "--rate-messages", "1/24h") as d:
        assert "Anyone who can reach a port can join" in d.log
        alice = LessonClient(d.port, d.ca, "alice", over=connect(d, header("192.0.2.7")))
        alice.hear("* alice joined the chat *")
        for text in ("the first", "the second"):
            alice.send(text)
        while "try again in" not in alice.receive():
            pass


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "socket")


def connect_unix(path, first=b""):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(PATIENCE)
    s.connect(path)
    s.sendall(first)
    return s


def test_a_unix_socket_speaks_tls_and_tells_the_user(tmp_path, path):
    with Daemon(tmp_path, "--listen", f"unix:{path}", "--socket-mode", "0600") as d:
        assert d.process.stdout.readline() == f"listening on unix:{path}\n"
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert "Confined files" in d.log or "Not confined files" in d.log
        alice = LessonClient(d.port, d.ca, "alice", over=connect_unix(path))
        alice.hear("* alice joined the chat *")
        bob = d.join("bob")
        alice.send("hello")
        bob.hear("alice: hello")
        assert f"New connection from unix:uid={os.getuid()}" in d.log
        garbage = connect_unix(path, b"GET / HTTP/1.1\r\n\r\n")
        assert is_closed(garbage)
        d.stop()
        assert not os.path.exists(path)  # also where the daemon is confined


def test_the_file_of_a_dead_daemon_is_replaced_and_that_of_a_live_one_never(tmp_path, path):
    first, second = tmp_path / "first", tmp_path / "second"
    for directory in (first, second):
        directory.mkdir()
    with Daemon(first, "--listen", f"unix:{path}") as d:
        refused = subprocess.run([BIN / "asio-chatd", "--listen", f"unix:{path}", "--data", second / "data"],
                                 capture_output=True, text=True, env=clean_environment(), timeout=PATIENCE)
        assert refused.returncode != 0
        assert f"cannot listen on unix:{path}: another program listens there" in refused.stderr
        # As with a port, a check may go on beside the daemon that it is about.
        checked = subprocess.run([BIN / "asio-chatd", "--listen", f"unix:{path}", "--data", second / "data",
                                  "--check-config"], env=clean_environment(), timeout=PATIENCE)
        assert checked.returncode == 0
        LessonClient(d.port, d.ca, "alice", over=connect_unix(path)).hear("* alice joined the chat *")
        d.process.kill()
        d.process.wait()
    assert os.path.exists(path)
    with Daemon(first, "--listen", f"unix:{path}") as d:
        LessonClient(d.port, d.ca, "bob", over=connect_unix(path)).hear("* bob joined the chat *")


def test_a_proxy_may_come_by_a_unix_socket(tmp_path, path):
    with Daemon(tmp_path, "--listen", f"unix:{path}", "--proxy-from", "unix") as d:
        alice = LessonClient(d.port, d.ca, "alice", over=connect_unix(path, header("192.0.2.7")))
        alice.hear("* alice joined the chat *")
        assert "New connection from 192.0.2.7:40000" in d.log
        assert is_closed(connect_unix(path, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a ClientHello"))
        assert until(lambda: "it did not begin with a PROXY header" in d.log)


@pytest.mark.parametrize("options, why", [
    (["--listen", "unix:socket"], "needs a whole path"),
    (["--listen", "unix:/nowhere/at/all/socket"], "No such file or directory"),
    (["--listen", f"unix:{BIN}"], "there is a file that is no socket"),
    (["--socket-mode", "rw"], "is no mode of a file"),
    (["--proxy-from", "proxy.example"], "is no address and no network"),
    (["--proxy-from", "10.0.0.1/8"], "is no address and no network"),
])
def test_what_is_wrong_is_said_at_the_start(options, why, tmp_path):
    for check in ([], ["--check-config"]):
        done = subprocess.run([BIN / "asio-chatd", *options, "--data", tmp_path / "data", *check],
                              capture_output=True, text=True, env=clean_environment(), timeout=PATIENCE)
        assert done.returncode == 2
        assert why in done.stderr
