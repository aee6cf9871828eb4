#!/usr/bin/env python3
"""A client of asio-chat/2: native_2_client.py HOST PORT CA_FILE NAME [TOKEN EPOCH OFFSET]
protoc --python_out=. asio_chat.proto makes asio_chat_pb2. The last line says how to come back."""
import secrets, socket, ssl, struct, sys, threading
from asio_chat_pb2 import FromServer, ToServer

host, port, ca_file, name, *resume = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca_file)
trust.set_alpn_protocols(["asio-chat/2"])
tls = trust.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host)
token, place = (resume[0], tuple(map(int, resume[1:]))) if resume else (None, None)
logs = {}


def send(**what):
    payload = ToServer(**what).SerializeToString()
    tls.sendall(struct.pack("!I", len(payload)) + payload)


def say():
    for number, line in enumerate(sys.stdin, 1):
        send(send={"id": number, "text": line.rstrip("\n")})
    send(bye={})


def messages(data=b""):
    while part := tls.recv(65536):
        data += part
        while len(data) >= 4 and len(data) >= (end := 4 + int.from_bytes(data[:4], "big")):
            yield FromServer.FromString(data[4:end])
            data = data[end:]


after = {"after": dict(zip(("epoch", "offset"), place)), "resume": token} if resume else {"history": 0}
send(hello={"name": name, "ids": secrets.token_hex(8), **after})
for m in messages():
    what = m.WhichOneof("what")
    if what == "welcome":
        token = m.welcome.resume
    elif what == "room":
        place = place or (m.room.head.epoch, m.room.head.offset)
        threading.Thread(target=say, daemon=True).start()
    elif what == "log":
        authors = logs.setdefault(m.log.number, (m.log.epoch, []))[1]
        authors[m.log.first_author:] = m.log.authors
    elif what == "entries":
        epoch, authors = logs[m.entries.log]
        for e in m.entries.entries:
            print(f"{authors[e.author]}: {e.text}", flush=True)
        place = epoch, m.entries.first + len(m.entries.entries) - 1
    elif what == "ack" and m.ack.first == place[1] + 1:
        place = place[0], m.ack.first + m.ack.more
    elif what in ("error", "goodbye"):
        print(f"* {m.error.message or m.goodbye.phrase} *", flush=True)
print("come back:", token, *place, flush=True)
