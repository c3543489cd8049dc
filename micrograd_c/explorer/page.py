"""Writes the explorer's page: one HTML file that needs nothing else."""

import base64
import json
import math
import zlib
from array import array
from pathlib import Path

from python_ref.elementary import coefficients, gamma_template

FOLDER = Path(__file__).parent
# In the order in which they run: each uses names of those before it.
SCRIPTS = (
    "elementary.js",
    "error_function.js",
    "gamma.js",
    "operators.js",
    "graph.js",
    "names.js",
    "patterns.js",
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
# The polynomials of error_function.js and gamma.js.
TABLES = {
    **{name: getattr(coefficients, name) for name in ("ERF", "ERF_LOG", "ERFC")},
    **{
        name: getattr(gamma_template, name)
        for name in ("SERIES", "STIRLING", "DIGAMMA", "EULER_MACLAURIN")
    },
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
    operators = list(dict.fromkeys(graph.operators))
    code = {operator: i for i, operator in enumerate(operators)}
    files = list(dict.fromkeys(line for line in graph.lines.values()))
    file_place = {line: i for i, line in enumerate(files)}
    return {
        "operators": operators,
        "code": packed("B", [code[operator] for operator in graph.operators]),
        "counts": packed("i", graph.counts),
        "distances": packed("i", graph.distances),
        "data": packed("d", graph.data, deflated=False),
        "grad": packed("d", graph.grad, deflated=False),
        "names": graph.names,
        "texts": {i: str(text) for i, text in graph.texts.items()},
        "ks": {i: number_json(k) for i, k in graph.ks.items()},
        "locals": {i: list(map(number_json, ks)) for i, ks in graph.locals_.items()},
        "opaque": graph.opaque,
        "lineTable": files,
        "lines": {i: file_place[line] for i, line in graph.lines.items()},
    }


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
