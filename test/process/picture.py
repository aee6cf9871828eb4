"""Makes docs/chat.svg: two of three people who talk, in real pseudo-terminals of two sizes.

    ASIO_CHAT_BIN=build/bin /usr/bin/python3 test/process/picture.py
"""

import tempfile
from html import escape

import pexpect

from programs import BIN, ROOT, Daemon, clean_environment, until
from xterm_screen import XtermScreen, XtermStream

ROWS = 18
CELL, LINE = 7.8, 17


class Person:
    def __init__(self, name, columns, daemon, home):
        self.name, self.columns = name, columns
        self.screen = XtermScreen(columns, ROWS)
        self.stream = XtermStream(self.screen)
        env = clean_environment(HOME=home, TERM="xterm-256color", PATH="/usr/bin:/bin")
        self.child = pexpect.spawn(
            str(BIN / "asio-chat"), ["--ca", daemon.ca, f"{name}@localhost:{daemon.port}"],
            env=env, dimensions=(ROWS, columns), timeout=5)

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
        self.look()


def runs(row, columns):
    """The cells of a row, those of one look together."""
    start, look = 0, None
    cells = [row[x] for x in range(columns)]
    for x, cell in enumerate([*cells, None]):
        now = cell and (cell.fg, cell.bg, cell.bold, cell.reverse)
        if now != look:
            if look:
                yield start, look, "".join(c.data for c in cells[start:x])
            start, look = x, now


def colour(name, default):
    named = {"default": default, "black": "#45475a", "red": "#f38ba8", "green": "#a6e3a1", "brown": "#f9e2af",
             "blue": "#89b4fa", "magenta": "#f5c2e7", "cyan": "#94e2d5", "white": "#cdd6f4"}
    return named.get(name, default if name.startswith("bright") else f"#{name}")


def window(person, x):
    width, height = person.columns * CELL + 24, ROWS * LINE + 40
    lines = [f'<g transform="translate({x},0)">',
             f'<rect width="{width}" height="{height}" rx="8" fill="#1e1e2e"/>',
             f'<text x="{width / 2}" y="20" fill="#a6adc8" text-anchor="middle">{person.name}</text>']
    for y in range(ROWS):
        for column, (fg, bg, bold, reverse), text in runs(person.screen.buffer[y], person.columns):
            ink, ground = colour(fg, "#cdd6f4"), colour(bg, "#1e1e2e")
            if reverse:
                ink, ground = ground, ink
            left = 12 + column * CELL
            if ground != "#1e1e2e":
                lines.append(f'<rect x="{left:.1f}" y="{31 + y * LINE}" width="{len(text) * CELL:.1f}" '
                             f'height="{LINE}" fill="{ground}"/>')
            if text.strip():
                weight = ' font-weight="bold"' if bold else ""
                lines.append(f'<text x="{left:.1f}" y="{44 + y * LINE}" fill="{ink}" xml:space="preserve" '
                             f'textLength="{len(text) * CELL:.1f}"{weight}>'
                             f"{escape(text)}</text>")
    cursor = person.screen.cursor
    lines.append(f'<rect x="{12 + cursor.x * CELL:.1f}" y="{31 + cursor.y * LINE}" width="{CELL}" '
                 f'height="{LINE - 1}" fill="#cdd6f4" opacity="0.6"/>')
    return "\n".join([*lines, "</g>"]), width, height


def main():
    with tempfile.TemporaryDirectory() as home, Daemon(home) as daemon:
        people = []
        for name, columns in (("alice", 84), ("bob", 58), ("carol", 80)):
            people.append(Person(name, columns, daemon, home))
            people[-1].sees("TLSv1.3")
        alice, bob, carol = people
        alice.sees("carol")
        alice.types("hello, is this thing encrypted?\r")
        bob.sees("is this thing")
        bob.types("every byte of it, and it is on the disk\r")
        carol.types("/me waves\r")
        bob.sees("waves")
        carol.types("/join garden\r")
        carol.sees("#garden")
        alice.types("/join garden\r")
        alice.sees("#garden")
        carol.types("alice: the tomatoes are ripe\r")
        alice.sees("the tomatoes")
        alice.types("on my way\r")
        bob.types("and you, alice?\r")
        alice.sees("1!")
        bob.types("a half-typed line stays wh")
        bob.sees("stays wh")
        for person in people:
            person.look()
        parts, x, height = [], 0, 0
        for person in (alice, bob):
            part, width, height = window(person, x)
            parts.append(part)
            x += width + 12
        (ROOT / "docs/chat.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x - 12:.0f} {height:.0f}" '
            'font-family="ui-monospace, DejaVu Sans Mono, monospace" font-size="13">\n'
            + "\n".join(parts) + "\n</svg>\n")


main()
