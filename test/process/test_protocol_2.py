"""`asio-chat/2` as others see it: by its schema alone, with protobuf's own reader."""

import importlib
import json
import socket
import ssl
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict

from programs import PATIENCE, ROOT, Daemon, clean_environment

PROTOCOL = ROOT / "docs/protocol"


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    """The classes that protoc makes of the schema."""
    made = tmp_path_factory.mktemp("schema")
    subprocess.run(["protoc", f"--python_out={made}", "-I", PROTOCOL, "asio_chat.proto"], check=True)
    sys.path.insert(0, str(made))
    yield importlib.import_module("asio_chat_pb2")
    sys.path.remove(str(made))


def payloads_of(frames):
    while frames:
        length = int.from_bytes(frames[:4], "big")
        yield frames[4:4 + length]
        frames = frames[4 + length:]


@pytest.mark.parametrize("part, kind", [("requests", "ToServer"), ("messages", "FromServer"), ("groups", "FromServer")])
def test_protobuf_reads_the_vectors_as_they_say_and_writes_the_same_bytes(schema, part, kind):
    for vector in json.loads((PROTOCOL / "asio_chat_2.json").read_text())[part]:
        read = []
        for payload in payloads_of(bytes.fromhex(vector["frames"])):
            message = getattr(schema, kind).FromString(payload)
            assert message.SerializeToString(deterministic=True) == payload, vector["name"]
            read.append(MessageToDict(message, preserving_proto_field_name=True))
        assert read == vector["messages"], vector["name"]


class Speaker:
    """A connection that is seen message by message."""

    def __init__(self, schema, daemon, **hello):
        self.schema, self.data = schema, b""
        context = ssl.create_default_context(cafile=daemon.ca)
        context.set_alpn_protocols(["asio-chat/2"])
        self.tls = context.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE),
                                       server_hostname="localhost")
        self.say(hello=hello)

    def say(self, **what):
        payload = self.schema.ToServer(**what).SerializeToString()
        self.tls.sendall(struct.pack("!I", len(payload)) + payload)

    def say_all(self, texts):
        """In one piece."""
        payloads = [self.schema.ToServer(send={"id": number, "text": text}).SerializeToString()
                    for number, text in enumerate(texts, 1)]
        self.tls.sendall(b"".join(struct.pack("!I", len(p)) + p for p in payloads))

    def hear(self, *kinds):
        """The next message of one of these kinds."""
        while True:
            while len(self.data) < 4 or len(self.data) < 4 + int.from_bytes(self.data[:4], "big"):
                part = self.tls.recv(65536)
                assert part, f"the connection ended before {kinds}"
                self.data += part
            end = 4 + int.from_bytes(self.data[:4], "big")
            message = self.schema.FromServer.FromString(self.data[4:end])
            self.data = self.data[end:]
            if (kind := message.WhichOneof("what")) in kinds:
                return getattr(message, kind)


def test_a_message_that_is_sent_again_by_its_number_is_said_once_also_after_a_restart(schema, tmp_path):
    with Daemon(tmp_path) as daemon:
        alice = Speaker(schema, daemon, name="alice", ids="c0ffee")
        token = alice.hear("welcome").resume
        alice.hear("room")
        for number in (1, 2, 3):
            alice.say(send={"id": number, "text": f"number {number}"})
        first = alice.hear("ack")
        assert (first.id, first.duplicate) == (1, False)
        while first.id + first.more < 3:
            more = alice.hear("ack")
            first.more += 1 + more.more
    with Daemon(tmp_path) as daemon:
        again = Speaker(schema, daemon, name="alice", ids="c0ffee", resume=token)
        again.hear("room")
        again.say(send={"id": 2, "text": "number 2"})
        repeated = again.hear("ack")
        assert (repeated.id, repeated.first, repeated.duplicate) == (2, first.first + 1, True)
        # Of another counter the same number is another message.
        other = Speaker(schema, daemon, name="alice", ids="decaf", resume=token)
        other.hear("room")
        other.say(send={"id": 2, "text": "number 2"})
        assert not other.hear("ack").duplicate


def test_acks_on_disk_cover_runs_and_one_can_come_back_to_each_place_in_them(schema, tmp_path):
    many = 300
    with Daemon(tmp_path) as daemon:
        alice = Speaker(schema, daemon, name="alice", ids="c0ffee")
        epoch = alice.hear("room").head.epoch
        alice.say_all(f"number {n}" for n in range(1, many + 1))
        places, frames = {}, 0
        while len(places) < many:
            ack = alice.hear("ack")
            frames += 1
            for n in range(ack.more + 1):
                places[ack.id + n] = {"epoch": epoch, "offset": ack.first + n, "tag": ack.tag,
                                      "tag_offset": ack.tag_offset or ack.first + n}
        assert sorted(place["offset"] for place in places.values()) == [places[1]["offset"] + n for n in range(many)]
        # As many as are stored in one record are told together.
        assert frames < many / 2
        for number in (1, 2, many // 2, many - 1):
            bob = Speaker(schema, daemon, name=f"bob-{number}", after=places[number])
            heard = bob.hear("entries", "gap")
            assert heard.DESCRIPTOR.name == "Entries", f"after number {number}"
            assert heard.first == places[number]["offset"] + 1
            assert heard.entries[0].text == f"number {number + 1}"
        # A place of another log is told as such.
        strange = dict(places[2], tag=places[2]["tag"] ^ 1)
        assert Speaker(schema, daemon, name="carol", after=strange).hear("entries", "gap").DESCRIPTOR.name == "Gap"


def test_a_refusal_names_the_message_by_its_number(schema, tmp_path):
    with Daemon(tmp_path) as daemon:
        alice = Speaker(schema, daemon, name="alice", ids="c0ffee")
        alice.hear("room")
        alice.say(send={"id": 7, "text": " "})
        refusal = alice.hear("error")
        assert (refusal.id, refusal.ref, refusal.code) == (7, "", "text_empty")


def test_a_client_of_thirty_lines_joins_says_hears_and_comes_back(schema, tmp_path):
    code = (PROTOCOL / "native_2_client.py").read_text().split('"""')[2]
    assert len([line for line in code.splitlines() if line.strip()]) <= 30

    def client(daemon, *resume):
        return subprocess.Popen(
            [sys.executable, PROTOCOL / "native_2_client.py", "localhost", str(daemon.port), daemon.ca, "alice", *resume],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=clean_environment(PYTHONPATH=str(Path(schema.__file__).parent)))

    with Daemon(tmp_path) as daemon:
        bob = daemon.join("bob")
        with client(daemon) as alice:
            alice.stdin.write("hello\n")
            alice.stdin.flush()
            bob.hear("alice: hello")
            bob.send("hi")
            assert alice.stdout.readline() == "bob: hi\n"
            said, _ = alice.communicate(timeout=PATIENCE)
        *_, last = said.splitlines()
        assert last.startswith("come back: ")
        bob.send("missed")
        with client(daemon, *last.split()[2:]) as alice:
            assert alice.stdout.readline() == "bob: missed\n"
            said, _ = alice.communicate("and back\n", timeout=PATIENCE)
        assert "hi" not in said
        bob.hear("alice: and back")
