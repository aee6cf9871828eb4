"""Clients of the native protocol on asyncio, many of them in one process.

A client comes back by itself as who it was: with its token, from the last entry it has, and it sends
once more what was not acknowledged. What it sent, what was promised and what it saw is kept.
"""

import asyncio
import functools
import json
import ssl
import struct

from programs import PATIENCE


class Ledger:
    """Records every message and every acknowledgement, a line each, in a file outside of the server's directory."""

    def __init__(self, path):
        self.file = open(path, "w")

    def sent(self, id):
        self.file.write(f"sent {id}\n")

    def promised(self, id, position):
        self.file.write(f"promised {id} {position[0]} {position[1]}\n")

    def close(self):
        self.file.close()


def read_ledger(path):
    """Gives all ids in the order in which they were first sent, and their acknowledged positions."""
    sent, promised = {}, {}
    for line in open(path):
        what, id, *position = line.split()
        if what == "sent":
            sent[id] = None
        else:
            promised.setdefault(id, set()).add(tuple(map(int, position)))
    return list(sent), promised


def position_of(message, key="position"):
    return message[key]["epoch"], message[key]["offset"]


def wire_position(position):
    return {"epoch": position[0], "offset": position[1]}


@functools.cache
def native_context(ca):
    context = ssl.create_default_context(cafile=ca)
    context.set_alpn_protocols(["asio-chat/1"])
    return context


class Connection(asyncio.Protocol):
    """One TLS connection. It gives whole messages to `owner.heard`, and reports its end to `owner.cut`."""

    def __init__(self, owner):
        self.owner, self.rest, self.transport = owner, b"", None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        data = self.rest + data if self.rest else data
        at = 0
        while len(data) - at >= 4:
            (length,) = struct.unpack_from("!I", data, at)
            if len(data) - at - 4 < length:
                break
            self.owner.heard(json.loads(data[at + 4:at + 4 + length]))
            at += 4 + length
        self.rest = data[at:]

    def connection_lost(self, _):
        self.owner.cut(self)

    def send(self, **message):
        payload = json.dumps(message).encode()
        self.transport.write(struct.pack("!I", len(payload)) + payload)


class NativeClient:
    """A member of the default room. `run` keeps it connected until `stop`."""

    def __init__(self, name, port, ca, ledger=None):
        self.name, self.port, self.ledger = name, port, ledger
        self.context = native_context(ca)
        self.connection = None
        self.connected = asyncio.Event()  # and in the room
        self.token = None
        self.start = None           # the head of the room at the first join
        self.position = None        # of the last entry that was received
        self.waiting = {}           # id -> text, not acknowledged
        self.seen = []              # (position, from, text)
        self.acks = {}              # id -> position
        self.found_stored = 0       # messages sent again that had been stored the first time
        self.refusals = []          # the messages of type `error`
        self.goodbyes = []
        self.gaps = []
        self.wrong = []             # sentences about broken promises
        self.next_id = 0
        self.pages = {}             # ref -> future
        self.news = asyncio.Event()  # set when something was acknowledged, refused or heard
        self.stopped = False

    # The actions of a person.

    def say(self, text):
        """Sends a message now, or after the next reconnection. Returns its id."""
        self.next_id += 1
        id = f"{self.name}-{self.next_id}"
        if self.ledger:
            self.ledger.sent(id)
        self.waiting[id] = text
        if self.connected.is_set():
            self.connection.send(type="send", id=id, text=text)
        return id

    def say_again(self, id, text):
        """Sends an acknowledged message again; the answer has to be the same."""
        if self.connected.is_set():
            self.connection.send(type="send", id=id, text=text)

    async def answer(self, id, timeout=PATIENCE):
        """Waits for the answer. Returns the position of the message, or None if it was refused."""
        async def answered():
            while id in self.waiting:
                self.news.clear()
                await self.news.wait()
        await asyncio.wait_for(answered(), timeout)
        return self.acks.get(id)

    async def history(self, after, limit=1000):
        """Asks for a page and returns it."""
        ref = f"page-{after[1]}"
        self.pages[ref] = asyncio.get_running_loop().create_future()
        self.connection.send(type="history", ref=ref, room="", after=wire_position(after), limit=limit)
        return await asyncio.wait_for(self.pages[ref], PATIENCE)

    async def whole_log(self):
        """Returns all entries of the room as (position, from, text)."""
        entries, after, more = [], (0, 0), True
        while more:
            page = await self.history(after)
            entries += [(position_of(e), e["from"], e["text"]) for e in page["entries"]]
            more = page["more"]
            after = entries[-1][0] if entries else after
        return entries

    # The connection.

    async def run(self):
        while not self.stopped:
            try:
                await self.connect()
            except (OSError, ssl.SSLError):
                await asyncio.sleep(0.02)
                continue
            while self.connection and not self.stopped:
                self.news.clear()
                await self.news.wait()

    async def connect(self):
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(self), "127.0.0.1", self.port, ssl=self.context,
            server_hostname="localhost")
        if connection.transport.is_closing():
            return
        self.connection = connection
        hello = {"type": "hello", "name": self.name}
        if self.token:
            hello["resume"] = self.token
        if self.position:
            hello["after"] = wire_position(self.position)
        else:
            hello["history"] = 0
        connection.send(**hello)

    def stop(self):
        self.stopped = True
        if self.connection:
            self.connection.transport.abort()
        self.news.set()

    def cut(self, connection):
        if connection is self.connection:
            self.connection = None
            self.connected.clear()
            self.news.set()

    def heard(self, message):
        getattr(self, "on_" + message["type"], lambda _: None)(message)

    def on_welcome(self, message):
        if message["name"] != self.name:
            self.wrong.append(f"{self.name} was welcomed as {message['name']}")
        self.token = message["resume"]

    def on_room(self, message):
        if not self.start:
            self.start = self.position = position_of(message, "head")
        self.connected.set()
        self.news.set()
        for id, text in self.waiting.items():
            self.connection.send(type="send", id=id, text=text)

    def on_event(self, message):
        if message["kind"] == "gap":
            self.gaps.append(message)
        if "position" not in message:
            return
        at = position_of(message)
        if at <= self.position:
            self.wrong.append(f"{self.name} has {self.position} and got {at}: {message['text']}")
        self.position = at
        self.seen.append((at, message["from"], message["text"]))
        self.news.set()

    def on_ack(self, message):
        id, at = message["id"], position_of(message)
        if self.waiting.pop(id, None) is not None and message["duplicate"]:
            self.found_stored += 1
        if self.acks.setdefault(id, at) != at:
            self.wrong.append(f"{id} was promised at {self.acks[id]} and then at {at}")
        if self.ledger:
            self.ledger.promised(id, at)
        self.news.set()

    def on_error(self, message):
        self.refusals.append(message)
        self.waiting.pop(message["ref"], None)
        if message["code"] == "name_taken" and self.connection:
            self.connection.transport.abort()  # the server does not know yet that the client has left
        self.news.set()

    def on_history(self, message):
        self.pages.pop(message["ref"]).set_result(message)

    def on_goodbye(self, message):
        self.goodbyes.append(message)
