"""A guard against regressions: two results, ratio by ratio, with their spread."""

import statistics

from benchmarks.peers import OURS
from benchmarks.text import duration, table

NOTABLE = 1.1  # times slower, and beyond the spread of both: a regression


def compare(old, new):
    """The table's text, and the regressions among ours as a list of texts.

    A ratio is the new median to the old one. Its range is from the new minimum to the old
    maximum up to the new maximum to the old minimum. Machines drift: where the others'
    ratios, which our changes can't touch, lie off 1 as well, so much of ours is drift.
    """
    before = {(t["task"], row["peer"]): row for t in old["tasks"] for row in t["rows"]}
    rows, regressions = [], []
    for task in new["tasks"]:
        for row in task["rows"]:
            name = f"{task['task']}, {row['peer']}"
            earlier = before.get((task["task"], row["peer"]))
            if earlier is None:
                continue
            if row["failure"] or earlier["failure"]:
                if bool(row["failure"]) != bool(earlier["failure"]):
                    rows.append([name, state(earlier), state(row), "", ""])
                    if row["failure"] and row["peer"] in OURS:
                        regressions.append(f"{name}: {row['failure']}")
                continue
            a, b = earlier["seconds"], row["seconds"]
            ratio = statistics.median(b) / statistics.median(a)
            low, high = min(b) / max(a), max(b) / min(a)
            rows.append([name, state(earlier), state(row), f"{ratio:.2f}", f"{low:.2f}-{high:.2f}"])
            if row["peer"] in OURS and low > NOTABLE:
                regressions.append(f"{name}: {ratio:.2f} times slower")
    for name, count in (new.get("instructions") or {}).items():
        earlier = (old.get("instructions") or {}).get(name)
        if earlier:
            ratio = count / earlier
            rows.append([name, f"{earlier:,.0f}", f"{count:,.0f}", f"{ratio:.3f}", "exact"])
    return table(["", "old", "new", "new / old", "range"], rows), regressions


def state(row):
    return row["failure"] or duration(statistics.median(row["seconds"]))
