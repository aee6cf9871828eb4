"""What the scanners of others say about asio-chatd: sslscan, and testssl.sh, which takes minutes.

Rows B9, B10, B12, B31."""

import json
import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

from certificates import certificates  # noqa: F401 (a fixture)
from programs import ROOT, Daemon, LessonClient, clean_environment

# Both kinds of keys have their own suites, so both are scanned.
SCANNED = ("ecdsa", "rsa")


@pytest.fixture(scope="module")
def daemons(certificates, tmp_path_factory):  # noqa: F811
    def start(kind):
        pair = certificates.servers[kind]
        return Daemon(tmp_path_factory.mktemp(kind), "--cert", pair.certificate, "--key", pair.key)

    started = {kind: start(kind) for kind in SCANNED}
    yield started
    for daemon in started.values():
        daemon.stop()


def still_serves(daemon, certificates):  # noqa: F811
    return LessonClient(daemon.port, certificates.ca, "after").receive() == "* after joined the chat *"


@pytest.mark.skipif(not shutil.which("sslscan"), reason="sslscan is not installed")
@pytest.mark.parametrize("kind", SCANNED)
def test_B9_B10_B12_B31_sslscan_sees_tls_1_2_and_1_3_aead_and_nothing_else(
        daemons, certificates, tmp_path, kind):  # noqa: F811
    report = tmp_path / "sslscan.xml"
    subprocess.run(["sslscan", f"--xml={report}", f"127.0.0.1:{daemons[kind].port}"], check=True,
                   capture_output=True, timeout=300)
    seen = ElementTree.parse(report).getroot().find("ssltest")
    spoken = {f"{p.get('type')} {p.get('version')}" for p in seen.findall("protocol")
              if p.get("enabled") == "1"}
    assert spoken == {"tls 1.2", "tls 1.3"}
    suites = {c.get("cipher") for c in seen.findall("cipher")}
    assert suites
    for suite in suites:
        assert suite.startswith(("TLS_", "ECDHE-", "DHE-")), suite  # TLS_: those of 1.3
        assert re.search("GCM|CHACHA20-?_?POLY1305", suite), suite
    assert {c.get("strength") for c in seen.findall("cipher")} <= {"acceptable", "strong"}
    assert all(int(c.get("dhebits", 2048)) >= 2048 for c in seen.findall("cipher"))
    assert all(int(g.get("bits")) >= 128 for g in seen.findall("group"))
    assert seen.find("renegotiation").get("supported") == "0"
    compression = seen.find("compression")  # missing where sslscan's own OpenSSL has none
    assert compression is None or compression.get("supported") == "0"
    assert {h.get("vulnerable") for h in seen.findall("heartbleed")} == {"0"}
    assert still_serves(daemons[kind], certificates)


@pytest.fixture(scope="module")
def findings(daemons, certificates, tmp_path_factory):  # noqa: F811
    """Returns the findings of testssl for each kind of key; both scans run at the same time."""
    if not shutil.which("testssl"):
        pytest.skip("testssl.sh is not installed")
    directory = tmp_path_factory.mktemp("testssl")
    runs = [subprocess.Popen(
        ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--ip", "127.0.0.1", "--add-ca",
         certificates.ca, "--jsonfile", f"{kind}.json", f"localhost:{daemon.port}"],
        cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=clean_environment()) for kind, daemon in daemons.items()]
    for run in runs:
        run.wait(900)
    return {kind: json.loads((directory / f"{kind}.json").read_text()) for kind in SCANNED}


def excused():
    """The findings that docs/security.md has a row for."""
    section = (ROOT / "docs/security.md").read_text().split("\n## What scanners say\n")[1]
    return set(re.findall(r"^\| `(\w+)` \|", section.split("\n## ")[0], re.MULTILINE))


@pytest.mark.parametrize("kind", SCANNED)
def test_B9_B10_B12_B31_testssl_finds_nothing_that_is_not_excused(
        findings, daemons, certificates, kind):  # noqa: F811
    found = findings[kind]
    assert "scanTime" in {f["id"] for f in found}, "it did not come to its end"
    worse = {f["id"]: f"{f['severity']}: {f['finding']}" for f in found
             if f["severity"] not in ("OK", "INFO")}
    # Of the scanner itself: an openssl without GOST, and a service that is no HTTP.
    for about_itself in ("engine_problem", "service"):
        worse.pop(about_itself, None)
    assert {name: what for name, what in worse.items() if name not in excused()} == {}
    by_id = {f["id"]: f for f in found}
    for must_be_ok in ("secure_client_renego", "CRIME_TLS", "PFS", "cipher_order", "cert_chain_of_trust"):
        assert by_id[must_be_ok]["severity"] == "OK", by_id[must_be_ok]
    assert still_serves(daemons[kind], certificates)
