"""Users of another system: a program at a Unix socket that asio-chatd asks (docs/operating.md)."""

import contextlib
import json
import os
import socket
import socketserver
import subprocess
import threading

import pexpect
import pytest

from programs import BIN, PATIENCE, ROOT, Daemon, clean_environment, until

SCRIPTS = ROOT / "apps/authenticators"


@contextlib.contextmanager
def script(path, name, *arguments, env=None):
    program = subprocess.Popen(["/usr/bin/python3", "-B", SCRIPTS / name, path, *map(str, arguments)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=env or clean_environment())
    try:
        assert program.stdout.readline() == f"answering on {path}\n", program.communicate()
        yield program
    finally:
        program.terminate()
        program.communicate()


def log_in(d, name, password):
    """What asio-chat says, and its exit code."""
    done = subprocess.run([BIN / "asio-chat", "--ca", d.ca, f"{name}@localhost:{d.port}"], input="/whois "
                          f"{name}\n/quit\n", capture_output=True, text=True, timeout=PATIENCE,
                          env=clean_environment(CHAT_SECRET=password))
    return done.stdout + done.stderr, done.returncode


def users_of_htpasswd(directory):
    file = directory / "users"
    for first, name, password in (("-c", "alice", "wonderland"), ("-B", "bob", "builder")):
        subprocess.run(["htpasswd", "-i", "-B", *([first] if first == "-c" else []), file, name],
                       input=password.encode(), check=True, capture_output=True)
    return file


def test_the_users_of_htpasswd_come_in_and_nobody_else(tmp_path):
    path = str(tmp_path / "socket")
    with script(path, "htpasswd.py", users_of_htpasswd(tmp_path)), \
            Daemon(tmp_path, "--authenticator", path) as d:
        said, code = log_in(d, "alice", "wonderland")
        assert code == 0 and "alice" in said, said
        for name, password in (("alice", "builder"), ("carol", "wonderland"), ("alice", ""),
                               ("-c", "wonderland"), ("../users", "wonderland")):
            said, code = log_in(d, name, password) if password else log_in(d, name, " ")
            assert code != 0, (name, said)
        assert "wonderland" not in d.log


def test_the_client_asks_for_the_password_of_the_name_and_takes_it_as_that_of_an_account(tmp_path):
    path = str(tmp_path / "socket")
    with script(path, "htpasswd.py", users_of_htpasswd(tmp_path)), \
            Daemon(tmp_path, "--authenticator", path) as d:
        client = [str(BIN / "asio-chat"), "--ca", d.ca, f"alice@localhost:{d.port}"]

        def come(**env):
            done = subprocess.run(client, input="/quit\n", capture_output=True, text=True, timeout=PATIENCE,
                                  env=clean_environment(HOME=str(tmp_path), **env))
            return done.stdout + done.stderr, done.returncode

        said, code = come(CHAT_ACCOUNT_PASSWORD="wonderland")
        assert code == 0 and "[in #lobby" in said, said
        said, code = come(CHAT_ACCOUNT_PASSWORD="builder")
        assert code == 4 and said.endswith("wrong name or password\n"), said
        said, code = come()
        assert code == 4 and "--password-file FILE, or in the environment variable CHAT_ACCOUNT_PASSWORD" in said, said
        terminal = pexpect.spawn(client[0], ["--line", *client[1:]], encoding="utf-8", timeout=PATIENCE,
                                 env=clean_environment(HOME=str(tmp_path), TERM="xterm"))
        terminal.expect(f"Password of alice on localhost:{d.port}: ")
        terminal.sendline("builder")
        terminal.expect("wrong name or password")
        terminal.expect("Password of alice")
        terminal.sendline("wonderland")
        terminal.expect("in #lobby")
        terminal.sendline("/quit")
        terminal.expect(pexpect.EOF)
        assert terminal.wait() == 0


def test_who_cannot_be_asked_about_is_told_and_the_daemon_goes_on(tmp_path):
    path = str(tmp_path / "socket")
    with Daemon(tmp_path, "--authenticator", path, "--authenticator-timeout", "200ms") as d:
        assert until(lambda: "The authenticator cannot be asked" in d.log), d.log
        said, code = log_in(d, "alice", "wonderland")
        assert code != 0 and "cannot be found out now" in said, said
        with script(path, "htpasswd.py", users_of_htpasswd(tmp_path)):
            said, code = log_in(d, "alice", "wonderland")
            assert code == 0, said
            assert "The authenticator answers again" in d.log
        # One that takes the question and says nothing, then one that talks nonsense.
        for says in (b"", b"nonsense\n"):
            os.path.exists(path) and os.unlink(path)
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(path)
                server.listen()

                told = threading.Event()

                def answer(says=says, told=told):
                    with server.accept()[0] as c, contextlib.suppress(BrokenPipeError):
                        c.recv(1000)
                        c.sendall(says)
                        told.wait(PATIENCE)

                other = threading.Thread(target=answer)
                other.start()
                said, code = log_in(d, "alice", "wonderland")
                told.set()
                other.join()
                assert code != 0 and "cannot be found out now" in said, said
        with script(path, "htpasswd.py", users_of_htpasswd(tmp_path)):
            assert log_in(d, "alice", "wonderland")[1] == 0


def test_the_daemon_is_confined_and_stops_while_it_is_connected(tmp_path):
    path = str(tmp_path / "socket")
    with script(path, "htpasswd.py", users_of_htpasswd(tmp_path)), \
            Daemon(tmp_path, "--authenticator", path) as d:
        assert "Confined calls" in d.log or "Not confined calls" in d.log
        assert log_in(d, "bob", "builder")[1] == 0
        assert d.stop() == 0


def test_roles_and_names_come_from_the_program(tmp_path):
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        asked = []

        def answer():
            with server.accept()[0] as c, c.makefile("rb") as lines:
                for line in lines:
                    q = json.loads(line)
                    asked.append(q)
                    c.sendall(json.dumps({"id": q["id"], "accept": True, "user": "7", "name": "Alicia",
                                          "role": "operator"}).encode() + b"\n")

        threading.Thread(target=answer, daemon=True).start()
        with Daemon(tmp_path, "--authenticator", path) as d:
            done = subprocess.run(
                [BIN / "asio-chat", "--ca", d.ca, f"alice@localhost:{d.port}"], input="/bans\n/quit\n",
                capture_output=True, text=True, timeout=PATIENCE, env=clean_environment(CHAT_SECRET="s3cret"))
            assert "Alicia" in done.stdout + done.stderr, done
            assert "may not" not in done.stdout + done.stderr, done
    assert asked[0]["name"] == "alice" and asked[0]["password"] == "s3cret"
    assert asked[0]["address"].startswith("127.0.0.1:")


def test_pam_says_who_is_who(tmp_path):
    (tmp_path / "pam.d").mkdir()
    (tmp_path / "users").write_text("alice:wonderland:asio-chat\n")
    module = "/usr/lib/x86_64-linux-gnu/pam_wrapper/pam_matrix.so"
    if not os.path.exists(module):
        module = next(str(p) for p in __import__("pathlib").Path("/usr/lib").glob("*/pam_wrapper/pam_matrix.so"))
    (tmp_path / "pam.d/asio-chat").write_text("".join(
        f"{kind} required {module} passdb={tmp_path / 'users'}\n" for kind in ("auth", "account")))
    env = clean_environment(LD_PRELOAD="libpam_wrapper.so", PAM_WRAPPER="1",
                            PAM_WRAPPER_SERVICE_DIR=str(tmp_path / "pam.d"))
    path = str(tmp_path / "socket")
    with script(path, "pam.py", env=env), Daemon(tmp_path, "--authenticator", path) as d:
        said, code = log_in(d, "alice", "wonderland")
        assert code == 0, said
        for name, password in (("alice", "wrong"), ("bob", "wonderland")):
            assert log_in(d, name, password)[1] != 0


class Directory(socketserver.BaseRequestHandler):
    """As much of an LDAP server as a bind takes (RFC 4511), by the messages of ldap3."""

    users = {"uid=alice,ou=people": "wonderland", r"uid=a\,b,ou=people": "comma"}

    def handle(self):
        from ldap3.protocol.rfc4511 import BindResponse, LDAPMessage, MessageID, ProtocolOp, ResultCode
        from pyasn1.codec.ber import decoder, encoder
        while data := self.request.recv(4096):
            message, _ = decoder.decode(data, asn1Spec=LDAPMessage())
            if message["protocolOp"].getName() != "bindRequest":
                return
            bind = message["protocolOp"]["bindRequest"]
            right = self.users.get(str(bind["name"])) == str(bind["authentication"]["simple"])
            response = BindResponse()
            response["resultCode"] = ResultCode("success" if right else "invalidCredentials")
            response["matchedDN"] = ""
            response["diagnosticMessage"] = ""
            answer = LDAPMessage()
            answer["messageID"] = MessageID(int(message["messageID"]))
            answer["protocolOp"] = ProtocolOp().setComponentByName("bindResponse", response)
            self.request.sendall(encoder.encode(answer))


def test_ldap_says_who_is_who(tmp_path):
    path = str(tmp_path / "socket")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Directory) as directory:
        threading.Thread(target=directory.serve_forever, daemon=True).start()
        url = f"ldap://localhost:{directory.server_address[1]}"
        with script(path, "ldap.py", url, "uid={},ou=people"), Daemon(tmp_path, "--authenticator", path) as d:
            said, code = log_in(d, "alice", "wonderland")
            assert code == 0, said
            for name, password in (("alice", "wrong"), ("bob", "wonderland")):
                assert log_in(d, name, password)[1] != 0
        directory.shutdown()


def test_the_programs_take_no_file_for_a_socket(tmp_path):
    file = users_of_htpasswd(tmp_path)
    before = file.read_bytes()
    done = subprocess.run(["/usr/bin/python3", "-B", SCRIPTS / "htpasswd.py", file, tmp_path / "socket"],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and "no socket" in done.stderr
    assert file.read_bytes() == before


def test_whoever_guesses_waits(tmp_path):
    path = str(tmp_path / "socket")
    with script(path, "htpasswd.py", users_of_htpasswd(tmp_path)), \
            Daemon(tmp_path, "--authenticator", path, "--limit-loopback", "on") as d:
        for _ in range(3):
            assert "wrong name or password" in log_in(d, "alice", "guess")[0]
        log_in(d, "alice", "guess")  # what the first one cost has run down a little
        said, code = log_in(d, "alice", "wonderland")
        assert code != 0, said
        assert until(lambda: "max-penalty" in d.log), d.log


@pytest.mark.parametrize("arguments", [("ldap://ldap.example.org", "uid={}"), ("ldaps://localhost", "uid=alice")])
def test_ldap_refuses_what_would_be_insecure_or_wrong(tmp_path, arguments):
    done = subprocess.run(["/usr/bin/python3", "-B", SCRIPTS / "ldap.py", tmp_path / "socket", *arguments],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2 and "error:" in done.stderr


def test_settings_that_do_not_fit_are_refused(tmp_path):
    for options in (("--authenticator-user", "nobody"), ("--authenticator", "/" + "x" * 200),
                    ("--authenticator", "/s", "--second-factor", "everybody"),
                    ("--authenticator", "/s", "--authenticator-user", "nobody-of-that-name")):
        done = subprocess.run([BIN / "asio-chatd", "--listen", "127.0.0.1:0", "--data", tmp_path / "d", *options],
                              capture_output=True, text=True, timeout=PATIENCE, env=clean_environment())
        assert done.returncode == 2 and "authenticator" in done.stderr or "nobody-of-that-name" in done.stderr, done
