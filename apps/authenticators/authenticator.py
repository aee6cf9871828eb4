"""Answers asio-chatd's question who somebody is. What a program has to say is in docs/operating.md
(Users of another system); the scripts beside this one use it, and so can one of yours:

    import authenticator
    authenticator.main(lambda question: {"accept": True, "user": question["name"]}
                       if is_right(question["name"], question.get("password")) else None)
"""

import argparse
import concurrent.futures
import json
import os
import re
import socket
import stat
import sys
import threading

LONGEST_LINE = 64 * 1024
# Programs that read a password from a line would take a part of such a one for the whole.
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Of a chat's names, those that no other system takes for something else, such as an option or a path.
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def answer_to(question, check):
    """What is said to one question. Whatever goes wrong in `check` lets nobody in."""
    answer = None
    name, password = question.get("name") or "", question.get("password") or ""
    # An LDAP server lets in whoever gives no password: as nobody.
    if PLAIN_NAME.fullmatch(name) and password and not CONTROL.search(password):
        answer = check(question)
    return {"id": question["id"], **(answer or {"accept": False, "reason": "wrong name or password"})}


def converse(connection, pool, check):
    writing = threading.Lock()

    def work(question):
        try:
            answer = answer_to(question, check)
        except Exception as e:  # such as a server that is down
            print(f"{question.get('name')}: {e}", file=sys.stderr, flush=True)
            answer = {"id": question["id"], "accept": False, "retry_after": 10,
                      "reason": "who you are cannot be found out now"}
        with writing:
            try:
                connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                pass  # the daemon has gone

    with connection, connection.makefile("rb") as lines:
        while line := lines.readline(LONGEST_LINE):
            try:
                question = json.loads(line)
            except ValueError:
                return  # no daemon says that
            pool.submit(work, question)


def listen(path):
    """Takes the place of a socket that nobody listens on any more."""
    if os.path.lexists(path):
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            sys.exit(f"{path} is a file that is no socket; the socket is named first")
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(path)
            except ConnectionRefusedError:
                os.unlink(path)
            else:
                sys.exit(f"another program listens on {path}")
    server = socket.socket(socket.AF_UNIX)
    before = os.umask(0o117)  # its user and its group may connect
    server.bind(path)
    os.umask(before)
    server.listen(16)
    return server


def serve(path, check, workers=16):
    with listen(path) as server, concurrent.futures.ThreadPoolExecutor(workers) as pool:
        print(f"answering on {path}", flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=converse, args=(connection, pool, check), daemon=True).start()


def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("socket", help="path of the Unix socket, as asio-chatd has it in `authenticator`")
    return parser


def main(check, description="Tells asio-chatd who is who.", given=None):
    given = given or options(description).parse_args()
    try:
        serve(given.socket, check)
    except KeyboardInterrupt:
        pass
    except OSError as e:
        sys.exit(f"{given.socket}: {e.strerror}")
