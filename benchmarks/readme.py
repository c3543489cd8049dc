"""Writes the figures in README.md, between two comments, for ``python -m benchmarks --readme``."""

import os
from pathlib import Path

from benchmarks.report import overtaking, summary

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- made by python -m benchmarks -->\n", "<!-- end -->"
PICTURES = {"demo_step.png": "a step of micrograd's demo, by peer",
            "crossover.png": "a step of nets of growing width, ours and PyTorch's"}  # fmt: skip


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
    """Put the summary and the pictures in ``folder`` into the file at ``path``."""
    before, after = around(path)
    path.write_text(before + section(results, folder, path) + after, encoding="utf-8")


def section(results, folder, path):
    machine = results["machine"]
    where = ", ".join(machine[name] for name in ("processor", "Python", "commit"))
    parts = [
        f"`{machine['command']}`\non {where}; load {machine['load']}.",
        summary(results["tasks"]),
    ]
    if results.get("crossover"):
        parts.append(overtaking(results["crossover"]))
    to_folder = Path(os.path.relpath(folder.resolve(), path.resolve().parent)).as_posix()
    for name, text in PICTURES.items():
        if (folder / name).exists():
            parts.append(f"![{text}]({to_folder}/{name})")
    return "\n\n".join(parts) + "\n"
