"""The terminal that the full screen is looked at with: pyte, and what it lacks of an xterm."""

import pyte


class XtermScreen(pyte.Screen):
    """With what xterm's terminfo has and pyte has not: SU, SD, REP."""

    def scroll_up(self, count=1, **_):
        self.scroll(self.index, (self.margins or pyte.screens.Margins(0, self.lines - 1)).bottom, count)

    def scroll_down(self, count=1, **_):
        self.scroll(self.reverse_index, (self.margins or pyte.screens.Margins(0, self.lines - 1)).top, count)

    def scroll(self, how, row, count):
        x, y, self.cursor.y = self.cursor.x, self.cursor.y, row
        for _ in range(count or 1):
            how()
        self.cursor.x, self.cursor.y = x, y

    def draw(self, data):
        super().draw(data)
        self.last = data[-1]

    def repeat(self, count=1, **_):
        self.draw(self.last * (count or 1))


class XtermStream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "S": "scroll_up", "T": "scroll_down", "b": "repeat"}
    events = pyte.ByteStream.events | {"scroll_up", "scroll_down", "repeat"}
