"""Makes docs/pictures/: what the README shows of derivatives, compile times and the GPT.

The times are those of the tables in docs/performance.md and docs/gpt.md, so run it after a change
of these. Needs Matplotlib: python docs/make_pictures.py
"""

import re
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

from micrograd_c import exp, grad, jit, sin

DOCS = Path(__file__).resolve().parent
OURS, THEIRS = "tab:blue", "tab:gray"
UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}


def main():
    (DOCS / "pictures").mkdir(exist_ok=True)
    for draw in (derivatives, compile_times, gpt):
        # As large as docs/explore/neuron.png, beside which they stand.
        figure, axes = plt.subplots(figsize=(5, 2.55), layout="constrained")
        draw(axes)
        axes.spines[["top", "right"]].set_visible(False)
        path = DOCS / "pictures" / f"{draw.__name__}.png"
        figure.savefig(path, dpi=220, metadata={"Software": None})
        plt.close(figure)


def rows(page, heading):
    """Return the cells of the table whose first row begins with ``heading``, row by row."""
    text = (DOCS / page).read_text(encoding="utf-8")
    table = re.search(rf"^\|{heading}.*\n\|[-: |]+\n((?:\|.*\n)+)", text, re.MULTILINE)[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def seconds(cell):
    """Return the time in a cell such as ``1.5 ms``, or NaN for an empty one."""
    number, _, unit = cell.partition(" ")
    return float(number) * UNITS[unit] if cell else np.nan


def derivatives(axes):
    """A function and what jit(grad(f)) gives of it, one derivative after the other."""
    f = lambda x: exp(-x) * sin(3 * x)  # noqa: E731
    x = np.linspace(0, 3, 300)
    for g, label in ((f, "f"), (grad(f), "grad(f)"), (grad(grad(f)), "grad(grad(f))")):
        axes.plot(x, jit(g)(x), label=label)
    axes.axhline(0, color="lightgray", linewidth=0.8, zorder=0)
    axes.legend(frameon=False)
    axes.set_title("f(x) = exp(-x) * sin(3 * x)", fontsize=10)


def compile_times(axes):
    table = rows("performance.md", " operators ")
    n = [int(row[0].replace(",", "")) for row in table]
    for column, name, color in ((1, "micrograd_c", OURS), (2, "JAX", THEIRS)):
        axes.loglog(n, [seconds(row[column]) for row in table], "o-", color=color, label=name)
    axes.set(xlabel="operators", ylabel="seconds")
    axes.legend(frameon=False)
    axes.set_title("the first call, with the gradient", fontsize=10)


def gpt(axes):
    """The times of one name a step, the slowest on top."""
    table = rows("gpt.md", " eager, 1 name a step") + rows("gpt.md", " compiled")
    times = sorted((seconds(row[1]), row[0].replace("`", "")) for row in table)
    times = [(t, name) for t, name in times if not name.startswith("and ")]
    names = [name for _, name in times]
    ours = [name.startswith(("jit", "fit", "micrograd_c")) for name in names]
    axes.barh(names, [t for t, _ in times], color=[OURS if own else THEIRS for own in ours])
    axes.set_xscale("log")
    axes.set_xlabel("seconds")
    axes.tick_params(axis="y", labelsize=8)
    axes.set_title("a step of a GPT of 4,192 parameters", fontsize=10)


if __name__ == "__main__":
    main()
