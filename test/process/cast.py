"""Makes docs/chat.cast, an asciicast v2 of a real client in a pseudo-terminal: `asciinema play docs/chat.cast`.

    ASIO_CHAT_BIN=build/bin /usr/bin/python3 test/process/cast.py
"""

import json
import tempfile
import time

import pexpect

from programs import BIN, ROOT, Daemon, clean_environment, until

COLUMNS, ROWS = 84, 20


class Recorded:
    """A client, and what it has written, with the times."""

    def __init__(self, name, daemon, home, columns=COLUMNS):
        self.child = pexpect.spawn(
            str(BIN / "asio-chat"), ["--ca", daemon.ca, f"{name}@localhost:{daemon.port}"],
            env=clean_environment(HOME=home, TERM="xterm-256color", PATH="/usr/bin:/bin", LANG="C.UTF-8"),
            dimensions=(ROWS, columns), timeout=5)
        self.began = time.monotonic()
        self.events = []

    def look(self, seconds=0.1):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                data = self.child.read_nonblocking(65536, timeout=0.02)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                return
            self.events.append([round(time.monotonic() - self.began, 3), "o", data.decode(errors="replace")])

    def sees(self, text):
        assert until(lambda: self.look() or any(text in e[2] for e in self.events)), text

    def types(self, text, pause=0.06):
        for c in text:
            self.child.send(c)
            self.look(pause)

    def says(self, text):
        self.types(text + "\r")
        self.look(0.8)


def main():
    with tempfile.TemporaryDirectory() as home, Daemon(home) as daemon:
        bob = Recorded("bob", daemon, home)
        bob.sees("TLSv1.3")
        alice = Recorded("alice", daemon, home)
        alice.sees("bob")
        alice.look(1.5)
        alice.says("hello, is this thing encrypted?")
        bob.says("every byte of it, and it is on the disk")
        alice.look(1)
        bob.says("/me waves")
        alice.says("/join garden")
        bob.says("alice: look at the topic")
        alice.look(1)
        alice.types("\x1ba")
        alice.look(1)
        alice.types("half a thought stays wi")
        alice.types("\x1b2", 0.01)
        alice.look(1)
        alice.types("\x1b1", 0.01)
        alice.look(1)
        alice.types("th its room\r")
        alice.look(1.5)
        alice.types("/quit\r")
        alice.look(1)
        head = {"version": 2, "width": COLUMNS, "height": ROWS, "title": "asio-chat"}
        (ROOT / "docs/chat.cast").write_text(
            "\n".join(json.dumps(line, ensure_ascii=False) for line in [head, *alice.events]) + "\n")
        bob.child.close(force=True)


if __name__ == "__main__":
    main()
