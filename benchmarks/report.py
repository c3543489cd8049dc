"""Results as text: tables in Markdown, ratios, and where we lose."""

import statistics

from benchmarks.peers import OURS
from benchmarks.text import duration, memory, table, times

REFERENCE, LIMIT = "micrograd, gc on", "C by hand"
HEADER = [
    "peer", "minimum", "median", "spread", "vs micrograd", "vs limit", "prepare", "memory",
]  # fmt: skip


def markdown(results):
    """The whole report. ``results`` is what ``__main__`` wrote as JSON."""
    parts = ["# Benchmarks", facts(results["machine"]), METHOD]
    if results["tasks"]:
        parts += ["## Summary", summary(results["tasks"])]
    for task in results["tasks"]:
        parts += [f"## {task['title']}", task_table(task), losses(task)]
    if results.get("growth"):
        parts += ["## Growth", growth_table(results["growth"])]
    if results.get("crossover"):
        parts += ["## Crossover", crossover_table(results["crossover"])]
    if results.get("instructions"):
        parts += ["## Instructions", instructions_table(results["instructions"])]
    parts += ["## Versions", versions(results["tasks"])]
    return "\n\n".join(filter(None, parts)) + "\n"


METHOD = """\
A step is forward, backward and, for a net, gradient descent. Every peer runs in a process and on
a thread of its own, on the same float64 data; its first loss and gradients agreed with the
others' to 1e-9 of the largest, or a row says that they did not. Peers take turns in every round,
slow ones not in all, one whose step takes over 10 s only once; times are of one step. `spread` is
how far the median lies above the minimum. Ratios are of minima: `vs micrograd` says how many
times faster than micrograd 0.1.0 with the garbage collector on, which is how people run it,
`vs limit` how many times slower than C by hand, whose tanh, exp, log and erf are glibc's for
vectors. `prepare` is building, tracing, compiling and the first step; imports are not in it.
`memory` is the most above what the imports took."""


def facts(machine):
    return "\n".join(f"- {name}: {fact}" for name, fact in machine.items())


# The summary's columns: who is in each; the fastest of them counts.
COLUMNS = {
    "micrograd": (REFERENCE,),
    "eager": ("micrograd_c eager",),
    "nets": ("micrograd_c nets",),
    "jit": ("micrograd_c jit", "micrograd_c fit"),
    "PyTorch": ("PyTorch eager", "PyTorch compiled"),
    "C by hand": (LIMIT,),
}


def summary(tasks):
    """A step of each workload by who computes it, and the fastest of all the others."""
    rows = []
    for task in tasks:
        fastest = minima(task)
        cells = [least(fastest, names) for names in COLUMNS.values()]
        others = fastest.keys() - {LIMIT, *OURS}
        other = min(others, key=fastest.get) if others else None
        cells.append(f"{other}, {duration(fastest[other])}" if other else "")
        rows.append([task["title"], *cells])
    return table(["a step", *COLUMNS, "fastest of the others"], rows)


def least(fastest, names):
    found = [fastest[name] for name in names if name in fastest]
    return duration(min(found)) if found else ""


def minima(task):
    """The fastest step by peer; peers without figures are left out."""
    return {row["peer"]: min(row["seconds"]) for row in task["rows"] if not row["failure"]}


def task_table(task):
    fastest = minima(task)
    return table(HEADER, [task_row(row, fastest) for row in task["rows"]])


def task_row(row, fastest):
    name = row["peer"]
    if row["failure"]:
        return [f"{name}: {row['failure']}", *[""] * (len(HEADER) - 1)]
    minimum, median = fastest[name], statistics.median(row["seconds"])
    reference, limit = fastest.get(REFERENCE), fastest.get(LIMIT)
    return [
        name,
        duration(minimum),
        duration(median),
        f"{median / minimum - 1.0:.0%}",
        times(reference / minimum) if reference else "",
        times(minimum / limit) if limit else "",
        duration(row["prepare"]),
        memory(row["peak"]),
    ]


def losses(task):
    """A sentence on who is faster than the best of ours."""
    fastest = minima(task)
    ours = {name: fastest[name] for name in OURS if name in fastest}
    if not ours:
        return "None of ours has a figure."
    best = min(ours, key=ours.get)
    ahead = sorted((t, name) for name, t in fastest.items() if t < ours[best] and name != LIMIT)
    if not ahead:
        return f"Nobody is faster than {best}."
    who = ", ".join(f"{name} ({times(ours[best] / t)})" for t, name in ahead)
    return f"Faster than {best}, the best of ours: {who}."


GROWTH_NOTE = """\
A chain of so many operators: time and peak bytes an operator; time grows with size to the
exponent. A step of all but jit builds the chain, runs backward and drops it. jit traces and
compiles the chain once, which has a line of its own and was timed once; its step is forward and
backward of what was compiled."""


def growth_table(growth):
    names = [row["peer"] for row in growth["tasks"][0]["rows"]]
    header = ["peer", *(f"{task['operators']:,}" for task in growth["tasks"]), "exponent"]
    rows = []
    for i, name in enumerate(names):
        cells = [growth_cell(task["rows"][i], task["operators"]) for task in growth["tasks"]]
        exponent = growth["exponents"].get(name)
        rows.append([name, *cells, f"{exponent:.2f}" if exponent else ""])
    return f"{table(header, rows)}\n\n{GROWTH_NOTE}"


def growth_cell(row, operators):
    if row["failure"]:
        return row["failure"]
    return f"{duration(min(row['seconds']) / operators)}, {row['peak'] / operators:.0f} B"


def crossover_table(crossover):
    header = ["peer", *map(str, crossover["widths"])]
    names = [row["peer"] for row in crossover["tasks"][0]["rows"]]
    rows = []
    for i, name in enumerate(names):
        found = [task["rows"][i] for task in crossover["tasks"]]
        rows.append([name, *(row["failure"] or duration(min(row["seconds"])) for row in found)])
    return f"{table(header, rows)}\n\n{overtaking(crossover)}"


def overtaking(crossover):
    """Sentences on where PyTorch is ahead."""
    return "\n".join(
        f"- PyTorch overtakes {name} from width {width} on."
        if width
        else f"- PyTorch does not overtake {name} at any width that both have a figure for."
        for name, width in crossover["overtaken"].items()
    )


def instructions_table(instructions):
    rows = [[name, f"{count:,.1f}"] for name, count in instructions.items()]
    return table(["path", "instructions"], rows) + "\n\nCounted by callgrind; they repeat."


def versions(tasks):
    found = {}
    for task in tasks:
        for row in task["rows"]:
            found.update(row.get("versions") or {})
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items())) + "."
