"""Clients as people and programs run them: asio-chat in a terminal and in a pipe, and what is between
them and an asio-chatd.

Needs ASIO_CHAT_BIN, the directory of the programs, and the packages pexpect and pyte.
"""

import contextlib
import os
import signal
import socket
import subprocess
import threading

import pexpect
import pyte
import pytest

from programs import BIN, PATIENCE, until

CLIENT = str(BIN / "asio-chat")
DAEMON = str(BIN / "asio-chatd")


class Daemon:
    def __init__(self, directory, *options, secret=None):
        self.directory = directory
        self.options = options
        self.secret = secret
        self.port = 0
        self.process = None
        self.start()

    def start(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("ASIO_CHATD_")}
        env.pop("CHAT_SECRET", None)
        if self.secret:
            env["CHAT_SECRET"] = self.secret
        self.process = subprocess.Popen(
            [DAEMON, "--listen", f"127.0.0.1:{self.port}", "--data", str(self.directory),
             *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
        line = self.process.stdout.readline()
        assert line.startswith("listening on"), line
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        try:
            self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()
            self.process.stdout.close()

    @property
    def address(self):
        return f"localhost:{self.port}"

    @property
    def ca(self):
        return str(self.directory / "ca-cert.pem")


class Cable:
    """Carries bytes to a port until it is pulled out."""

    def __init__(self, port):
        self.target = port
        self.listener = None
        self.port = 0
        self.sockets = []
        self.carried = 0  # the number of bytes that it has carried
        self.plug_in()

    def plug_in(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=[self.listener], daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # nobody listens there now
                near.close()
                continue
            self.sockets += [near, far]
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=pair, daemon=True).start()

    def carry(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
                self.carried += len(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_RDWR)

    def pull_out(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for s in self.sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()
        self.sockets = []


class Terminal:
    """A client in a pseudo-terminal, and what a person would see."""

    mode = ["--line"]

    def __init__(self, *arguments, home, columns=80, rows=24, env=None):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        environment = {"HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin",
                       "TZ": "UTC", **(env or {})}
        self.child = pexpect.spawn(CLIENT, [*self.mode, *arguments], env=environment,
                                   dimensions=(rows, columns), timeout=PATIENCE)
        self.child.delaybeforesend = None

    def look(self):
        while True:
            try:
                data = self.child.read_nonblocking(65536, timeout=0.02)
            except (pexpect.TIMEOUT, pexpect.EOF):
                return self
            self.raw += data
            self.stream.feed(data)

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self):
        return "\n".join(self.lines).rstrip()

    @property
    def bottom(self):
        """The line that is being typed."""
        return self.lines[self.screen.cursor.y]

    def sees(self, what, patience=PATIENCE):
        found = until(lambda: what in self.look().text, patience)
        assert found, f"{what!r} is not on the screen:\n{self.text}"
        return self

    def ready(self):
        self.sees("[in #")
        assert until(lambda: self.look().bottom.startswith(">")), self.text
        return self

    def types(self, text):
        self.child.send(text)
        return self

    def resize(self, columns, rows=24):
        self.look()
        self.screen.resize(rows, columns)
        self.screen.ensure_hbounds()
        self.screen.ensure_vbounds()
        self.child.setwinsize(rows, columns)
        return self

    def says(self, text):
        return self.types(text + "\r")

    def ends(self):
        """Waits for the end, reads everything, and returns the exit code."""
        until(lambda: (self.look(), not self.child.isalive())[1])
        self.look()
        self.child.close()
        return self.child.exitstatus


@pytest.fixture
def home(tmp_path):
    where = tmp_path / "home"
    where.mkdir()
    return where


@pytest.fixture
def daemon(tmp_path):
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    d = Daemon(directory)
    yield d
    if d.process.poll() is None:
        d.stop()


@pytest.fixture
def terminal(daemon, home):
    """Makes clients that trust the daemon's CA, already in the room."""
    made = []

    def make(name, *arguments, **more):
        t = Terminal(f"{name}@{daemon.address}", "--ca", daemon.ca, *arguments, home=home, **more)
        made.append(t)
        return t.ready()

    yield make
    for t in made:
        t.child.close(force=True)


def pipe(daemon, name, *arguments, text=None, env=None, home, trust=True, **more):
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TZ": "UTC", **(env or {})}
    command = [CLIENT, f"{name}@{daemon.address}" if name else daemon.address]
    if trust:
        command += ["--ca", daemon.ca]
    return subprocess.run([*command, *arguments], input=text, capture_output=True, text=True,
                          timeout=PATIENCE, env=environment, **more)


class Listener:
    """A client in a pipe whose input stays open."""

    def __init__(self, *arguments, home):
        self.process = subprocess.Popen(
            [CLIENT, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", "TZ": "UTC"})
        os.set_blocking(self.process.stdout.fileno(), False)
        os.set_blocking(self.process.stderr.fileno(), False)
        self.out = b""
        self.err = b""

    def look(self):
        self.out += self.process.stdout.read() or b""
        self.err += self.process.stderr.read() or b""
        return self

    def hears(self, what, patience=PATIENCE):
        assert until(lambda: what.encode() in self.look().out, patience), (self.out, self.err)
        return self

    def is_in(self):
        assert until(lambda: b"[in #" in self.look().err or b'"event":"room"' in self.out)
        return self

    def says(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ends(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=PATIENCE)
        self.look()
        self.process.stdout.close()
        self.process.stderr.close()
        return code


@pytest.fixture
def listener(daemon, home):
    made = []

    def make(name, *arguments, port=None):
        made.append(Listener(f"{name}@localhost:{port or daemon.port}", "--ca", daemon.ca, *arguments,
                             home=home))
        return made[-1].is_in()

    yield make
    for m in made:
        if m.process.poll() is None:
            m.process.kill()
            m.process.wait()
