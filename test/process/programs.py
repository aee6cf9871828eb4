"""The programs under test, and how to run them. ASIO_CHAT_BIN names their directory."""

import json
import os
import resource
import signal
import socket
import ssl
import struct
import subprocess
import time
from pathlib import Path

import pytest

BIN = Path(os.environ.get("ASIO_CHAT_BIN", "build/bin")).resolve()
# Tests that run asio-chat-bench are left out where it was left out of the build.
HAS_BENCH = os.environ.get("ASIO_CHAT_BENCH") != "OFF"
ROOT = Path(__file__).resolve().parents[2]
# The longest time that tests wait for something, or let a program run. Only a test that fails waits to
# its end, so it is much longer than a sanitizer on a busy machine needs. No test measures it.
PATIENCE = 120


needs_bench = pytest.mark.skipif(not HAS_BENCH, reason="built without ASIO_CHAT_BENCH")


def until(true, patience=PATIENCE):
    """Waits until the condition is true. Returns whether it became true."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return bool(true())


def clean_environment(**more):
    """The environment without the variables that would change the settings of the programs."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ASIO_CHAT", "CHAT_"))}
    env.pop("STATE_DIRECTORY", None)
    env.update(LC_ALL="C.UTF-8", **more)
    return env


class Daemon:
    """An asio-chatd on a free port; its log goes to a file."""

    def __init__(self, directory, *options, env=None, descriptors=None, log=None, port=0, data=None,
                 under=(), cwd=None):
        self.data = Path(data or Path(directory) / "data")
        self.log_path = Path(directory) / "log"
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [*under, BIN / "asio-chatd", "--listen", f"127.0.0.1:{port}", "--data", self.data,
             *map(str, options)],
            stdout=subprocess.PIPE, stderr=log or self.log_file, text=True, env=env or clean_environment(),
            cwd=cwd, preexec_fn=descriptors and (
                lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))))
        line = self.process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:"), line + self.log
        self.port = int(line.rsplit(":", 1)[1])

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    @property
    def ca(self):
        return str(self.data / "ca-cert.pem")

    def join(self, name):
        """Returns a client of the text protocol that has joined."""
        client = LessonClient(self.port, self.ca, name)
        client.hear(f"* {name} joined the chat *")
        return client

    def stop(self, sig=signal.SIGTERM, timeout=PATIENCE):
        if self.process.poll() is None:
            self.process.send_signal(sig)
        code = self.process.wait(timeout)
        self.process.stdout.close()
        self.log_file.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)


class LessonClient:
    """A client of the text protocol as a lesson would write it: TLS, and a length before each text."""

    def __init__(self, port, ca, *first, certificate=None, context=None, source=None, over=None):
        """`over` is a socket that is connected already."""
        context = context or ssl.create_default_context(cafile=ca)
        if certificate:
            context.load_cert_chain(*certificate)
        raw = over or socket.create_connection(("127.0.0.1", port), timeout=PATIENCE,
                                               source_address=source and (source, 0))
        self.tls = context.wrap_socket(raw, server_hostname="localhost")
        for text in first:
            self.send(text)

    def send(self, text):
        data = text.encode()
        self.tls.sendall(struct.pack("!I", len(data)) + data)

    def _exactly(self, n):
        data = b""
        while len(data) < n:
            part = self.tls.recv(n - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def receive(self):
        (n,) = struct.unpack("!I", self._exactly(4))
        return self._exactly(n).decode()

    def hear(self, text):
        """Receives until this text arrives. Returns everything that has arrived."""
        heard = []
        while text not in heard:
            heard.append(self.receive())
        return heard

    def close(self):
        self.tls.close()


class Native:
    """A client of `asio-chat/1`, a message at a time."""

    def __init__(self, d, name=None, **hello):
        """Without a name it does not log in."""
        context = ssl.create_default_context(cafile=d.ca)
        context.set_alpn_protocols(["asio-chat/1"])
        self.wire = LessonClient(d.port, d.ca, context=context)
        self.others = []
        if name:
            self.send(type="hello", name=name, room="", **hello)
            self.token = self.hear(type="welcome")["resume"]

    def send(self, **message):
        self.wire.send(json.dumps(message))

    def hear(self, **fields):
        """Receives until a message has all of these."""
        while True:
            message = json.loads(self.wire.receive())
            if all(message.get(k) == v for k, v in fields.items()):
                return message
            self.others.append(message)

    def command(self, line, room=""):
        self.send(type="command", ref=line, room=room, line=line)
        return self.hear(ref=line)

    def has_answered(self):
        """All that was to be sent until now has come."""
        self.command("/who")
