"""Ways to listen in on a conversation: a proxy in the middle, and tshark on the loopback interface."""

import secrets
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from programs import PATIENCE, LessonClient, until


class PlainClient(LessonClient):
    """A client of the text protocol without TLS."""

    def __init__(self, port, *first):
        self.tls = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        for text in first:
            self.send(text)


class Proxy:
    """Carries connections to a port, keeps the bytes of both directions, and may change those to the server."""

    def __init__(self, port):
        self.target = port
        self.to_server = b""
        self.to_client = b""
        self.change = lambda data: data
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sockets = [self.listener]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def seen(self):
        return self.to_server + self.to_client

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            self.sockets += [near, far]
            threading.Thread(target=self._carry, args=(near, far, "to_server"), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, "to_client"), daemon=True).start()

    def _carry(self, source, sink, direction):
        try:
            while data := source.recv(65536):
                setattr(self, direction, getattr(self, direction) + data)
                sink.sendall(self.change(data) if direction == "to_server" else data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for s in self.sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it had ended already
            s.close()


def tls_records(stream):
    """Gives (type, length) of each record in one direction of a TLS connection."""
    records = []
    while stream:
        assert len(stream) >= 5, "half a header"
        length = int.from_bytes(stream[3:5], "big")
        records.append((stream[0], length))
        stream = stream[5 + length:]
    return records


needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")


def read_packets(file, *options):
    """Gives the output of tshark for the packets of a file."""
    return subprocess.run(["tshark", "-n", "-r", file, *options], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=True, timeout=PATIENCE).stdout


class Sniffer:
    """Runs `tshark -w FILE` on the loopback interface until the end of a with block."""

    def __init__(self, command, file, port):
        self.command = command
        self.file = file
        self.port = port

    def _has_caught_up(self):
        """Makes a connection that says something, and waits until it is in the file, and so is everything before it."""
        token = secrets.token_hex(16).encode()
        with socket.create_connection(("127.0.0.1", self.port)) as s:
            s.sendall(token)
        return until(lambda: self.file.exists() and token in self.file.read_bytes(), 1)

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        # tshark does not report when it has really begun.
        assert until(lambda: self.process.poll() is not None or self._has_caught_up())
        if self.process.poll() is not None:
            said = self.process.communicate()[1]
            assert "permission" in said.lower(), said
            pytest.skip("capturing is not permitted here")
        return self

    def __exit__(self, *_):
        until(self._has_caught_up)
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE)
