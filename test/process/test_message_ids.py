"""Ids of messages over the wire: each device of an account counts for itself, and what is done has an entry of its own."""

import contextlib
import json
import socket
import ssl
import struct

from native_client import native_context
from programs import PATIENCE
from test_people import PASSWORD, daemon, good


class Native:
    """One connection of asio-chat/1 that asks and waits for each answer."""

    def __init__(self, d, name="", **hello):
        raw = socket.create_connection(("localhost", d.port), timeout=PATIENCE)
        self.socket = native_context(d.ca).wrap_socket(raw, server_hostname="localhost")
        self.rest = b""
        self.write(type="hello", name=name, **hello)
        self.token = self.wait_for(lambda m: m["type"] == "welcome")["resume"]
        self.wait_for(lambda m: m["type"] == "room")

    def write(self, **message):
        payload = json.dumps(message).encode()
        self.socket.sendall(struct.pack("!I", len(payload)) + payload)

    def read(self):
        while True:
            if len(self.rest) >= 4:
                (length,) = struct.unpack_from("!I", self.rest)
                if len(self.rest) >= 4 + length:
                    payload, self.rest = self.rest[4:4 + length], self.rest[4 + length:]
                    return json.loads(payload)
            some = self.socket.recv(65536)
            assert some, "the server has closed the connection"
            self.rest += some

    def wait_for(self, fits):
        while not fits(message := self.read()):
            pass
        return message

    def command(self, line):
        self.write(type="command", ref="c", line=line)
        return self.wait_for(lambda m: m.get("ref") == "c")

    def send(self, id, text="", **more):
        self.write(type="send", id=id, text=text, **more)
        answer = self.wait_for(lambda m: m["type"] == "ack" and m["id"] == id or m.get("ref") == id)
        assert answer["type"] == "ack", answer
        return answer["position"]["offset"], answer["duplicate"]

    def close(self):
        with contextlib.suppress(OSError, ssl.SSLError):
            self.socket.close()

    def texts(self):
        self.write(type="history", ref="h", limit=100)
        return [e["text"] for e in self.wait_for(lambda m: m.get("ref") == "h")["entries"]]


def log_in(d, name):
    client = Native(d)
    assert client.command(f"/login {name} {PASSWORD}")["type"] == "reply"
    return client


def test_a_program_that_counts_from_1_at_each_login_loses_nothing(tmp_path):
    good(tmp_path / "data", "add", "bot")
    with daemon(tmp_path) as d:
        first = log_in(d, "bot")
        assert [first.send(str(n), f"first {n}") for n in (1, 2)] == [(1, False), (2, False)]
        other = log_in(d, "bot")
        assert [other.send(str(n), f"second {n}") for n in (1, 2)] == [(3, False), (4, False)]
        first.close()
        back = Native(d, resume=first.token)  # the same device: it is known again
        assert back.send("2", "first 2") == (2, True)
        d.process.kill()
        d.process.wait()
    with daemon(tmp_path) as d:
        again = Native(d, resume=other.token)
        assert again.send("1", "second 1") == (3, True)
        assert log_in(d, "bot").send("1", "third 1") == (5, False)
        assert again.texts() == ["first 1", "first 2", "second 1", "second 2", "third 1"]


def test_a_deletion_under_an_id_that_was_used_is_told_and_written_down(tmp_path):
    good(tmp_path / "data", "add", "olga", "--role", "operator")
    with daemon(tmp_path) as d:
        alice = Native(d, "alice")
        alice.send("a", "evidence")
        olga = log_in(d, "olga")
        olga.send("used", "nothing to see")
        assert olga.send("used", refers={"how": "delete", "offset": 1}) == (3, False)
        assert olga.send("used", refers={"how": "delete", "offset": 1}) == (3, True)
        assert alice.texts()[-1] == "deleted a message of alice"
        olga.write(type="join", ref="j", room="audit")
        olga.wait_for(lambda m: m.get("ref") == "j")
        olga.write(type="history", ref="h", room="audit", limit=10)
        noted = [e["text"] for e in olga.wait_for(lambda m: m.get("ref") == "h")["entries"]]
        assert noted == ["olga has deleted a message of alice in lobby (entry 1)"]
