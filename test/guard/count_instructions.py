#!/usr/bin/python3
"""Counts the instructions of a delivery and compares them with the figures kept beside this file.

    count_instructions.py PROGRAM FIGURES COMPILER            compare: 1 if one is over by 5 %
    count_instructions.py PROGRAM FIGURES COMPILER --write    keep what is counted now
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Name, messages, messages in a group.
SCRIPTS = [("flood", 2000, 100), ("paced", 200, 1)]
ALLOWED = 1.05
SKIPPED = 77


def instructions_per_delivery(program, messages, group):
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "out"
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
             "--toggle-collect=fan_out(*", program, str(messages), str(group)],
            capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"{program} {messages} {group} failed:\n{run.stdout}{run.stderr}")
        counted = int(re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.MULTILINE)[1])
    return counted / int(run.stdout)


def main():
    program, figures, compiler = sys.argv[1:4]
    counted = {name: instructions_per_delivery(program, m, g) for name, m, g in SCRIPTS}
    if sys.argv[4:] == ["--write"]:
        lines = [f"# Instructions of a delivery, by {Path(__file__).name} --write", compiler]
        lines += [f"{name} {n:.1f}" for name, n in counted.items()]
        Path(figures).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    _, kept_for, *rows = Path(figures).read_text(encoding="utf-8").splitlines()
    if kept_for != compiler:
        print(f"the figures are those of {kept_for}, this is {compiler}")
        return SKIPPED
    kept = {name: float(n) for name, n in (row.split() for row in rows)}
    grown = False
    for name, n in counted.items():
        over = n > kept[name] * ALLOWED
        grown |= over
        print(f"{name}: {n:.1f} instructions, {kept[name]:.1f} kept{': TOO MANY' if over else ''}")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
