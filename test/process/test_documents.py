"""Every command in README and docs is run here, or RUNS says where it is run.

A command that is new in a document fails `test_E14_every_command_has_its_run` until it is in RUNS. E1."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess

import pexpect
import pytest

from programs import BIN, HAS_BENCH, PATIENCE, ROOT, Daemon, LessonClient, clean_environment, until
from xterm_screen import XtermScreen, XtermStream

DOCUMENTS = [ROOT / "README.md", ROOT / "certs/README.md", *sorted((ROOT / "docs").glob("*.md"))]


# In these documents indented lines and `code` in sentences may be commands, too.
PROSE = [ROOT / "docs/client.md", ROOT / "docs/operating.md"]
PROGRAM = r"(?:asio-chat(?:d|-certs|-bench)?|openssl|printf|tail|sqlite3|systemctl|ulimit) "


def commands_in_prose(text):
    for found in re.finditer(r"^    (\S.*)$|(?<!`)`([^`]+)`", text, flags=re.MULTILINE):
        command = " ".join((found[1] or found[2]).split())
        if re.match(PROGRAM, command):
            yield command


def commands_of(document):
    """Returns the commands in the sh and console blocks of the document, and in the sentences of some."""
    found = []
    prose, *blocks = re.split(r"^```(\w*)\n(.*?)^```\n", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    for text, kind, block in zip([prose, *blocks[2::3]], [*blocks[0::3], ""], [*blocks[1::3], ""]):
        if document in PROSE:
            found += commands_in_prose(text)
        for line in block.splitlines():
            if kind == "sh" and line.strip():
                found.append(re.sub(r"\s+#.*", "", line).strip())
            elif kind == "console" and line.startswith("$ "):
                found.append(line[2:].strip())
    return found


class Place:
    """A directory in which commands run as a reader would run them, with the programs in PATH."""

    def __init__(self, directory):
        self.directory = directory
        self.env = clean_environment(PATH=f"{BIN}:{os.environ['PATH']}", HOME=str(directory),
                                     XDG_STATE_HOME=str(directory / "state"))

    def sh(self, command, cwd=None, expect=0):
        done = subprocess.run(["sh", "-c", command], cwd=cwd or self.directory, env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        assert done.returncode == expect, command + "\n" + done.stdout + done.stderr
        return done

    def daemon(self):
        d = Daemon(self.directory)
        shutil.copy(d.ca, self.directory / "ca-cert.pem")
        return d


def port_8443_is_free():
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", 8443))
        except OSError:
            return False
        return True


def just(place, command):
    place.sh(command)


def in_certs(place, command):
    """Runs the command in a checkout, which has a folder certs."""
    (place.directory / "certs").mkdir(exist_ok=True)
    if command != "cd certs":
        place.sh(command if "certs" in command.split(maxsplit=1)[-1] else f"cd certs && {command}")


def probe_server(place, command):
    with place.daemon() as d:
        shown = place.sh(command.replace(":8443", f":{d.port}"))
        assert "Trusted      yes, as 'localhost', by ca-cert.pem" in shown.stdout


def start_daemon(place, command):
    if not port_8443_is_free():
        pytest.skip("port 8443 is taken on this machine")
    run = subprocess.Popen(command.split(), env=place.env, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "listening on 127.0.0.1:8443\n"
    run.send_signal(signal.SIGINT)
    _, log = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0
    assert "for development only" in log


def mistyped(place, command):
    done = place.sh(command, expect=2)
    assert done.stderr.strip() in (ROOT / "docs/operating.md").read_text()


def small_compare(place, command):
    """Compares the build with itself, in small."""
    small = {"flood": "--messages 2000", "rooms": "--messages 2000", "handshakes": "--count 20",
             "paced": "--receivers 20 --seconds 1"}
    command = command.replace("../before/build/bin/asio-chatd", str(BIN / "asio-chatd"))
    place.sh(f"{command} --pairs 1 {small[command.split('--scenario ')[1].split()[0]]}")


def small_load(place, command):
    with place.daemon() as d:
        command = re.sub(r"(127\.0\.0\.1|chat\.example\.org):8443", f"localhost:{d.port}", command)
        command = command.replace("$(pidof asio-chatd)", str(d.process.pid))
        for option in ("--rate 10", "--receivers 1000"):
            command = command.replace(option, "")
        if "--members" not in command:
            command += " --receivers 20"
        small = "--seconds 1" if " paced " in command else "--messages 2000"
        place.sh(f"{command} {small} --repeat 1")


def small_growth(place, command):
    if not shutil.which("gnuplot"):
        command = command.removesuffix(" --plot growth.svg")
    place.sh(f"{command} --quick --deliveries 10000 --repeat 1")


def quick_peers(place, command):
    """Measures the peer that is named, or all peers that are installed, in small."""
    if "--only nats" in command and not shutil.which("nats-server", path=os.environ["PATH"] + ":/usr/local/sbin:/usr/sbin"):
        pytest.skip("nats-server is not installed (Debian's package nats-server)")
    place.sh(re.sub(r" --(quick|pairs \d+)", "", command) + " --quick --pairs 1 --server-cpu -1 --generator-cpu -1")


def just_openssl(place, command):
    assert re.fullmatch(r"[0-9a-f]{64}\n", place.sh(command).stdout)


def about_history(place, command):
    """Runs the commands in their order on a lobby in which something was said."""
    data = place.directory / "data"
    if not data.exists():
        with Daemon(place.directory) as d:
            bob, ada = d.join("bob"), d.join("ada")
            ada.send("hello")
            bob.hear("ada: hello")
            d.stop()
    place.sh(f"{command} --data {data}")


def about_erasing(place, command):
    """In a lobby that may have begun anew, and has two entries at least."""
    with Daemon(place.directory) as d:
        bob, ada = d.join("bob"), d.join("ada")
        for text in ("hello", "hello again"):
            ada.send(text)
            bob.hear(f"ada: {text}")
        d.stop()
    done = place.sh(f"{command} --data {place.directory / 'data'}")
    assert "can no longer be read" in done.stdout


def just_help(place, command):
    place.sh(f"{command} --help")


def synopsis(place, command):
    """The synopsis is the one of the program's help."""
    assert command.split()[1] in place.sh("asio-chat --help").stdout


class Chat:
    """A daemon where the page has chat.example.org or localhost, and a member in its lobby."""

    def __init__(self, place, *options):
        self.place = place
        self.daemon = Daemon(place.directory, *options)
        ca = place.directory / "ca-cert.pem"
        if not ca.exists():
            shutil.copy(self.daemon.ca, ca)
        shutil.copy(ca, place.directory / "ca.pem")
        # «The system's store».
        place.env["SSL_CERT_FILE"] = str(ca)
        self.witness = LessonClient(self.daemon.port, str(ca), "witness")
        self.witness.hear("* witness joined the chat *")

    def here(self, command):
        return re.sub(r"chat\.example\.org|localhost", f"localhost:{self.daemon.port}", command)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.stop()
        (self.place.directory / "ca-cert.pem").unlink()


def joins(place, command):
    with Chat(place) as chat:
        assert "connected over TLSv1.3" in place.sh(chat.here(command)).stderr


def joins_with_a_certificate(place, command):
    place.sh("asio-chat-certs ca && asio-chat-certs server && asio-chat-certs client client")
    at = place.directory
    with Chat(place, "--cert", at / "server-cert.pem", "--key", at / "server-key.pem",
              "--client-cert", "optional", "--client-ca", at / "ca-cert.pem") as chat:
        place.sh(chat.here(command))
        assert "CN=client" in chat.daemon.log


def says(place, command):
    with Chat(place) as chat:
        place.sh(chat.here(command))
        chat.witness.hear("backup: backup done")


def watches(place, command):
    with Chat(place) as chat:
        watching = pexpect.spawn("sh", ["-c", chat.here(command)], cwd=place.directory, env=place.env)
        chat.witness.hear("* watch joined the chat *")
        chat.witness.send("all is well")
        assert until(lambda: re.search(r"\[\d{4}-\d\d-\d\d [:\d]{8}.*\] witness: all is well",
                                       (place.directory / "chat.log").read_text()))
        watching.sendeof()
        assert watching.wait() == 0


def listens(place, command):
    with Chat(place) as chat:
        command = command.replace("…", f"listener@localhost:{chat.daemon.port} --ca ca.pem")
        listening = subprocess.Popen(["sh", "-c", command], cwd=place.directory, env=place.env,
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                     start_new_session=True)
        chat.witness.hear("* listener joined the chat *")
        chat.witness.send("all is well")
        while listening.stdout.readline() != "witness: all is well\n":
            assert listening.poll() is None
        os.killpg(listening.pid, signal.SIGTERM)
        listening.communicate(timeout=PATIENCE)


def as_a_service(place, command):
    """Runs the command with other directories in the place of those of the systemd unit."""
    key, state = place.directory / "etc/master-key", place.directory / "var"
    if command.startswith("openssl"):
        key.parent.mkdir()
    else:
        Daemon(place.directory, "--master-key-file", key, data=state).stop()
    place.sh(command.replace("/etc/asio-chat/master-key", str(key)).replace("/var/lib/asio-chat", str(state)))


def backs_up_with_keys(place, command):
    """The page has made a chat.db by then, which is not overwritten: this one is with its keys."""
    (place.directory / "chat.db").unlink()
    secret = place.directory / "backup-passphrase"
    secret.write_text("correct horse battery\n")
    secret.chmod(0o600)
    about_history(place, command)
    assert (place.directory / "chat.db.keys").exists()


def restores_elsewhere(place, command):
    apart = place.directory / "apart"
    place.sh("CHAT_BACKUP_PASSPHRASE='correct horse battery' " + command.replace("DIR", str(apart)))


def reads_elsewhere(place, command):
    assert "ada: hello" in place.sh(command.replace("DIR", str(place.directory / "apart"))).stdout


def copies_the_keys(place, command):
    if not shutil.which("sqlite3"):
        pytest.skip("sqlite3 is not installed (Debian's package sqlite3)")
    place.sh(command, cwd=place.directory / "data")
    assert (place.directory / "data/keys-copy.db").exists()


def recipes():
    """The commands of the recipes: servers and clients in pairs, in test_recipes.py."""
    page = (ROOT / "docs/tls-recipes.md").read_text()
    return {c: "test_recipes.py" for c in re.findall(r"```console\n\$ (.*)\n", page)}


def hooks():
    """The examples of the hooks."""
    page = (ROOT / "docs/embedding.md").read_text()
    return {c: "test_embedding.py" for c in re.findall(r"```console\n\$ (.*)\n", page)}


CAPTURED = "test_capture.py: test_E8_B20_E4_the_commands_of_the_document_show_handshakes_and_no_text"

# How each command is run, or where else.
RUNS = {
    **recipes(),
    **hooks(),
    "asio-chat-certs ca": just,
    "asio-chat-certs server": just,
    "asio-chat-certs client alice": just,
    "asio-chat-certs client bob": just,
    "apps/quickstart.sh": "test_E1_the_readme_from_start_to_chat",
    "build/bin/asio-chat --ca certs/ca-cert.pem alice@localhost": "test_E1_the_readme_from_start_to_chat",
    "build/bin/asio-chat --ca certs/ca-cert.pem bob@localhost": "the same as alice",
    "asio-chatd account add alice --role owner": "test_people.py, where the password is not typed",
    **{f"asio-chatd {one}": "test_self_service.py" for one in (
        "export --account NAME", "verify --receipt FILE", "verify BACKUP --receipt FILE")},
    **{f"asio-chatd account {one} --pin sha256/...":
       "test_certificates.py: test_certificates_on_the_command_line_and_what_is_wrong_with_them"
       for one in ("add bob", "certify alice", "uncertify alice")},
    "asio-chatd account --help": just,
    **{f"asio-chatd announce{one}": "test_live_accounts.py" for one in (
        "", " TEXT", " 'down from 22:00 to 22:10'")},
    "asio-chatd policy": just,
    **{command: "test_authenticator.py, with other paths" for command in (
        "apps/authenticators/htpasswd.py /run/asio-chat/users htpasswd-file",
        "apps/authenticators/pam.py /run/asio-chat/users",
        "apps/authenticators/ldap.py /run/asio-chat/users ldaps://ldap.example.org "
        "'uid={},ou=people,dc=example,dc=org'",
        "asio-chatd --authenticator /run/asio-chat/users")},
    "test/run.sh": "what runs this test, and what CI runs",
    "cmake --preset release": "apps/setup.sh, with which everything here was built",
    "cmake --preset release -DASIO_CHAT_BENCH=ON": "apps/setup.sh, with which everything here was built",
    "cmake --build build": "apps/setup.sh, with which everything here was built",
    "cmake --install build --prefix /usr/local": "the test «embed: install», with another prefix",
    "ctest --preset release -R '^flow:'": "test/run.sh, without the filter",
    "asio-chat [NICK@]HOST[:PORT] [options]": synopsis,
    "asio-chat chat.example.org": joins,
    "asio-chat alice@localhost --ca ca-cert.pem": joins,
    "asio-chat bot@localhost --ca ca-cert.pem --cert client-cert.pem --key client-key.pem": joins_with_a_certificate,
    r"printf 'backup done\n' | asio-chat backup@chat.example.org --ca ca.pem": says,
    "asio-chat --time full watch@chat.example.org --ca ca.pem < /dev/tty >> chat.log": watches,
    "tail -f /dev/null | asio-chat …": listens,
    **{f"asio-chatd {one}": just
       for one in ("--help", "--print-config", "--check-config", "--version", "tls", "tls --json")},
    "asio-chatd backup": just_help,
    "openssl ciphers": just,
    "ulimit -Hn": just,
    'sqlite3 keys.db ".backup keys-copy.db"': copies_the_keys,
    'sqlite3 journal.db "PRAGMA wal_checkpoint(TRUNCATE)"':
        "test_storage.py: test_a_log_that_is_damaged_after_a_kill_is_named_by_every_command",
    "asio-chatd backup chat.db --with-keys --backup-passphrase-file backup-passphrase": backs_up_with_keys,
    "asio-chatd restore chat.db": about_history,
    "asio-chatd restore chat.db --data DIR": restores_elsewhere,
    "asio-chatd export lobby --data DIR": reads_elsewhere,
    **{c: "test_confinement.py: test_C48_a_daemon_that_root_starts_becomes_a_user_who_can_listen_below_1024"
       for c in ("adduser --system --group --home /var/lib/asio-chat asio-chat",
                 "asio-chatd --user asio-chat --data /var/lib/asio-chat --listen 0.0.0.0:443")},
    "systemctl restart asio-chatd": "needs systemd as the first process; a restart is test_storage.py's",
    "openssl rand -hex 32 | install -m 600 /dev/stdin /etc/asio-chat/master-key": as_a_service,
    "asio-chatd verify --data /var/lib/asio-chat --master-key-file /etc/asio-chat/master-key": as_a_service,
    "asio-chatd": start_daemon,
    "ASIO_CHATD_LOG_LEVEL=debug asio-chatd --idle-timeout 5m --print-config > asio-chatd.toml": just,
    "ASIO_CHATD_IDLE_TIMEUOT=5m asio-chatd": mistyped,
    "asio-chat-bench compare --scenario flood": small_compare,
    "asio-chat-bench compare --scenario paced": small_compare,
    "asio-chat-bench compare --scenario flood --against-arg=--ephemeral": small_compare,
    "asio-chat-bench compare --scenario flood --against ../before/build/bin/asio-chatd": small_compare,
    "asio-chat-bench compare --scenario rooms --against ../before/build/bin/asio-chatd": small_compare,
    "asio-chat-bench compare --scenario handshakes": small_compare,
    "asio-chat-bench compare --scenario handshakes --resumed": small_compare,
    "asio-chat-bench idle --connections 1000,5000,10000":
        lambda place, command: place.sh("asio-chat-bench idle --connections 10,20 --quiet 1"),
    "asio-chat-bench scale --connections 10000,19700":
        lambda place, command: place.sh("asio-chat-bench scale --connections 10,20 --seconds 0.5"),
    "asio-chat-bench append": lambda place, command: place.sh(f"{command} --count 20"),
    "asio-chat-bench search": lambda place, command: place.sh(f"{command} --entries 2000 --searches 3 --no-wait"),
    "asio-chat-bench start": lambda place, command: place.sh(f"{command} --entries 1000 --starts 1"),
    "asio-chat-bench history": lambda place, command: place.sh(f"{command} --entries 1000 --pages 20"),
    "asio-chat-bench catch-up": lambda place, command: place.sh(f"{command} --members 3 --missed 1000 --repeat 1"),
    "asio-chat-bench growth --plot growth.svg": small_growth,
    "cmake --build build --target measure_machine": "on demand: it measures the machine",
    "cmake --build build --target crash_200": "test_crash.py, with eight kills",
    "cmake --build build --target flips_5000": "test_flips.py, with forty flips",
    "cmake --build build --target killed_commands_2000": "test_killed_commands.py, with ten kills",
    "cmake --build build --target stopped_reader_100": "test_stopped_reader.py, with twenty readers",
    "cmake --build build --target stopped_reader_1000": "test_stopped_reader.py, with twenty readers",
    "asio-chat-bench flood --server 127.0.0.1:8443 --ca ca-cert.pem --server-pid $(pidof asio-chatd)":
        small_load,
    "asio-chat-bench paced --server chat.example.org:8443 --ca ca-cert.pem --rate 10 --receivers 1000":
        small_load,
    "asio-chat-bench rooms --server 127.0.0.1:8443 --ca ca-cert.pem --rooms 20 --members 10": small_load,
    "asio-chat-bench flood --protocol native --server 127.0.0.1:8443 --ca ca-cert.pem": small_load,
    "asio-chat-bench storm": "test_storm.py: a small one of each kind",
    "asio-chat-bench storm --check": "test_storm.py: a small one, and measure_machine as it is",
    "asio-chat-bench peers": "the same as with --quick, which takes seconds",
    "asio-chat-bench peers --only nats --scenario flood-100 --scenario flood-1000 --pairs 7": quick_peers,
    "asio-chat-bench peers --quick": quick_peers,
    "grep -rn insecure apps lib/include lib/src/ops": "test_E9_what_weakens_is_found_by_one_word",
    "asio-chatd --insecure-plaintext-listen 127.0.0.1:9080": start_daemon,
    "tshark -i lo -f 'tcp port 8443' -w chat.pcapng": CAPTURED,
    "tshark -r chat.pcapng -Y tcp.flags.syn==1": CAPTURED,
    "tshark -r chat.pcapng -Y tls.handshake": CAPTURED,
    "tshark -r chat.pcapng -Y tls.app_data": CAPTURED,
    "grep -c 'at dawn' chat.pcapng": CAPTURED,
    "tshark -i lo -f 'tcp port 9080' -w plain.pcapng": CAPTURED,
    r"printf '\0\0\0\3bob\0\0\0\30the canary sings at dawn' | nc -N 127.0.0.1 9080":
        "test_capture.py: test_E4_without_tls_a_line_of_shell_is_a_client",
    "grep -c 'at dawn' plain.pcapng": CAPTURED,
    "openssl rand -hex 32": just_openssl,
    "asio-chatd backup chat.db": about_history,
    "asio-chatd verify chat.db": about_history,
    "asio-chatd verify": about_history,
    "asio-chatd export lobby": about_history,
    "asio-chatd export lobby --format jsonl --output lobby.jsonl": about_history,
    "asio-chatd compact": about_history,
    "asio-chatd rekey": about_history,
    "asio-chatd erase lobby --yes": about_history,
    "asio-chatd erase lobby --entry 2 --yes": about_erasing,
    "asio-chatd erase lobby --author ada --yes": about_erasing,
    "cd certs": in_certs,
    "asio-chat-certs self-signed": in_certs,
    "asio-chat-certs ca --out certs": in_certs,
    "asio-chat-certs server --out certs --dns chat.example --dns localhost --ip 192.0.2.7": in_certs,
    "asio-chat-certs client alice --out certs": in_certs,
    "asio-chat-certs renew certs/server-cert.pem": in_certs,
    "asio-chat-certs revoke certs/alice-cert.pem --reason keyCompromise": in_certs,
    "asio-chat-certs crl --ca-dir certs": in_certs,
    **{c: in_certs for c in commands_of(ROOT / "certs/README.md")
       if c.startswith(("printf 'V", "openssl ocsp", "cat certs/", "asio-chatd --cert certs/"))},
    "asio-chat-certs show certs/server-cert.pem": in_certs,
    "asio-chat-certs show certs/server-cert.pem --whole": in_certs,
    "asio-chat-certs probe localhost:8443 --ca ca-cert.pem": probe_server,
}


@pytest.mark.page
def test_E14_every_command_has_its_run():
    shown = {c for document in DOCUMENTS for c in commands_of(document)}
    assert shown - RUNS.keys() == set(), "in a document, but not run"
    assert RUNS.keys() - shown == set(), "in no document any more"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_the_commands_of_a_document_work_in_their_order(document, tmp_path):
    place = Place(tmp_path)
    for command in commands_of(document):
        if command.startswith("asio-chat-bench ") and not HAS_BENCH:
            continue
        how = RUNS[command]
        if callable(how):
            how(place, command)


@pytest.mark.page
def test_A23_what_the_page_on_certificates_claims_names_the_test_that_shows_it():
    page = (ROOT / "certs/README.md").read_text().split("## Self-signed or signed by a CA\n")[1]
    page = " ".join(page.split("\n## ")[0].split())
    shown = (ROOT / "test/process/test_trust.py").read_text()
    for claim, test in (
            ("exactly as trustworthy as the channel you used to ship it",
             "test_A23_anybody_makes_any_name_and_only_what_was_shipped_is_trusted"),
            ("servers and clients come, go and are renewed without anybody else being told",
             "test_A23_a_ca_is_shipped_once_and_a_self_signed_certificate_each_time"),
            ("the client accepts one key, whatever CA signed for it",
             "test_A23_A21_a_pin_accepts_one_key_whatever_ca_signed_for_it")):
        assert claim in page
        assert f"\ndef {test}(" in shown


@pytest.mark.page
def test_links_lead_somewhere():
    for document in DOCUMENTS:
        prose = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose):
            if "://" not in link:
                assert (document.parent / link).exists(), f"{document}: {link}"


def test_E5_E6_E7_every_test_that_the_security_page_names_exists():
    page = (ROOT / "docs/security.md").read_text()
    listed = subprocess.run(["ctest", "-N"], cwd=BIN.parent, capture_output=True, text=True,
                            check=True).stdout
    in_ctest = re.findall(r"`((?:unit|flow|simulation):[^`]+)`", page)
    assert len(in_ctest) > 20
    for name in in_ctest:
        assert re.search(r"Test +#\d+: " + re.escape(name), listed), name
    in_pytest = re.findall(r"`(test_\w+\.py)::(test_\w+)`", page)
    assert len(in_pytest) > 10
    for file, name in in_pytest:
        assert f"\ndef {name}(" in (ROOT / "test/process" / file).read_text(), f"{file}: {name}"


@pytest.mark.page
def test_E5_each_control_and_each_limitation_names_its_test():
    page = (ROOT / "docs/security.md").read_text()
    for heading in ("## Three properties\n", "## Controls\n", "## Limitations that chats"):
        section = page.split(heading)[1].split("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")][2:]
        assert len(rows) >= 3
        for row in rows:
            assert re.search(r"`((unit|flow):|test_\w+\.py::)", row.split(" | ")[-1]), row


# What docs/security.md has to say. A row that is removed from the page, or added to it, fails the tests below.
NOT_DEFENDED = [
    "The master key beside the data.", "The server reads everything.", "A guest's name is not verified.",
    "What an end shows is out of our hands.", "Who talks with whom, when and how much",
    "A flood from very many networks", "A guest who is banned can come back as another one",
    "Messages to come after a stolen key.",
    "Traffic that is recorded now for a quantum computer of later.",
]
CONTROLS = {
    "TLS 1.3 or 1.2 under every byte": "C, I",
    "The client verifies chain, time and host name before it says a word": "I",
    "Client certificates, where they are required, are verified in the handshake": "C",
    "A revoked or blocked client is refused, and cut off within a second if it is connected": "C",
    "A revocation has an effect at every tier below a trusted CA": "C",
    "A file that is not valid yet, or not any more, does not replace one that is, and is tried again": "C",
    "A client stays connected only as long as it would be let in: the server checks it again when its "
    "certificate, a CA above it or a revocation list ends": "C",
    "A client whose name is not allowed gets no byte": "C",
    "A certificate stands for its account or its common name, and for nobody else; removing it ends what came by it":
        "I, C",
    "Nobody is called what looks like a taken name or one of the server's, and no name steers a display": "I",
    "A displayed name stands beside the name of its account, and never in its place; it is nobody else's, and steers "
    "no display": "I",
    "Members get all that is kept of them, and nothing of others: not that rooms exist in which they have said nothing":
        "C",
    "A token of an issuer opens only if one of its public keys has signed it by an algorithm of that key's type, "
    "for this server and now": "C",
    "A client tells when another account or certificate, or none, stands behind a name than before": "I",
    "What two accounts say to each other is theirs: no operator, no search and no later bearer of a name finds it":
        "C",
    "New files are taken together or not at all": "C",
    "Every TLS setting can be displayed, with who decided it": "C, I",
    "The server staples its CA's OCSP response; a client refuses `revoked`, and must-staple without a good one":
        "C, I",
    "Only suites with forward secrecy and AEAD are used, in the server's order": "C, I",
    "Frames have at most 8 KiB (text) or 64 KiB (native); a declared length allocates nothing": "A",
    "Every phase has a deadline: handshake 5 s, login 30 s, silence 300 s": "A",
    "A handshake that does not end costs 64 KiB at most, and a silent one next to nothing; all strangers "
    "together have a budget": "A",
    "Strangers are limited by address, by network and in all, before any work is done for them": "A",
    "At the limit the network with the most strangers gives way to one with fewer": "A",
    "Strangers of hundreds of networks, one each, give way to somebody from elsewhere": "A",
    "Handshakes take turns with the chat, and the networks with each other; of logins those who come back go first":
        "A",
    "Behind listed proxies the client's address is the one that counts, and nobody else can claim one": "A",
    "A PROXY header has its own deadline and bound": "A",
    "A Unix socket is closed to other users from its first moment on, and speaks TLS": "C",
    "A user who sends, searches, joins or renames faster than the rates allow is read more slowly, over all "
    "connections, and with all others of the address": "A",
    "Whoever sends, asks or searches as fast as the wire takes has a share of each turn, of each commit and of "
    "the reading, with rates or without": "A",
    "The same text again and again, many names in a message, messages to many users, a guest's first minutes and "
    "new names of an address are limited, and each refusal says until when": "A",
    "Operators see who is held back and why, and change limits at once; each change is noted and outlives a "
    "restart": "A, I",
    "Rooms that guests leave behind are so many, and a silent one is removed with its keys": "A",
    "An address that misbehaves is refused, longer each time": "C, A",
    "Who guesses the key of a room waits likewise, and learns neither whether it has one nor how long it is": "C",
    "What a room is told to forget is gone from older copies of the journal, too": "C",
    "Who guesses a password waits, longer each time, and keeps nobody else out; an address makes few accounts":
        "C, A",
    "The number of connections is limited": "A",
    "An entry on the disk can be opened at its own place only, and is a link in the chain of its room": "I",
    "An acknowledged message is on the disk, once, in its place": "A, I",
    "A position has a tag that names the log up to there": "I",
    "A history that was put back is known by a mark in backups and a witness in `keys.db`, and goes on in another "
    "epoch from there": "I, A",
    "What keys were destroyed is authenticated, and a key that is missing stops the start; numbers of keys "
    "cannot be foreseen": "I, A",
    "A lost journal is not begun anew without being asked to, and a damaged room is closed alone": "I, A",
    "A failing disk is never taken for a damage, and files that cannot be used are named with what helps": "A",
    "Committed transactions behind a bad frame of `journal.db-wal` are called damage before SQLite drops them "
    "as a torn end; only the last transaction cannot be told from one": "I, A",
    "Nothing is acknowledged when the journal has been removed, replaced or written over under the server, nor is its "
    "index searched when another program has changed it; two servers cannot have the same file": "A",
    "The history is sealed, with a key for each room; destroying the key erases the room, backups included": "C",
    "The text of one entry, and all that was said under a name in a room, can be destroyed by its key, backups "
    "included, while the log stays what it was": "C",
    "Members can have their account forgotten: its facts go in one commit, what it said is destroyed by its keys, "
    "and a signed receipt lets anybody who has the directory check it": "C",
    "What members edit or delete is destroyed in the same way while the daemon runs; whose it is says an account "
    "or a device, never a name": "A, C",
    "The bytes that wait for a slow reader are bounded": "A",
    "One thread touches the rooms, so that no lock can be forgotten": "I",
    "The passphrase is compared as a digest, by `CRYPTO_memcmp`": "C",
    "Only commands of a table are carried out, and nothing is evaluated": "I",
    "Secrets come from a file or the environment, never from arguments, and are never logged": "C",
    "Key and secret files that others may read are refused": "C",
    "Core dumps and debuggers of other users are off, and files are private": "C",
    "After the start the process has access to its own files and ports and to few system calls; started as root it becomes another user": "I, A",
    "The server replaces control characters, and the client does so again": "I",
    "A record of the log is one line, whatever comes from outside": "I",
    "Messages are not in the log": "C",
}
LIMITATIONS = {
    "The host's name is not verified": "closed",
    "Self-signed certificates, handed around by hand": "closed",
    "No revocation: no CRL, no OCSP, no kill switch": "closed",
    "No authentication of users beyond a certificate": "closed",
    "Messages and logs on disk in the clear": "closed",
    "Private keys without encryption": "closed",
    "No framing: a message is whatever one read brings": "closed",
    "A thread for each client": "closed",
    "An endpoint that is taken over leaks": "in part",
    "Rates are not bounded": "closed",
}


def security_rows(heading):
    section = (ROOT / "docs/security.md").read_text().split(heading)[1].split("\n## ")[0]
    return [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][2:]


@pytest.mark.page
def test_E6_what_is_not_defended_stands_first_and_whole():
    first = (ROOT / "docs/security.md").read_text().split("\n## ")[1]
    assert first.startswith("What is not defended\n")
    assert re.findall(r"^- \*\*(.*?)\*\*", first, flags=re.MULTILINE) == NOT_DEFENDED


@pytest.mark.page
def test_E5_every_control_is_on_the_page_with_its_threat_and_what_it_protects():
    rows = security_rows("## Controls\n")
    assert {control: protects for control, _, protects, _ in rows} == CONTROLS
    assert all(threat.strip() for _, threat, _, _ in rows)


@pytest.mark.page
def test_E6_E7_every_limitation_is_on_the_page_with_what_became_of_it():
    became = {limitation: re.match("closed|in part|open", status)[0]
              for limitation, status, _ in security_rows("## Limitations that chats")}
    assert became == LIMITATIONS


@pytest.mark.page
def test_E10_five_learning_objectives_the_cia_triad_and_references():
    page = (ROOT / "docs/learning.md").read_text()
    objectives = page.split("## What you can do afterwards\n")[1].split("\n## ")[0]
    assert re.findall(r"^(\d)\. \*\*", objectives, flags=re.MULTILINE) == list("12345")
    assert all("](" in one for one in re.split(r"^\d\. ", objectives, flags=re.MULTILINE)[1:]), "where it is learned"
    for goal in ("**C**onfidentiality", "**I**ntegrity", "**A**vailability"):
        assert re.search(rf"^\| {re.escape(goal)} \| \S.* \| \S.* \| \S.* \|$", page, flags=re.MULTILINE), goal
    references = page.split("## References\n")[1]
    for source in ("rfc8446", "rfc5280", "rfc9325", "openssl.org", "wireshark.org"):
        assert re.search(rf"\]\(https://[^)]*{re.escape(source)}", references), source
    assert "(docs/learning.md)" in (ROOT / "README.md").read_text()


@pytest.mark.page
def test_E11_the_glossary_explains_the_words_of_the_lesson():
    page = (ROOT / "docs/glossary.md").read_text()
    words = re.findall(r"^\| (.+?) \| \S.*\|$", page, flags=re.MULTILINE)[1:]
    for word in ("application-layer authentication", "broadcast (fan-out)", "constant-time compare", "lock", "shared state"):
        assert word in words, word
    assert words == sorted(words, key=str.lower)


@pytest.mark.page
def test_E20_a_drawing_of_the_architecture_clients_tls_server_and_every_other():
    page = (ROOT / "docs/architecture.md").read_text()
    drawing = page.split("## The whole in one picture\n")[1].split("```")[1]
    for part in ("asio-chat ", "asio-chatd", "TLS over TCP", "session", "room", "the log", "to every other", "ack"):
        assert part in drawing, part
    assert max(map(len, drawing.splitlines())) <= 80
    # From top to bottom: clients, TLS, the server.
    assert drawing.index("asio-chat ") < drawing.index("TLS over TCP") < drawing.index("asio-chatd")


@pytest.mark.page
def test_E16_the_recording_is_a_session_that_can_be_played():
    head, *events = [json.loads(line) for line in (ROOT / "docs/chat.cast").read_text().splitlines()]
    assert head["version"] == 2
    times = [at for at, _, _ in events]
    assert times == sorted(times) and times[-1] > 2
    screen = XtermScreen(head["width"], head["height"])
    stream = XtermStream(screen)
    shown = set()
    for _, kind, output in events:
        assert kind == "o"
        stream.feed(output.encode())
        shown |= {line.strip() for line in screen.display}
    assert any("#lobby" in line for line in shown) and len(shown) > 20


def test_E9_what_weakens_is_found_by_one_word(tmp_path):
    place = Place(tmp_path)
    found = place.sh("grep -rn insecure apps lib/include lib/src/ops", cwd=ROOT).stdout
    page = (ROOT / "docs/security.md").read_text()
    switches = set(re.findall(r"--insecure-[a-z-]+", found))
    for setting in re.findall(r'\{"(insecure-[a-z-]+)"', found):
        switches.add("--" + setting)
    assert switches == set(re.findall(r"`(--insecure-[a-z-]+)`", page))
    # The help of the client and of the daemon says what they do.
    helps = place.sh("asio-chat --help; asio-chatd --help").stdout
    assert switches == set(re.findall(r"--insecure-[a-z-]+", helps))


@pytest.mark.page
def test_the_python_client_in_the_protocol_document_is_the_one_that_is_tested():
    shown = (ROOT / "docs/protocol.md").read_text()
    assert (ROOT / "docs/protocol/text_client.py").read_text().strip() in shown


released = pytest.mark.skipif(BIN != ROOT / "build/bin", reason="the scripts build build/bin")


@released
def test_E1_the_readme_from_start_to_chat(tmp_path):
    if not port_8443_is_free():
        pytest.skip("port 8443 is taken on this machine")
    env = clean_environment(XDG_STATE_HOME=str(tmp_path))
    chat = subprocess.Popen(["apps/quickstart.sh"], cwd=ROOT, env=env, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True)
    said = ""
    while "listening on 127.0.0.1:8443" not in said:
        line = chat.stdout.readline()
        assert line, said
        said += line
    join = "build/bin/asio-chat --ca certs/ca-cert.pem alice@localhost"
    assert join in said
    done = subprocess.run(join.split(), cwd=ROOT, input="hello\n/who\n", capture_output=True,
                          text=True, env=env, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("connected over TLSv1.3")
    assert "online: alice" in done.stdout
    chat.send_signal(signal.SIGINT)
    assert chat.wait(PATIENCE) == 0
    chat.stdout.close()


@released
def test_E3_the_demonstration_shows_three_people_talking():
    done = subprocess.run(["apps/quickstart.sh", "--demo"], cwd=ROOT, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=clean_environment(), timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    for line in ("[alice] connected over TLSv1.3", "[bob]   alice: hello, anybody here?",
                 "[alice]   ~ carol: waves", "[carol]   * bob is now known as robert *"):
        assert line in done.stdout
