"""OCSP stapling: from a file, from a responder, and judged by the client. A19."""

import json
import socket
import subprocess

import pytest

from programs import BIN, PATIENCE, Daemon, clean_environment, until


class House:
    """A CA, a server's certificate followed by its issuer, and the responses of the CA."""

    def __init__(self, directory):
        self.directory = directory
        self.certs("ca")
        self.certs("server", "--dns", "localhost", "--ip", "127.0.0.1")
        self.chain = directory / "chain.pem"
        self.put_together("server-cert.pem")
        self.index()

    def run(self, *command, code=0, text=""):
        done = subprocess.run([str(word) for word in command], cwd=self.directory, input=text,
                              text=True, capture_output=True, env=clean_environment(), timeout=PATIENCE)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def certs(self, *arguments, code=0):
        return self.run(BIN / "asio-chat-certs", *arguments, code=code)

    def openssl(self, *arguments):
        return self.run("openssl", *arguments)

    def put_together(self, *files):
        self.chain.write_text("".join((self.directory / name).read_text()
                                      for name in (*files, "ca-cert.pem")))

    def index(self, state="V", certificate="server-cert.pem"):
        number = self.openssl("x509", "-in", certificate, "-noout", "-serial").strip().split("=")[1]
        when = "250101000000Z" if state == "R" else ""
        (self.directory / "index.txt").write_text(
            f"{state}\t351231235959Z\t{when}\t{number}\tunknown\t/CN=localhost\n")

    def answer(self, state="V", certificate="server-cert.pem", signer="ca", name="answer.der",
               time=("-ndays", 1)):
        self.index(state, certificate)
        self.openssl("ocsp", "-index", "index.txt", "-rsigner", f"{signer}-cert.pem", "-rkey",
                     f"{signer}-key.pem", "-CA", "ca-cert.pem", "-issuer", "ca-cert.pem", "-cert",
                     certificate, *time, "-noverify", "-respout", name)
        return self.directory / name

    def must_staple(self):
        """Makes the server's certificate a must-staple one."""
        (self.directory / "ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n"
                                            "tlsfeature=status_request\n"
                                            f"authorityInfoAccess=OCSP;URI:{self.named}\n")
        self.openssl("req", "-new", "-key", "server-key.pem", "-subj", "/CN=localhost",
                     "-out", "csr")
        self.openssl("x509", "-req", "-in", "csr", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem",
                     "-extfile", "ext", "-days", 30, "-out", "server-cert.pem")
        self.put_together("server-cert.pem")

    named = "http://127.0.0.1:9/"

    def daemon(self, *options):
        return Daemon(self.directory, "--cert", self.chain, "--key",
                      self.directory / "server-key.pem", *options)

    def refusal(self, *options, code=1):
        """Returns the reason why a daemon does not start."""
        return self.run(BIN / "asio-chatd", "--listen", "127.0.0.1:0", "--check-config", "--cert",
                        self.chain, "--key", self.directory / "server-key.pem", *options, code=code)

    def status(self, d, version="-tls1_3"):
        """Returns what `openssl s_client` sees."""
        return self.openssl("s_client", "-connect", f"127.0.0.1:{d.port}", "-CAfile", "ca-cert.pem",
                            "-status", version)

    def probe(self, d, code=0):
        return json.loads(self.certs("probe", f"localhost:{d.port}", "--ca", "ca-cert.pem",
                                     "--json", code=code))

    def chat(self, d, code=0):
        return self.run(BIN / "asio-chat", f"ada@localhost:{d.port}", "--ca", "ca-cert.pem",
                        code=code, text="hello\n")


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


class Responder:
    """`openssl ocsp` on a port, with the index as it is when it starts."""

    def __init__(self, house, port=None):
        self.house = house
        if port is None:
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                port = s.getsockname()[1]
        self.port = port
        self.url = f"http://127.0.0.1:{port}/"

    def __enter__(self):
        self.process = subprocess.Popen(
            ["openssl", "ocsp", "-port", str(self.port), "-index", "index.txt", "-CA",
             "ca-cert.pem", "-rsigner", "ca-cert.pem", "-rkey", "ca-key.pem", "-nmin", "2"],
            cwd=self.house.directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert "waiting for OCSP client connections" in self.process.stderr.readline()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


# from a file


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_A19_a_response_from_a_file_is_stapled(house, version):
    with house.daemon("--ocsp-response", house.answer()) as d:
        shown = house.status(d, version)
        assert "OCSP Response Status: successful" in shown and "Cert Status: good" in shown
        staple = house.probe(d)["staple"]
        assert staple["status"] == "good" and staple["verified"] and staple["problem"] is None
        house.chat(d)


def test_A19_without_a_response_nothing_is_stapled(house):
    with house.daemon() as d:
        assert "no response sent" in house.status(d)
        assert house.probe(d)["staple"] is None


def test_A19_a_new_response_is_taken_at_once_and_a_wrong_one_never(house):
    answer = house.answer()
    with house.daemon("--ocsp-response", answer) as d:
        answer.write_bytes(b"no response")
        assert until(lambda: "Reload failed" in d.log)
        assert "answer.der' is none" in d.log
        assert house.probe(d)["staple"]["status"] == "good"
        house.answer("R")
        assert until(lambda: "The CA says that the server's certificate was revoked" in d.log)
        assert house.probe(d, code=3)["staple"]["status"] == "revoked"


def test_A19_a_wrong_response_is_refused_with_its_reason(house):
    def says(file):
        return house.refusal("--ocsp-response", file)

    assert "cannot be read: No such file" in says("nowhere.der")
    assert "chain.pem' is none: one in DER is asked for" in says(house.chain)
    (house.directory / "later.der").write_bytes(b"\x30\x03\x0a\x01\x03")
    assert "only an excuse of the responder: trylater" in says("later.der")
    endless = house.answer(name="endless.der", time=())
    assert "does not say how long it is good (nextUpdate)" in says(endless)
    house.certs("client", "alice")
    other = house.answer(certificate="alice-cert.pem", name="other.der")
    assert "is about another certificate than the server's (CN=localhost" in says(other)
    stranger = house.answer(signer="alice", name="stranger.der")
    assert "is not signed by the certificate's issuer" in says(stranger)
    unknown = house.directory / "unknown.der"
    house.index(certificate="alice-cert.pem")
    house.openssl("ocsp", "-index", "index.txt", "-rsigner", "ca-cert.pem", "-rkey", "ca-key.pem",
                  "-CA", "ca-cert.pem", "-issuer", "ca-cert.pem", "-cert", "server-cert.pem",
                  "-ndays", 1, "-noverify", "-respout", unknown)
    assert "does not know the server's certificate" in says(unknown)
    good = house.answer()
    house.chain.write_text((house.directory / "server-cert.pem").read_text())
    assert "which is not in the certificate file: append it there" in says(good)


def test_A19_a_responder_that_the_CA_has_delegated_is_believed(house):
    (house.directory / "ext").write_text("extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n")
    house.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-keyout", "speaker-key.pem", "-subj", "/CN=speaker", "-out", "csr")
    house.openssl("x509", "-req", "-in", "csr", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem",
                  "-extfile", "ext", "-days", 30, "-out", "speaker-cert.pem")
    with house.daemon("--ocsp-response", house.answer(signer="speaker")) as d:
        assert house.probe(d)["staple"]["verified"]


# judged by the client


def test_A19_a_server_that_staples_revoked_is_refused(house):
    with house.daemon("--ocsp-response", house.answer("R")) as d:
        said = house.chat(d, code=3)
        assert "the certificate of 'localhost' was revoked: so says the OCSP response" in said
        probed = house.probe(d, code=3)
        assert not probed["trusted"] and "was revoked" in probed["reason"]
        assert until(lambda: "refuses our certificate for what its OCSP response says" in d.log)
        assert "ada" not in d.log


def test_A19_a_must_staple_certificate_needs_a_good_staple(house):
    house.must_staple()
    with house.daemon() as d:
        said = house.chat(d, code=3)
        assert "(must-staple), and the server gave none" in said
        assert "must-staple" in house.probe(d, code=3)["reason"]
    with house.daemon("--ocsp-response", house.answer()) as d:
        house.chat(d)
        assert house.probe(d)["trusted"]


# from a responder


def test_A19_the_responder_is_asked_and_asked_again(house):
    with Responder(house) as responder, \
            house.daemon("--ocsp-responder", responder.url) as d:
        assert until(lambda: "The OCSP responder has answered status=good" in d.log)
        assert "Cert Status: good" in house.status(d)
        house.chat(d)
        house.index("R")
        port = responder.port
        responder.__exit__()
        # The responder has gone; the last response is still sent.
        d.process.send_signal(1)
        assert until(lambda: "No new OCSP response about the server's certificate" in d.log)
        assert "reason=\"connecting: Connection refused\"" in d.log
        assert house.probe(d)["staple"]["status"] == "good"
        # The responder is back, with another answer.
        with Responder(house, port):
            assert until(lambda: "certificate was revoked status=revoked" in d.log)
            house.chat(d, code=3)
        responder.__enter__()


def test_A19_auto_is_the_address_in_the_certificate(house):
    responder = Responder(house)
    house.named = responder.url
    house.must_staple()
    house.index()
    with responder, house.daemon("--ocsp-responder", "auto") as d:
        assert until(lambda: "The OCSP responder has answered status=good" in d.log)
        house.chat(d)
        assert d.stop() == 0


def test_A19_an_answer_that_proves_nothing_is_not_stapled(house):
    house.certs("client", "alice")
    house.index(certificate="alice-cert.pem")
    with Responder(house) as responder, house.daemon("--ocsp-responder", responder.url) as d:
        assert until(lambda: "does not know the server's certificate" in d.log)
        assert "no response sent" in house.status(d)


def test_A19_a_responder_that_never_answers_stops_nothing(house):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with house.daemon("--ocsp-responder", url) as d:
            silent.accept()
            house.chat(d)
            assert d.stop() == 0


def test_what_cannot_be_asked_is_refused(house):
    assert "names no OCSP responder that is asked over HTTP" in house.refusal(
        "--ocsp-responder", "auto", code=2)
    for url in ("https://a.example/", "http://", "http://u@a.example/", "a.example", "http://a b/"):
        done = subprocess.run([BIN / "asio-chatd", "--cert", house.chain, "--key", "k",
                               "--ocsp-responder", url], capture_output=True, text=True,
                              env=clean_environment(), timeout=PATIENCE)
        assert done.returncode == 2 and "is not the address of an OCSP responder" in done.stderr
