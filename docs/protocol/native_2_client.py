#!/usr/bin/env python3
"""A client of asio-chat/2: native_2_client.py HOST PORT CA_FILE NAME [TOKEN EPOCH OFFSET]
protoc --python_out=. asio_chat.proto makes asio_chat_pb2. The last line says how to come back."""
import asio_chat_pb2, secrets, socket, ssl, sys, threading

host, port, ca_file, name, *back = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca_file)
trust.set_alpn_protocols(["asio-chat/2"])
tls = trust.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host)
stream, token, authors, place = tls.makefile("rb"), "", {}, [int(number) for number in back[1:]]


def send(**what):
    payload = asio_chat_pb2.ToServer(**what).SerializeToString()
    tls.sendall(len(payload).to_bytes(4, "big") + payload)


def say():
    for number, line in enumerate(sys.stdin, 1):
        send(send={"id": number, "text": line.rstrip("\n")})
    send(bye={})


start = {"resume": back[0], "after": dict(zip(("epoch", "offset"), place))} if back else {"history": 0}
send(hello={"name": name, "ids": secrets.token_hex(8), **start})
while header := stream.read(4):
    m = asio_chat_pb2.FromServer.FromString(stream.read(int.from_bytes(header, "big")))
    token = m.welcome.resume or token  # what a message does not have is empty
    authors.setdefault(m.log.number, [])[m.log.first_author:] = m.log.authors
    if m.HasField("room"):
        place = place if m.room.head.epoch in place else [m.room.head.epoch, m.room.head.offset]
        threading.Thread(target=say, daemon=True).start()
    for offset, e in enumerate(m.entries.entries, m.entries.first):
        print(f"{authors[m.entries.log][e.author]}: {e.text}", flush=True)
        place[1] = offset
    if m.HasField("ack") and m.ack.first == place[1] + 1:
        place[1] += 1 + m.ack.more
    if problem := m.error.message or m.goodbye.phrase:
        print(f"* {problem} *", flush=True)
print("come back:", token, *place, flush=True)
