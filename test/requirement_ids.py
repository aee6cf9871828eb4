"""Tests name requirements by their ids, such as C36. docs/requirements.md has a row for each id that a
test names, and a row's last column names only places in which a test names that id.

Run by ctest: requirement_ids.py PROJECT
"""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

ID = r"[A-E][1-9]\d?"


def names_in_cpp(text):
    """The names of the test cases, with their tags."""
    yield from re.findall(r'TEST_CASE\(\s*("[^"]*"(?:\s*,?\s*"[^"]*")*)', text)


def names_in_python(text):
    """The beginnings of the names of test functions, in capitals, and all docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (ids := re.match(r"test((?:_[A-E]\d+)+)_", node.name, re.IGNORECASE)):
            yield ids[1].upper().replace("_", " ")
        if isinstance(node, (ast.FunctionDef, ast.Module)):
            yield ast.get_docstring(node) or ""


def ids_in_tests(tests):
    """For each id the places that name it: rooms of the unit tests, folders, files of test/process."""
    places = defaultdict(set)
    for path in sorted([*tests.rglob("*.cpp"), *tests.glob("process/test_*.py")]):
        part = path.relative_to(tests).parts
        if path.suffix == ".py":
            names, place = names_in_python(path.read_text()), part[-1]
        else:
            names, place = names_in_cpp(path.read_text()), "/".join(part[:2]) if part[0] == "unit" else part[0]
        for found in re.findall(rf"\b{ID}\b", "\n".join(names)):
            places[found].add(place)
    return places


def ids_on_page(page):
    """Each row of the page that is tested: its id, and the places that it gives."""
    return [(row[1], set(re.findall(r"`([^`]+)`", row[2])))
            for row in re.finditer(rf"^\| ({ID}) \|.*\|([^|]*)\|$", page, flags=re.MULTILINE)]


def complaints(project):
    tested = ids_in_tests(project / "test")
    rows = ids_on_page((project / "docs/requirements.md").read_text())
    page = dict(rows)
    if len(page) < 100 or len(tested) < 100:
        yield "hardly any id was found: this check no longer reads the page or the tests"
    for name in sorted({name for name, _ in rows if sum(name == other for other, _ in rows) > 1}):
        yield f"docs/requirements.md has more than one row for {name}"
    for name in sorted(tested.keys() - page.keys()):
        yield f"{name}, which {', '.join(sorted(tested[name]))} names, has no row in docs/requirements.md"
    for name, places in sorted(page.items()):
        for place in sorted(places - tested[name]):
            yield f"docs/requirements.md has {name} tested in {place}, where no test names it"
        if name in tested and not places:
            yield f"docs/requirements.md does not say where {name} is tested"


found = list(complaints(Path(sys.argv[1])))
print("\n".join(found))
sys.exit(1 if found else 0)
