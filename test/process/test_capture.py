"""What a machine on the wire can see and change: everything without TLS, nothing with it.

The commands are those of docs/security.md. Rows B20, B28, B31, E4, E8."""

import shlex
import shutil
import ssl
import subprocess

import pytest

from capture import PlainClient, Proxy, Sniffer, needs_tshark, read_packets, tls_records
from programs import BIN, PATIENCE, ROOT, Daemon, LessonClient, clean_environment, until

SECRET = "open sesame"
CANARY = "the canary sings at dawn"
CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23


@pytest.fixture
def daemon(tmp_path):
    """A daemon that listens with TLS on `port` and without TLS on `plain_port`."""
    with Daemon(tmp_path, "--insecure-plaintext-listen", "127.0.0.1:0",
                env=clean_environment(CHAT_SECRET=SECRET)) as d:
        line = d.process.stdout.readline()
        assert line.startswith("listening without TLS on 127.0.0.1:")
        d.plain_port = int(line.rsplit(":", 1)[1])
        yield d


def say(client, listener, text):
    client.hear("ok")
    listener.hear("* canary-bird joined the chat *")
    client.send(text)
    listener.hear(f"canary-bird: {text}")
    listener.send(f"heard: {text}")
    client.hear(f"listener: heard: {text}")


def listener_of(daemon):
    listener = LessonClient(daemon.port, daemon.ca, SECRET, "listener")
    listener.hear("* listener joined the chat *")
    return listener


def test_E4_B20_B28_without_tls_everything_shows_and_with_it_nothing(daemon):
    listener = listener_of(daemon)
    with Proxy(daemon.plain_port) as plain:
        say(PlainClient(plain.port, SECRET, "canary-bird"), listener, CANARY)
        for shown in (SECRET, "canary-bird", CANARY, f"heard: {CANARY}"):
            assert shown.encode() in plain.seen
    listener.hear("* canary-bird left *")
    with Proxy(daemon.port) as sealed:
        say(LessonClient(sealed.port, daemon.ca, SECRET, "canary-bird"), listener, CANARY)
        for hidden in (SECRET, "canary", "listener", "sings", "joined"):
            assert hidden.encode() not in sealed.seen
        # The bytes are TLS 1.3: the hellos are in the clear, and everything else is application data.
        for stream in (sealed.to_server, sealed.to_client):
            types = [kind for kind, _ in tls_records(stream)]
            assert types[0] == HANDSHAKE
            assert set(types[1:]) <= {CHANGE_CIPHER_SPEC, APPLICATION_DATA}
        assert sealed.to_server[5] == 1 and sealed.to_client[5] == 2  # ClientHello, ServerHello
    assert f"Insecure: listening on 127.0.0.1:{daemon.plain_port}" in daemon.log
    assert daemon.log.count("Insecure connection with") == 1


def test_B20_the_client_of_ours_shows_nothing_either(daemon, tmp_path):
    listener = listener_of(daemon)
    with Proxy(daemon.port) as sealed:
        done = subprocess.run(
            [BIN / "asio-chat", "--ca", daemon.ca, f"canary-bird@localhost:{sealed.port}"],
            input=f"{CANARY}\n", capture_output=True, text=True, timeout=PATIENCE,
            env=clean_environment(CHAT_SECRET=SECRET, XDG_STATE_HOME=str(tmp_path / "state")))
        assert done.returncode == 0, done.stderr
        assert listener.hear(f"canary-bird: {CANARY}")
        assert len(sealed.seen) > 1000
        for hidden in (SECRET, "canary", "sings"):
            assert hidden.encode() not in sealed.seen


def test_E4_B28_without_tls_a_message_is_changed_on_its_way_and_with_it_never(daemon):
    listener = listener_of(daemon)
    with Proxy(daemon.plain_port) as plain:
        bird = PlainClient(plain.port, SECRET, "canary-bird")
        listener.hear("* canary-bird joined the chat *")
        plain.change = lambda data: data.replace(b"dawn", b"dusk")
        bird.send(CANARY)
        assert listener.receive() == "canary-bird: the canary sings at dusk"
    listener.hear("* canary-bird left *")
    with Proxy(daemon.port) as sealed:
        bird = LessonClient(sealed.port, daemon.ca, SECRET, "canary-bird")
        listener.hear("* canary-bird joined the chat *")
        sealed.change = lambda data: data[:-1] + bytes([data[-1] ^ 1])
        bird.send(CANARY)
        assert listener.receive() == "* canary-bird left *"
    assert until(lambda: "a record of the client was changed on its way" in daemon.log)


class Document:
    """Runs the commands that docs/security.md shows, for this daemon and in this directory."""

    def __init__(self, daemon, directory):
        self.directory = directory
        self.ports = {"8443": str(daemon.port), "9080": str(daemon.plain_port)}
        self.lines = (ROOT / "docs/security.md").read_text().splitlines()

    def command(self, beginning):
        (line,) = [line for line in self.lines if line.startswith(beginning)]
        for shown, real in self.ports.items():
            line = line.replace(shown, real)
        return line

    def run(self, beginning):
        return subprocess.run(self.command(beginning), shell=True, cwd=self.directory,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=PATIENCE).stdout

    def sniffer(self, beginning, port):
        command = shlex.split(self.command(beginning))
        file = self.directory / command[-1]
        return Sniffer([*command[:-1], file], file, port)


@needs_tshark
def test_E8_B20_E4_the_commands_of_the_document_show_handshakes_and_no_text(daemon, tmp_path):
    document = Document(daemon, tmp_path)
    listener = listener_of(daemon)
    with document.sniffer("tshark -i lo -f 'tcp port 8443'", daemon.port):
        say(LessonClient(daemon.port, daemon.ca, SECRET, "canary-bird"), listener, CANARY)
    opening = document.run("tshark -r chat.pcapng -Y tcp.flags.syn==1")
    assert "[SYN]" in opening and "[SYN, ACK]" in opening
    handshake = document.run("tshark -r chat.pcapng -Y tls.handshake")
    assert "Client Hello" in handshake and "Server Hello" in handshake
    assert "Application Data" in document.run("tshark -r chat.pcapng -Y tls.app_data")
    assert document.run("grep -c 'at dawn' chat.pcapng") == "0\n"
    assert SECRET.encode() not in (tmp_path / "chat.pcapng").read_bytes()

    listener.hear("* canary-bird left *")
    with document.sniffer("tshark -i lo -f 'tcp port 9080'", daemon.plain_port):
        say(PlainClient(daemon.plain_port, SECRET, "canary-bird"), listener, CANARY)
    assert int(document.run("grep -c 'at dawn' plain.pcapng")) > 0
    assert SECRET.encode() in (tmp_path / "plain.pcapng").read_bytes()


@pytest.mark.skipif(not shutil.which("nc"), reason="nc is not installed")
def test_E4_without_tls_a_line_of_shell_is_a_client(tmp_path):
    with Daemon(tmp_path, "--insecure-plaintext-listen", "127.0.0.1:0") as daemon:
        daemon.plain_port = int(daemon.process.stdout.readline().rsplit(":", 1)[1])
        listener = daemon.join("listener")
        Document(daemon, tmp_path).run("printf")
        assert listener.hear(f"bob: {CANARY}")


@needs_tshark
@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_B31_B20_the_servers_key_opens_no_recorded_session(tmp_path, version):
    """The RSA key does not decrypt a recorded session; the keys of the session do."""
    subprocess.run([BIN / "asio-chat-certs", "self-signed", "server", "--key", "rsa"], cwd=tmp_path,
                   check=True, capture_output=True)
    cert, key, file = tmp_path / "server.crt", tmp_path / "server.key", tmp_path / "x.pcapng"
    with Daemon(tmp_path, "--cert", cert, "--key", key) as daemon:
        context = ssl.create_default_context(cafile=cert)
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
        context.keylog_filename = str(tmp_path / "session-keys")
        capture = ["tshark", "-i", "lo", "-f", f"tcp port {daemon.port}", "-w", file]
        with Sniffer(capture, file, daemon.port):
            bird = LessonClient(daemon.port, cert, "canary-bird", context=context)
            bird.hear("* canary-bird joined the chat *")
            bird.close()
        streams = set(read_packets(file, "-T", "fields", "-e", "tcp.stream").split())

        def followed(*options):
            return "".join(read_packets(file, "-d", f"tcp.port=={daemon.port},tls", *options, "-q",
                                        "-z", f"follow,tls,ascii,{n}") for n in streams)

        assert "canary-bird joined" in followed("-o", f"tls.keylog_file:{tmp_path}/session-keys")
        assert "canary" not in followed("-o", f'uat:rsa_keys:"{key}",""')
