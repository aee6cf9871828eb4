"""The terminal that the full screen is looked at with: pyte, and what it lacks of an xterm."""

import pyte


class XtermScreen(pyte.Screen):
    """With what xterm's terminfo has and pyte has not: SU, SD, REP, and bce. What is erased, or comes
    in from an edge, has the ground of the cursor and nothing else of it."""

    def blank(self):
        return self.default_char._replace(bg=self.cursor.attrs.bg)

    def put_row(self, y, cells):
        self.dirty.add(y)
        self.buffer[y].clear()
        self.buffer[y].update(enumerate(cells[:self.columns]))

    def row(self, y):
        return [self.buffer[y][x] for x in range(self.columns)]

    def delete_characters(self, count=None):
        x, cells, count = self.cursor.x, self.row(self.cursor.y), count or 1
        self.put_row(self.cursor.y, cells[:x] + cells[x + count:] + [self.blank()] * min(count, self.columns - x))

    def insert_characters(self, count=None):
        x, cells = self.cursor.x, self.row(self.cursor.y)
        self.put_row(self.cursor.y, cells[:x] + [self.blank()] * (count or 1) + cells[x:])

    def erase_characters(self, count=None):
        x, cells, count = self.cursor.x, self.row(self.cursor.y), count or 1
        self.put_row(self.cursor.y, cells[:x] + [self.blank()] * min(count, self.columns - x) + cells[x + count:])

    def erase_in_line(self, how=0, **_):
        x, cells = self.cursor.x, self.row(self.cursor.y)
        first, end = {0: (x, self.columns), 1: (0, x + 1), 2: (0, self.columns)}[how]
        self.put_row(self.cursor.y, cells[:first] + [self.blank()] * (end - first) + cells[end:])

    def erase_in_display(self, how=0, **_):
        rows = {0: range(self.cursor.y + 1, self.lines), 1: range(self.cursor.y)}.get(how, range(self.lines))
        for y in rows:
            self.put_row(y, [self.blank()] * self.columns)
        if how < 2:
            self.erase_in_line(how)

    def move_rows(self, top, bottom, by):
        """What is between them goes up by so many rows, or down if that is negative."""
        rows = {y: self.row(y) for y in range(top, bottom + 1)}
        for y in rows:
            self.put_row(y, rows.get(y + by) or [self.blank()] * self.columns)

    @property
    def region(self):
        return self.margins or pyte.screens.Margins(0, self.lines - 1)

    def index(self):
        if self.cursor.y == self.region.bottom:
            self.move_rows(*self.region, 1)
        else:
            self.cursor_down()

    def reverse_index(self):
        if self.cursor.y == self.region.top:
            self.move_rows(*self.region, -1)
        else:
            self.cursor_up()

    def insert_lines(self, count=None):
        if self.region.top <= self.cursor.y <= self.region.bottom:
            self.move_rows(self.cursor.y, self.region.bottom, -(count or 1))
            self.carriage_return()

    def delete_lines(self, count=None):
        if self.region.top <= self.cursor.y <= self.region.bottom:
            self.move_rows(self.cursor.y, self.region.bottom, count or 1)
            self.carriage_return()

    def scroll_up(self, count=1, **_):
        self.move_rows(*self.region, count or 1)

    def scroll_down(self, count=1, **_):
        self.move_rows(*self.region, -(count or 1))

    def draw(self, data):
        super().draw(data)
        self.last = data[-1]

    def repeat(self, count=1, **_):
        self.draw(self.last * (count or 1))


class XtermStream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "S": "scroll_up", "T": "scroll_down", "b": "repeat"}
    events = pyte.ByteStream.events | {"scroll_up", "scroll_down", "repeat"}
