"""Makes docs/chat.svg: three people talk in three real pseudo-terminals.

    ASIO_CHAT_BIN=build/bin /usr/bin/python3 test/process/picture.py
"""

import tempfile
from html import escape

import pexpect
import pyte

from programs import BIN, ROOT, Daemon, clean_environment, until

COLUMNS, ROWS = 68, 12
CELL, LINE = 7.8, 17


class Person:
    def __init__(self, name, daemon, home):
        self.name = name
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        env = clean_environment(HOME=home, TERM="xterm", PATH="/usr/bin:/bin")
        self.child = pexpect.spawn(
            str(BIN / "asio-chat"), ["--ca", daemon.ca, f"{name}@localhost:{daemon.port}"],
            env=env, dimensions=(ROWS, COLUMNS), timeout=5)

    def look(self):
        try:
            self.stream.feed(self.child.read_nonblocking(65536, timeout=0.1))
        except pexpect.TIMEOUT:
            pass
        return "\n".join(self.screen.display)

    def sees(self, text):
        assert until(lambda: text in self.look()), self.look()

    def types(self, text):
        self.child.send(text)
        self.sees(text.strip())


def window(person, x):
    width, height = COLUMNS * CELL + 24, ROWS * LINE + 40
    lines = [f'<g transform="translate({x},0)">',
             f'<rect width="{width}" height="{height}" rx="8" fill="#1e1e2e"/>',
             f'<text x="{width / 2}" y="20" fill="#a6adc8" text-anchor="middle">{person.name}</text>']
    for row, text in enumerate(person.screen.display):
        if text.strip():
            y = 44 + row * LINE
            lines.append(f'<text x="12" y="{y}" fill="#cdd6f4" xml:space="preserve">'
                         f"{escape(text.rstrip())}</text>")
    cursor = person.screen.cursor
    lines.append(f'<rect x="{12 + cursor.x * CELL}" y="{31 + cursor.y * LINE}" width="{CELL}" '
                 f'height="{LINE - 1}" fill="#cdd6f4" opacity="0.6"/>')
    return "\n".join([*lines, "</g>"]), width, height


def main():
    with tempfile.TemporaryDirectory() as home, Daemon(home) as daemon:
        people = []
        for name in ("alice", "bob", "carol"):
            people.append(Person(name, daemon, home))
            people[-1].sees("> ")
        alice, bob, carol = people
        alice.sees("carol joined")
        alice.types("hello, is this thing encrypted?\r")
        bob.sees("alice: hello")
        bob.types("every byte of it\r")
        carol.types("/me waves\r")
        bob.sees("carol: waves")
        carol.types("/who\r")
        carol.sees("online: alice, bob, carol")
        bob.types("and a half-typed line stays wh")
        alice.types("nice\r")
        bob.sees("alice: nice")
        for person in people:
            person.look()
        parts, x, height = [], 0, 0
        for person in people:
            part, width, height = window(person, x)
            parts.append(part)
            x += width + 12
        (ROOT / "docs/chat.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x - 12:.0f} {height:.0f}" '
            'font-family="ui-monospace, DejaVu Sans Mono, monospace" font-size="13">\n'
            + "\n".join(parts) + "\n</svg>\n")


main()
