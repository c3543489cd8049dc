"""Writes the figures in README.md, between two comments, for ``python -m benchmarks --readme``."""

import os
from pathlib import Path

from benchmarks.report import overtaking, summary

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- made by python -m benchmarks -->\n", "<!-- end -->"
# The rows that README.md has room for: one of each kind of program. The report has all.
SHOWN = "demo_step", "readme_expression", "digits:32", "wide_net", "ode", "black_scholes"


def check(path=README):
    """Raise OSError or ValueError if the file at ``path`` cannot be updated."""
    around(path)
    path.open("a").close()


def around(path):
    """Return the file's text before and after the block, with the comments."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has no {BEGIN.strip()!r} with {END!r} after it")
    return before + begin, end + after


def update(results, folder, path=README):
    """Put some rows, and a link to the report in ``folder``, into the file at ``path``."""
    before, after = around(path)
    path.write_text(before + section(results, folder, path) + after, encoding="utf-8")


def section(results, folder, path):
    machine = results["machine"]
    where = ", ".join(machine[name] for name in ("processor", "Python", "commit"))
    to_folder = Path(os.path.relpath(folder.resolve(), path.resolve().parent)).as_posix()
    tasks = [task for task in results["tasks"] if task["task"] in SHOWN] or results["tasks"]
    parts = [summary(tasks)]
    if results.get("crossover"):
        parts.append(overtaking(results["crossover"]))
    parts.append(
        f"`{machine['command']}` on {where}; load {machine['load']}:\n"
        f"[all programs and peers, collector off, spread, memory, pictures]({to_folder}/report.md)."
    )
    return "\n\n".join(parts) + "\n"
