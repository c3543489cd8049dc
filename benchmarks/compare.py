"""Compares two sets of results to find regressions: the ratio of each figure, and its range."""

import json
import statistics

from benchmarks.peers import OURS
from benchmarks.text import duration, table

NOTABLE = 1.1  # a regression: slower by more than this factor at the low end of the range
NOTABLE_COUNT = 1.02  # the same for instruction counts, which repeat to a thousandth


def load(path):
    """Return the results in a file that --json wrote. Raises ValueError with a one-line message."""
    try:
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
        for row in timed_rows(results).values():
            state(row)
        dict(results.get("instructions") or {})
    except OSError as error:
        raise ValueError(f"cannot read {path!r}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path!r} is no file that --json wrote") from error
    return results


def timed_rows(results):
    """Return all rows of the workloads, of growth and of crossover, by a name that is unique."""
    found = {}
    for part in ("tasks", "growth", "crossover"):
        tasks = results["tasks"] if part == "tasks" else (results.get(part) or {}).get("tasks", [])
        for task in tasks:
            for row in task["rows"]:
                name = f"{task['task']}, {row['peer']}"
                found[name if part == "tasks" else f"{part}: {name}"] = row
    return found


def compare(old, new):
    """Return a table as text, and the regressions of micrograd_c's peers as a list of texts.

    A ratio is the new median divided by the old one. Its range goes from new minimum / old
    maximum to new maximum / old minimum. A figure that was timed once has no range, so it is
    shown but is never a regression. The speed of a machine drifts: if the ratios of the other
    peers, which our changes do not affect, differ from 1, then ours are off by as much.
    """
    before = timed_rows(old)
    rows, regressions = [], []
    for name, row in timed_rows(new).items():
        earlier = before.get(name)
        if earlier is None:
            continue
        ours = row["peer"].startswith(OURS)
        if row["failure"] or earlier["failure"]:
            if bool(row["failure"]) != bool(earlier["failure"]):
                rows.append([name, state(earlier), state(row), "", ""])
                if row["failure"] and ours:
                    regressions.append(f"{name}: {row['failure']}")
            continue
        a, b = earlier["seconds"], row["seconds"]
        ratio = statistics.median(b) / statistics.median(a)
        low, high = min(b) / max(a), max(b) / min(a)
        known = min(len(a), len(b)) > 1
        spread = f"{low:.2f}-{high:.2f}" if known else "timed once"
        rows.append([name, state(earlier), state(row), f"{ratio:.2f}", spread])
        if ours and known and low > NOTABLE:
            regressions.append(f"{name}: {ratio:.2f} times slower")
    for name, count in (new.get("instructions") or {}).items():
        earlier = (old.get("instructions") or {}).get(name)
        if earlier:
            ratio = count / earlier
            rows.append([name, f"{earlier:,.0f}", f"{count:,.0f}", f"{ratio:.3f}", ""])
            if ratio > NOTABLE_COUNT:
                regressions.append(f"{name}: {ratio:.3f} times the instructions")
    return table(["", "old", "new", "new / old", "range"], rows), regressions


def state(row):
    return row["failure"] or duration(statistics.median(row["seconds"]))
