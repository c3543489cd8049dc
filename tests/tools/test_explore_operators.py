"""The operators of explore's page: the same rows as ops.py, and the same numbers as the engine."""

import math
import random
import re
from pathlib import Path

from browser_tools import browser, open_page  # noqa: F401 - the fixtures

import micrograd_c
from micrograd_c import Value, explore
from python_ref.core.ops import BINARY, OPS, UNARY_K

FOLDER = Path(micrograd_c.__file__).parent / "explorer"
SAMPLES = 150  # of each operator; 20,000 found no larger differences

# ruff: noqa: F811, RUF001 - fixtures are imported; the page writes mathematical signs

# In units in the last place; for all others 1. The C library's erfc is itself an ulp from the true
# value; silu and gelu multiply an error of one.
VALUE_ULPS = {"silu": 3, "erfc": 2, "gelu": 4, "lgamma": 6, "digamma": 6, "polygamma": 6}
# A derivative is a product of up to four numbers that are each an ulp off.
DERIVATIVE_ULPS = 4
# Near their zeros, which are differences of larger numbers, their errors are absolute.
ABSOLUTE = {"lgamma", "digamma", "polygamma", "gelu", "silu"}


def test_each_row_of_the_operator_table_is_there():
    """A new operator needs a row in operators.js: see docs/add-an-operator.md."""
    text = (FOLDER / "operators.js").read_text(encoding="utf-8")
    rows = text[text.index("const OPERATORS") :]
    assert sorted(re.findall(r"^  (\w+): ", rows, re.M)) == sorted(OPS)


def draw(rng):
    size = rng.random()
    if size < 0.6:
        return rng.uniform(-3, 3)
    if size < 0.8:
        return rng.gauss(0, 20)
    if size < 0.9:
        return math.copysign(math.exp(rng.uniform(-50, 50)), rng.uniform(-1, 1))
    return rng.choice([0.0, -0.0, 1.0, -1.0, 2.0, 0.5, math.inf, -math.inf, 1e-310, 1e308])


def draw_second(name, rng):
    if name == "polygamma":
        return float(rng.randint(1, 4))
    if OPS[name].kind == UNARY_K:
        return rng.choice([2.0, 3.0, -1.0, 0.5, -2.5, draw(rng)])
    return draw(rng)


def engines_numbers(name, x, y, g):
    """The result and the operands' gradients; None where the engine raises."""
    a, b = Value(x), Value(y)
    kind = OPS[name].kind
    try:
        if kind == UNARY_K:
            out = a._apply_k(name, y, f"**{y}")
        else:
            out = a._apply(name, *([b] if kind == BINARY else []))
    except (ValueError, OverflowError, ZeroDivisionError):
        return None
    out.grad = g
    out._backward()
    return [out.data, a.grad, b.grad][: 1 + len(OPS[name].derivatives)]


def ulps(a, b, least):
    """How far apart, in units of the last place of the larger number, or of ``least``."""
    if a == b or (a != a and b != b):
        return 0.0
    if not (math.isfinite(a) and math.isfinite(b)):
        return math.inf
    _, exponent = math.frexp(max(abs(b), least))
    return abs(a - b) / math.ldexp(1.0, max(exponent - 53, -1074))


def test_values_and_derivatives_are_the_engines(open_page):
    page = open_page(explore(Value(1.0) + 1))
    rng = random.Random(1)
    samples = []
    for name in OPS:
        for _ in range(SAMPLES):
            x, y, g = draw(rng), draw_second(name, rng), rng.uniform(-2, 2)
            expected = engines_numbers(name, x, y, g)
            if expected:
                samples.append((name, x, y, g, expected))
    # Each derivative has the engine's own result, so that errors do not add up.
    rows = [[name, text(x), text(y), text(e[0]), text(g)] for name, x, y, g, e in samples]
    found = page.evaluate(
        """rows => rows.map(([name, ...texts]) => {
            const [x, y, out, g] = texts.map(Number);
            const { value, derivatives } = OPERATORS[name];
            return [value(x, y), ...derivatives.map(d => d(x, y, out, g))].map(exact);
        })""",
        rows,
    )
    seen = set()
    for (name, x, y, g, expected), got in zip(samples, found):
        got = [float(number.replace("−", "-")) for number in got]
        near_zero = name in ABSOLUTE
        where = name, x, y, g, expected, got
        most = VALUE_ULPS.get(name, 1)
        assert ulps(got[0], expected[0], 1.0 if near_zero else 0.0) <= most, where
        for a, b in zip(got[1:], expected[1:]):
            assert ulps(a, b, abs(g) if near_zero else 0.0) <= DERIVATIVE_ULPS, where
        seen.add(name)
    assert seen == set(OPS)


def text(x):
    return repr(x).replace("inf", "Infinity")
