"""Results as Markdown: tables, ratios, and which peers are faster than micrograd_c."""

import statistics

from benchmarks.peers import OURS
from benchmarks.text import duration, memory, table, times

REFERENCE, LIMIT = "micrograd, gc on", "C by hand"
HEADER = [
    "peer", "minimum", "median", "spread", "vs micrograd", "vs limit", "prepare", "memory",
]  # fmt: skip


def markdown(results):
    """Return the whole report. ``results`` is what ``__main__.run`` returns."""
    parts = ["# Benchmarks", facts(results["machine"]), METHOD]
    if results["tasks"]:
        parts += ["## Summary", summary(results["tasks"])]
    for task in results["tasks"]:
        parts += [f"## {task['title']}", task_table(task), faster_peers(task)]
    if results.get("growth"):
        parts += ["## Growth", growth_table(results["growth"])]
    if results.get("crossover"):
        parts += ["## Crossover", crossover_table(results["crossover"])]
    if results.get("instructions"):
        parts += ["## Instructions", instructions_table(results["instructions"])]
    parts += ["## Versions", versions(results["tasks"])]
    return "\n\n".join(filter(None, parts)) + "\n"


METHOD = """\
A step is forward, backward and, for a net, gradient descent. Every peer runs in a process of its
own, on one thread, on the same float64 data. Its first loss and gradients agreed with the others'
to 1e-9 of the largest, or its row says that they did not. The peers take turns in rounds; slow
peers leave before the last round, and one whose step takes over 10 s has a single turn. Times
are of one step. `spread` is by how much the median exceeds the minimum. Ratios are of minima:
`vs micrograd` says how many times faster a peer is than micrograd 0.1.0 with the garbage
collector on, which is how people run it; `vs limit` says how many times slower it is than C by
hand, which uses glibc's vector functions for tanh, exp, log and erf. `prepare` is the time to
build, trace, compile and take the first step, without imports. `memory` is the peak, without
what the imports took."""


def facts(machine):
    return "\n".join(f"- {name}: {fact}" for name, fact in machine.items())


# The peers in each column of the summary, which shows the fastest of them.
COLUMNS = {
    "micrograd": (REFERENCE,),
    "eager": ("micrograd_c eager",),
    "nets": ("micrograd_c nets",),
    "jit": ("micrograd_c jit", "micrograd_c fit"),
    "PyTorch": ("PyTorch eager", "PyTorch compiled"),
    "C by hand": (LIMIT,),
}


def summary(tasks):
    """Return a table of a step's time by workload and peer, and the fastest of all other peers."""
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
    """Return each peer's fastest step in seconds, without the peers that have no figures."""
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


def faster_peers(task):
    """Return a sentence that names the peers faster than the fastest of micrograd_c's."""
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
Each column is a chain of that many operators, with the time and the peak bytes of one operator.
The time of a step grows as the number of operators to the power of the exponent. A step builds
the chain, runs backward and drops it. jit instead traces and compiles the chain once, which has a
row of its own and was timed once; a step of jit runs the compiled program forward and backward."""


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
    """Return a sentence: from which width on PyTorch is faster than each way of ours."""
    parts = [
        f"{name} from width {width} on" if width else f"{name} at no width measured"
        for name, width in crossover["overtaken"].items()
    ]
    return f"PyTorch overtakes {', '.join(parts)}."


def instructions_table(instructions):
    rows = [[name, f"{count:,.1f}"] for name, count in instructions.items()]
    return table(["path", "instructions"], rows) + "\n\nCounted by callgrind; the counts repeat."


def versions(tasks):
    found = {}
    for task in tasks:
        for row in task["rows"]:
            found.update(row.get("versions") or {})
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items())) + "."
