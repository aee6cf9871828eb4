"""Names in any script: the rules of RFC 8264 and 8265 compared with another implementation of them
(python3-precis-i18n), and names against real programs."""
import random
import subprocess
import unicodedata

from precis_i18n import get_profile
from precis_i18n.derived import derived_property
from precis_i18n.unicode import UnicodeData

from clients import home
from programs import BIN, Daemon, LessonClient, until
from test_client_fullscreen import FullScreen
from test_people import PASSWORD, account, daemon, good, log_in

UCD = UnicodeData()
LETTERS = {"PVALID": "v", "FREE_PVAL": "f", "DISALLOWED": "d", "UNASSIGNED": "u", "CONTEXTJ": "J",
           "CONTEXTO": "O"}
MAPPED, PRESERVED = get_profile("UsernameCaseMapped"), get_profile("UsernameCasePreserved")


def enforced(profile, text):
    try:
        return ".".join(f"{ord(c):X}" for c in profile.enforce(text))
    except UnicodeEncodeError:
        return "-"


def theirs(text):
    classes = "".join(LETTERS[derived_property(ord(c), UCD)[0]] for c in text)
    return f"{classes} {enforced(MAPPED, text)} {enforced(PRESERVED, text)}"


def ours(texts):
    lines = "".join(" ".join(f"{ord(c):X}" for c in t) + "\n" for t in texts)
    said = subprocess.run([BIN / "enforced_names"], input=lines, capture_output=True, text=True, check=True)
    return said.stdout.splitlines()


def both_know(text, classes):
    """Each knows a Unicode that the other one may not know yet."""
    return "u" not in classes and all(unicodedata.category(c) != "Cn" for c in text)


def differences(texts):
    said = ours(texts)
    assert len(said) == len(texts)
    return [(t.encode("unicode_escape").decode(), o, theirs(t)) for t, o in zip(texts, said)
            if both_know(t, o.split(" ", 1)[0]) and o != theirs(t)]


# What the rules of context and direction speak of, and what is mapped.
CURIOUS = ["l", "L", "\u00b7", "a", "1", "\u0375", "\u03b1", "\u0391", "\u03a3", "\u05f3", "\u05d0", "\u05b0", "\u30fb",
           "\u3042", "\u30ab", "\u4e00", "\uff21", "\uff71", "\uff9e", "\u0628", "\u0627", "\u064b", "\u0661",
           "\u06f1", "\u0915", "\u094d", "\u200c", "\u200d", "\u0130", "\u01c5", "\u0301", "\u0308", "\u00df",
           "\u1e9e", "-", "_", ".", "\ua872", "\u0710", "\u03c2", "\u1100", "\u1161", "\uac00", "\u2126", "\U0001e900"]


def test_what_depends_on_what_stands_beside_it():
    draw = random.Random(8265)
    texts = ["".join(draw.choices(CURIOUS, k=draw.randint(2, 6))) for _ in range(20_000)]
    assert sum(line.split(" ")[1] != "-" for line in ours(texts)) > 1_000
    assert differences(texts) == []


def test_every_code_point_that_both_know():
    private = range(0xE000, 0xF900)
    texts = [chr(c) for c in range(1, 0xE01F0) if not 0xD800 <= c < 0xE000 and c not in private]
    texts += [chr(c) for c in (0xE000, 0xF8FF, 0xF0000, 0x10FFFD, 0x10FFFF)]
    known = sum(unicodedata.category(t) != "Cn" for t in texts)
    assert known > 140_000
    assert differences(texts) == []


def hear(client, *parts):
    """The first line that has one of them in it."""
    while True:
        line = client.receive()
        if any(p in line for p in parts):
            return line


def known_as(client):
    """What a name has become that the text protocol does not take as it is."""
    return hear(client, "you are known as").removeprefix("* you are known as ").removesuffix(" *")


def test_names_in_any_script_meet_and_nobody_is_taken_for_another(tmp_path):
    with Daemon(tmp_path) as d:
        ann, yulia, tom = d.join("Ann"), d.join("Юля"), LessonClient(d.port, d.ca, "ｔｏｍ")
        assert known_as(tom) == "tom"  # wide letters
        yulia.send("привет")
        assert hear(ann, "привет") == "Юля: привет"
        ann.send("/msg ЮЛЯ psst")  # capitals do not tell names apart
        hear(yulia, "psst")
        for wish, becomes in (("юля", "юля-2"), ("ΤΟΜ", "ΤΟΜ-2"), ("Ju\u0308rgen Maß", "Jürgen_Maß"),
                              ("аdmin", "_dmin"), ("admin", "admin-2"), ("ѕуѕтем\u200d", "anon-"), ("שלום!", "anon-")):
            assert known_as(LessonClient(d.port, d.ca, wish)).startswith(becomes), wish
        ram = d.join("राम१")
        again = LessonClient(d.port, d.ca, "राम१")
        assert known_as(again).startswith("anon-")  # -2 would be a digit of another kind
        ram.send("/quit")
        ann.send("/nick Аnn")
        hear(ann, "a name has letters of one script")
        ann.send("/nick сосо")  # Cyrillic, and nobody is called coco
        hear(ann, "сосо")
        assert known_as(LessonClient(d.port, d.ca, "coco")) == "coco-2"


def test_two_accounts_do_not_look_alike_and_the_first_outlives_a_restart(tmp_path):
    data = tmp_path / "data"
    assert good(data, "add", "Юля") == "Юля is member of this server\n"
    assert good(data, "add", "admin", "--role", "owner") == "admin is owner of this server\n"
    for other, why in (("ЮЛЯ", "there is an account ЮЛЯ already"), ("аdmin", "letters of one script"),
                       ("сосо", None), ("coco", "looks like that of another account")):
        done = account(data, "add", other)
        assert (done.returncode == 0) == (why is None) and (why or "") in done.stderr, done.stderr
    with daemon(tmp_path) as d:
        guest = LessonClient(d.port, d.ca, "юля")
        assert known_as(guest) == "юля-2"
        owner = log_in(d, "someone", "admin")
        guest.send(f"/login юля {PASSWORD}")
        hear(guest, "you are logged in as Юля")
        owner.send("/ban юля everywhere 1d enough")
        hear(owner, "you have banned Юля")
        assert d.stop() == 0
    with daemon(tmp_path) as d:
        guest = d.join("guest")
        guest.send(f"/login Юля {PASSWORD}")
        hear(guest, "you are banned here")


def test_two_who_want_one_name_in_the_same_turn(tmp_path):
    with daemon(tmp_path) as d:
        both = [d.join("first"), d.join("second")]
        for client, name in zip(both, ("Zoë", "ZOE\u0308")):
            client.send(f"/nick {name}")
        heard = [hear(c, "is taken", f"now known as {n}") for c, n in zip(both, ("Zoë", "ZOË"))]
        assert sum("is taken" in h for h in heard) == 1, heard


# No name moves the cursor, or turns the rest of its line round.
HURTFUL = ["юля\u202e", "\u2066юля", "\u0301юля", "ю\u0301\u0300\u0302\u0303\u0304", "юля\u200b", "ü\x1b[2J",
           "ü\u009b2J", "юля\u2028", "юля\ufeff", "юля\ufff9", "\U000e0041ю", "юля\u3164", "aשלום", "юля\u0489"]


def test_no_name_hurts_a_terminal(tmp_path):
    with Daemon(tmp_path) as d:
        for name in HURTFUL:
            shown = known_as(LessonClient(d.port, d.ca, name))
            assert all(c in "_-[" or c.isalnum() and c.isascii() for c in shown), (name, shown)
        raw = LessonClient(d.port, d.ca)
        raw.tls.sendall(b"\0\0\0\x06\xc3\xbc\xed\xa0\x80a")  # half of a surrogate pair
        assert known_as(raw).isascii()


def test_wide_and_right_to_left_names_in_the_full_screen(tmp_path, home):
    with Daemon(tmp_path) as d:
        shown = FullScreen("--ca", d.ca, f"山田太郎@localhost:{d.port}", home=home)
        shown.ready()
        for name in ("שלום", "김철수", "नमस्ते", "a"):
            d.join(name).send("Here I am")
        assert until(lambda: shown.look().text.count("Here I am") == 4), shown.text
        rows = [[shown.screen.buffer[y][x].data for x in range(80)] for y in range(22)]
        edges = {tuple(x for x, c in enumerate(row) if c == "│") for row in rows if "│" in row}
        assert len(edges) == 1 and len(*edges) == 2, shown.text  # no row is wider than its cells
        shown.says("/quit").ends()
