"""Users of an OpenID Connect issuer: tokens by a file of its keys (docs/operating.md)."""

import base64
import json
import os
import subprocess
import time

import pexpect
import pytest

from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, until

ISSUER = "https://id.example.org/realm"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, **how):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **how).stdout


class Key:
    """An RSA key of an issuer, by the program openssl."""

    def __init__(self, directory, kid):
        self.file, self.kid = directory / f"{kid}.pem", kid
        openssl("genrsa", "-out", self.file, "2048")

    def public(self):
        modulus = openssl("rsa", "-in", self.file, "-noout", "-modulus").decode().strip().split("=")[1]
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "e": "AQAB", "n": base64url(bytes.fromhex(modulus))}

    def token(self, name, **claims):
        claims = {"iss": ISSUER, "aud": "chat", "sub": f"id-of-{name}", "preferred_username": name,
                  "exp": int(time.time()) + 600, **claims}
        signed = ".".join(base64url(json.dumps(part).encode())
                          for part in ({"alg": "RS256", "kid": self.kid}, claims))
        return signed + "." + base64url(openssl("dgst", "-sha256", "-sign", self.file, input=signed.encode()))


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return Key(tmp_path_factory.mktemp("issuer"), "one")


def write_keys(file, *keys):
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"keys": [k.public() for k in keys]}))
    new.rename(file)


def options(file, *more):
    return ("--oidc-keys", file, "--oidc-issuer", ISSUER, "--oidc-audience", "chat", *more)


@pytest.fixture
def keys(tmp_path, key):
    write_keys(tmp_path / "keys.json", key)
    return tmp_path / "keys.json"


def log_in(d, name, token, *more, lines="/whois {name}\n/quit\n"):
    """What asio-chat says, and its exit code."""
    done = subprocess.run([BIN / "asio-chat", "--ca", d.ca, *more, f"{name}@localhost:{d.port}"],
                          input=lines.format(name=name), capture_output=True, text=True, timeout=PATIENCE,
                          env=clean_environment(**({"CHAT_SECRET": token} if token else {})))
    return done.stdout + done.stderr, done.returncode


@pytest.mark.parametrize("protocol", ["1", "2"])
def test_a_token_lets_its_owner_in_under_their_name(tmp_path, key, keys, protocol):
    with Daemon(tmp_path, *options(keys)) as d:
        said, code = log_in(d, "whoever", key.token("alice"), "--protocol", protocol, lines="/whois alice\n/quit\n")
        assert code == 0 and "alice" in said and "whoever" not in said, said
        said, code = log_in(d, "alice", None, "--protocol", protocol)
        assert code == 4 and f"wants a token of {ISSUER}" in said, said
        said, code = log_in(d, "alice", key.token("alice", exp=int(time.time()) - 60), "--protocol", protocol)
        assert code == 4 and "the token has expired; get a new one" in said, said
        said, code = log_in(d, "alice", key.token("no@name"), "--protocol", protocol)
        assert code == 4 and "name" in said, said
        assert "the token has expired" in d.log and key.token("alice")[:40] not in d.log
        assert "Anyone who can reach a port can join" not in d.log


def test_a_token_comes_from_a_file_or_is_pasted(tmp_path, key, keys):
    with Daemon(tmp_path, *options(keys)) as d:
        file = tmp_path / "token"
        file.write_text(key.token("alice") + "\n")
        file.chmod(0o600)
        said, code = log_in(d, "alice", None, "--passphrase-file", file)
        assert code == 0, said
        # The longest that a client takes, with what makes real ones long.
        file.write_text(key.token("alice", groups=["x" * 100] * 40))
        assert 5000 < file.stat().st_size < 8192
        said, code = log_in(d, "alice", None, "--passphrase-file", file)
        assert code == 0, said
        # Terminals take lines of 4,095 bytes.
        terminal = pexpect.spawn(str(BIN / "asio-chat"), ["--line", "--ca", d.ca, f"alice@localhost:{d.port}"],
                                 encoding="utf-8", timeout=PATIENCE, env=clean_environment(TERM="xterm"))
        terminal.expect("Token of ")
        terminal.sendline(key.token("alice", groups=["x" * 100] * 20))
        terminal.expect("alice")
        terminal.sendline("/quit")
        terminal.expect(pexpect.EOF)
        assert terminal.wait() == 0


def test_a_client_of_the_text_protocol_says_its_token_first(tmp_path, key, keys):
    with Daemon(tmp_path, *options(keys)) as d:
        client = LessonClient(d.port, d.ca, key.token("alice"), "anything")
        assert "* alice joined the chat *" in client.hear("* alice joined the chat *")
        other = LessonClient(d.port, d.ca, key.token("alice", aud="other"), "alice")
        heard = []
        with pytest.raises(EOFError):
            while True:
                heard.append(other.receive())
        assert heard[-1] == "wrong passphrase", heard


def test_keys_change_under_the_confined_daemon_and_wrong_ones_are_told(tmp_path, key):
    # As a mounted secret does it: a link to a directory, which is replaced.
    first, second = tmp_path / "v1", tmp_path / "v2"
    other = Key(tmp_path, "two")
    for directory, issued in ((first, (key,)), (second, (key, other))):
        directory.mkdir()
        write_keys(directory / "keys.json", *issued)
    link = tmp_path / "now"
    link.symlink_to(first)
    with Daemon(tmp_path, *options(link / "keys.json")) as d:
        assert "Confined calls" in d.log or "Not confined calls" in d.log
        said, code = log_in(d, "bob", other.token("bob"))
        assert code == 4 and "a key that this server does not know" in said, said
        (tmp_path / "next").symlink_to(second)
        os.replace(tmp_path / "next", link)
        assert until(lambda: log_in(d, "bob", other.token("bob"))[1] == 0), d.log
        assert log_in(d, "alice", key.token("alice"))[1] == 0
        (second / "keys.json").write_text('{"keys": [{"kty": "RSA", "kid": "new", "e": "AQAB", "n": "7"}]}')
        assert until(lambda: "Reload failed" in d.log), d.log
        assert "key 1 (kid «new»)" in d.log and "now/keys.json" in d.log, d.log
        assert log_in(d, "bob", other.token("bob"))[1] == 0
        write_keys(second / "keys.json", key)
        assert until(lambda: "does not know" in log_in(d, "bob", other.token("bob"))[0])
        assert d.stop() == 0


def test_roles_come_from_a_claim(tmp_path, key, keys):
    with Daemon(tmp_path, *options(keys, "--oidc-role-claim", "groups")) as d:
        said, _ = log_in(d, "alice", key.token("alice"), lines="/bans\n/quit\n")
        assert "may not" in said, said
        said, _ = log_in(d, "alice", key.token("alice", groups=["staff", "operator"]), lines="/bans\n/quit\n")
        assert "may not" not in said, said


def test_settings_that_do_not_fit_are_refused_and_checked(tmp_path, keys):
    check = [BIN / "asio-chatd", "--check-config", "--listen", "127.0.0.1:0", "--data", tmp_path / "d"]

    def refusal(*given, **env):
        done = subprocess.run([*check, *map(str, given)], capture_output=True, text=True, timeout=PATIENCE,
                              env=clean_environment(**env))
        assert done.returncode in (1, 2), done  # a file, a setting
        return done.stderr

    good = subprocess.run([*check, *map(str, options(keys))], capture_output=True, text=True, timeout=PATIENCE,
                          env=clean_environment())
    assert good.returncode == 0 and "configuration OK" in good.stdout, good
    assert "oidc-keys needs oidc-issuer" in refusal("--oidc-keys", keys)
    assert "without oidc-keys" in refusal("--oidc-issuer", ISSUER)
    assert "leave one of them out" in refusal(*options(keys, "--authenticator", "/s"))
    assert "leave one of them out" in refusal(*options(keys, "--second-factor", "everybody"))
    assert "CHAT_SECRET" in refusal(*options(keys), CHAT_SECRET="sesame")
    assert "missing.json" in refusal(*options(tmp_path / "missing.json"))
    keys.write_text("nonsense")
    assert "keys.json" in (said := refusal(*options(keys))) and "no JSON" in said
