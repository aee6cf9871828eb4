#!/usr/bin/env python3
"""A client of the text protocol: text_client.py HOST PORT CA_FILE NAME"""
import os, socket, ssl, struct, sys, threading, time

sending = threading.Lock()


def send(tls, text):
    payload = text.encode()
    with sending:
        tls.sendall(struct.pack("!I", len(payload)) + payload)


def keep_alive(tls):
    try:
        while True:
            time.sleep(60)
            send(tls, "")
    except OSError:
        pass


def receive(tls):
    def exactly(n):
        data = b""
        while len(data) < n:
            part = tls.recv(n - len(data))
            if not part:
                raise EOFError
            data += part
        return data
    (length,) = struct.unpack("!I", exactly(4))
    if length > 8192:
        raise OSError("a frame that is too long")
    return exactly(length).decode()


def harmless(text):
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def show_all(tls):
    try:
        while True:
            print(harmless(receive(tls)), flush=True)
    except (EOFError, OSError):
        print("[disconnected]", flush=True)


host, port, ca_file, name = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca_file)
with socket.create_connection((host, int(port)), timeout=10) as tcp:
    with trust.wrap_socket(tcp, server_hostname=host) as tls:
        tls.settimeout(None)
        if "CHAT_SECRET" in os.environ:
            send(tls, os.environ["CHAT_SECRET"])
        send(tls, name)
        reader = threading.Thread(target=show_all, args=[tls])
        reader.start()
        threading.Thread(target=keep_alive, args=[tls], daemon=True).start()
        for line in sys.stdin:
            send(tls, line.rstrip("\n"))
        send(tls, "/quit")
        reader.join()
