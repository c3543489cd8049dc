"""Writes the explorer's page: one HTML file that needs nothing else."""

import base64
import json
import math
import zlib
from array import array
from pathlib import Path

from micrograd_c.explorer.groups import Groups
from micrograd_c.explorer.layout import layouts_of
from python_ref.elementary import gamma_template

FOLDER = Path(__file__).parent
# In the order in which they run: each uses names of those before it.
SCRIPTS = (
    "glibc_tables.js",
    "pairs.js",
    "elementary.js",
    "logarithms.js",
    "trigonometry.js",
    "error_function.js",
    "gamma.js",
    "operators.js",
    "graph.js",
    "names.js",
    "groups.js",
    "layout.js",
    "numbers.js",
    "dom.js",
    "view.js",
    "camera.js",
    "formulas.js",
    "panel.js",
    "step.js",
    "edit.js",
    "check.js",
    "table.js",
    "theme.js",
    "main.js",
)
# The polynomials of gamma.js.
TABLES = {
    name: getattr(gamma_template, name)
    for name in ("SERIES", "STIRLING", "DIGAMMA", "EULER_MACLAURIN")
}


def page_of(graph):
    """Return the page for a Graph, a text."""
    scripts = [f"const TABLES = {json.dumps(TABLES)};"]
    scripts += [(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    parts = {
        "{{style}}": (FOLDER / "page.css").read_text(encoding="utf-8"),
        "{{graph}}": escaped_json(as_json(graph)),
        "{{scripts}}": "".join(f"<script>\n{script}</script>\n" for script in scripts),
    }
    page = (FOLDER / "page.html").read_text(encoding="utf-8")
    for mark, text in parts.items():
        before, after = page.split(mark)
        page = before + text + after
    return page


def as_json(graph):
    """Return what ``graph.js`` reads: long lists as numbers in base64, deflated where it pays."""
    files = Table(graph.lines.values())
    groups = Groups(graph)
    return {
        "operators": groups.links.operators,
        "code": packed("B", array("B", groups.links.codes.tobytes())),
        "counts": packed("i", graph.counts),
        "distances": packed("i", graph.distances),
        "data": packed("d", graph.data, deflated=False),
        "grad": packed("d", graph.grad, deflated=False),
        "names": graph.names,
        "texts": {i: str(text) for i, text in graph.texts.items()},
        "ks": {i: number_json(k) for i, k in graph.ks.items()},
        "locals": {i: list(map(number_json, ks)) for i, ks in graph.locals_.items()},
        "opaque": graph.opaque,
        "lineTable": files.distinct,
        "lines": dict(zip(graph.lines, files.places)),
        "groups": groups_json(groups),
        "parameters": parameters_json(groups.parameters),
    }


def groups_json(groups):
    """Return what ``groups.js`` reads: a number a group, parents before children, and a node."""
    kinds = Table(group.kind for group in groups.all)
    titles = Table(group.title for group in groups.all)
    layouts, which = layouts_of(groups)
    return {
        "kinds": kinds.distinct,
        "kind": packed("B", kinds.places),
        "titles": titles.distinct,
        "title": packed("i", titles.places),
        "parent": packed("i", [-1, *(group.parent.number for group in groups.all[1:])]),
        "out": packed("i", [group.out for group in groups.all]),
        "open": [group.number for group in groups.all if group.is_open],
        "of": packed("i", array("i", groups.number_of.tobytes())),
        "layouts": layouts,
        "layout": packed("i", which),
    }


def parameters_json(parameters):
    """Return what ``names.js`` reads. Steps are from a weight to the next: they are often equal."""
    weights = [0, *(w for _, weights, _ in parameters for w in weights)]
    return {
        "paths": [path for path, _, _ in parameters],
        "counts": packed("i", [len(weights) for _, weights, _ in parameters]),
        "steps": packed("i", [b - a for a, b in zip(weights, weights[1:])]),
        "biases": packed("i", [-1 if bias is None else bias for _, _, bias in parameters]),
    }


class Table:
    """The distinct entries of a list, and the place of each entry among them."""

    def __init__(self, entries):
        entries = list(entries)
        self.distinct = list(dict.fromkeys(entries))
        place = {entry: i for i, entry in enumerate(self.distinct)}
        self.places = [place[entry] for entry in entries]


def packed(typecode, numbers, deflated=True):
    numbers = numbers if isinstance(numbers, array) else array(typecode, numbers)
    if numbers.itemsize > 1 and is_big_endian():
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    raw = numbers.tobytes()
    text = base64.b64encode(zlib.compress(raw, 1) if deflated else raw).decode("ascii")
    return {"type": typecode, "deflated": deflated, "base64": text}


def is_big_endian():
    return array("H", [1]).tobytes()[0] == 0


def number_json(x):
    """Return ``x`` as a number of JSON, or as a text that JavaScript's Number reads."""
    if math.isfinite(x):
        return x
    return "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"


def escaped_json(x):
    """Return JSON that can stand in a script element, whatever texts are in it."""
    text = json.dumps(x, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
