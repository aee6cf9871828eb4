"""`asio-chat/2` as others see it: by its schema alone, with protobuf's own reader."""

import importlib
import json
import subprocess
import sys

import pytest
from google.protobuf.json_format import MessageToDict

from programs import ROOT

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
