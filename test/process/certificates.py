"""Certificates for a session of tests, good ones and odd ones: made by asio-chat-certs, or by
openssl where asio-chat-certs makes no such thing."""

import subprocess

import pytest

from programs import BIN, clean_environment

KEY_KINDS = ("ecdsa", "rsa", "ed25519")


class Pair:
    def __init__(self, certificate, key):
        self.certificate = certificate
        self.key = key
        key.chmod(0o600)


class Certificates:
    """A CA of ours, a foreign one, and what they have issued, all in one directory."""

    def __init__(self, directory):
        self.directory = directory
        self.ca = directory / "ca/ca-cert.pem"
        self._make("ca", "--out", "ca")
        self._make("ca", "--out", "other-ca", "--cn", "another CA")
        self.servers = {kind: self._server(f"server-{kind}", "--key", kind) for kind in KEY_KINDS}
        self.misnamed_server = self._server("misnamed", "--dns", "elsewhere.example", "--ip",
                                            "192.0.2.7")
        self.stranger_server = self._server("stranger", ca="other-ca")
        self.expired_server = self._expired("expired-server", "/CN=localhost",
                                            "subjectAltName=DNS:localhost")
        self.good_client = self._client("good")
        self.stranger_client = self._client("mallory", ca="other-ca")
        self.expired_client = self._expired("late", "/CN=late", "extendedKeyUsage=clientAuth")
        self._make("self-signed", "anchored", "--cn", "anchored")
        self._make("self-signed", "alien", "--cn", "alien")
        self.anchored_client = self._pair("anchored.crt", "anchored.key")
        self.alien_client = self._pair("alien.crt", "alien.key")
        self.client_trust = directory / "client-trust.pem"
        self.client_trust.write_bytes(self.ca.read_bytes() +
                                      self.anchored_client.certificate.read_bytes())

    def _run(self, *command):
        subprocess.run([str(word) for word in command], cwd=self.directory, check=True,
                       capture_output=True, env=clean_environment())

    def _make(self, *arguments):
        self._run(BIN / "asio-chat-certs", *arguments)

    def _pair(self, certificate, key):
        return Pair(self.directory / certificate, self.directory / key)

    def _server(self, folder, *options, ca="ca"):
        self._make("server", "--out", folder, "--ca-cert", f"{ca}/ca-cert.pem", "--ca-key",
                   f"{ca}/ca-key.pem", *options)
        return self._pair(f"{folder}/server-cert.pem", f"{folder}/server-key.pem")

    def _client(self, name, ca="ca"):
        self._make("client", name, "--ca-cert", f"{ca}/ca-cert.pem", "--ca-key", f"{ca}/ca-key.pem")
        return self._pair(f"{name}-cert.pem", f"{name}-key.pem")

    def _expired(self, name, subject, extension):
        self._run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                  "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject,
                  "-addext", extension)
        self._run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca/ca-cert.pem",
                  "-CAkey", "ca/ca-key.pem", "-copy_extensions", "copy", "-days", "-1",
                  "-out", f"{name}.crt")
        return self._pair(f"{name}.crt", f"{name}.key")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))
