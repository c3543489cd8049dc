"""The operators of explore's page: the same rows as ops.py, and the same numbers as the engine."""

import math
import random
import re
from pathlib import Path

import pytest
from browser_tools import browser  # noqa: F401 - the fixture
from c_tools import FULL

import micrograd_c
from micrograd_c import Value, explore
from python_ref.core.ops import BINARY, OPS, UNARY_K

FOLDER = Path(micrograd_c.__file__).parent / "explorer"
SAMPLES = 20_000 if FULL else 600  # of each operator

# ruff: noqa: F811, RUF001 - fixtures are imported; the page writes mathematical signs

# Rows that are off by a unit in the last place here and there: those of JavaScript's own functions,
# and log2, which is the number nearest to the true value. All others have the engine's bits.
OFF_BY_ONE = {"log2", "asin", "acos", "atan", "atan2"}

# Numbers of glibc, where it uses fused multiply-adds, that are not the nearest to the true value:
# whoever has all of these has the functions that the page's are written after.
GLIBC = {
    "exp": (0.4888, 1.630358615289145),
    "expm1": (1.7561, 4.789813034742124),
    "log": (25.223, 3.2277562766741377),
    "log10": (13.4276, 1.1279983954013986),
    "log1p": (0.6268, 0.48661489505093247),
    "sin": (-0.4967, -0.47652691093655397),
    "cos": (-1.9902, -0.4072158811896518),
    "tan": (-1.2828, -3.3757326831123917),
    "sinh": (0.3168, 0.3221257815124907),
    "cosh": (2.9261, 9.35417033480117),
    "tanh": (-0.1288, -0.1280924547836045),
    "asinh": (-0.2828, -0.2791600079622942),
    "acosh": (1.1131, 0.4712326745877841),
    "atanh": (-0.0692, -0.06931077641831362),
    "erf": (-0.0664, -0.07481440932738244),
    "erfc": (1.8522, 0.008808295162558676),
    "pow": (20.5071, 1.08, 26.11298920071052),
    "hypot": (8.3777, 1.282, 8.47522160713217),
}
# With another C library the page may be off by some units of the larger of the numbers of which a
# result is the difference, as near the zeros of lgamma. With glibc where it uses no fused
# multiply-adds (GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA), they are at most 3.
OTHER_LIBRARY = 8


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    explore(Value(1.0) + 1).save(path)
    browser.goto(path.as_uri())
    browser.wait_for_selector("html[data-ready]")
    return browser


def test_each_row_of_the_operator_table_is_there():
    """A new operator needs a row in operators.js: see docs/add-an-operator.md."""
    text = (FOLDER / "operators.js").read_text(encoding="utf-8")
    rows = text[text.index("const OPERATORS") :]
    assert sorted(re.findall(r"^  (\w+): ", rows, re.M)) == sorted(OPS)


def draw(name, rng):
    size = rng.random()
    if size < 0.3 and name in HARD:
        return HARD[name](rng)
    if size < 0.6:
        return rng.uniform(-3, 3)
    if size < 0.8:
        return rng.gauss(0, 20)
    if size < 0.9:
        return math.copysign(math.exp(rng.uniform(-50, 50)), rng.uniform(-1, 1))
    return rng.choice([0.0, -0.0, 1.0, -1.0, 2.0, 0.5, math.inf, -math.inf, 1e-310, 1e308])


def beside(*points):
    """Draws numbers near the points, on both sides, at all distances down to the last digits."""
    return lambda rng: rng.choice(points) * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-16, -1))


def between(low, high):
    return lambda rng: rng.uniform(low, high)


def angle(rng):
    near_multiple = rng.randint(-500, 500) * math.pi / 2 * (1 + rng.gauss(0, 1e-9))
    return rng.choice([near_multiple, math.exp(rng.uniform(15, 700))])


def beside_pole(rng):
    return rng.randint(-20, 12) + rng.choice([-1, 1]) * 10 ** rng.uniform(-15, 0)


# Where rows change their formula, results are small differences, overflow or underflow.
HARD = {
    **dict.fromkeys(["sin", "cos", "tan"], angle),
    **dict.fromkeys(["log", "log2", "log10", "acosh", "pow", "pow_k"], beside(1.0, 2.0, 2e-308)),
    **dict.fromkeys(["asin", "acos", "atanh"], beside(1.0, -1.0)),
    **dict.fromkeys(["exp", "expm1", "sinh", "cosh"], beside(709.0, -709.0, -740.0, 0.35, 22.0)),
    **dict.fromkeys(["tanh", "asinh", "atan"], beside(22.0, 1.0, 2.0, -1e-8)),
    **dict.fromkeys(["sigmoid", "silu", "softplus"], between(-750, 40)),
    "exp2": beside(1023.0, -1022.0, -1074.0),
    "log1p": beside(-1.0, 1e-9),
    "erf": beside(0.84375, 1.25, 6.0, 1e-8),
    "erfc": between(0, 27),
    "gelu": between(-38, 0),
    **dict.fromkeys(["lgamma", "digamma", "polygamma"], beside_pole),
}


def draw_second(name, rng):
    if name == "polygamma":
        return float(rng.randint(1, 4))
    if OPS[name].kind == UNARY_K:
        return rng.choice([2.0, 3.0, -1.0, 0.5, -2.5, draw(name, rng)])
    return draw(name, rng)


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


def unit_of_value(name, x, k):
    """The least number of which the value's error is counted in units in the last place.

    The gamma functions are differences of larger numbers near their zeros; those are at least 1,
    and for negative numbers, by their reflection formulas, larger near poles. At zeros of other
    operators, as log's at 1, the unit is that of the number itself.
    """
    if name not in ("lgamma", "digamma", "polygamma"):
        return 0.0
    distance = abs(x - round(x)) if abs(x) < 1e15 else 0.0
    if name == "polygamma" and x < 0 and distance:
        return math.factorial(int(k)) / distance ** (k + 1)
    return 1.0 if x > 0 else 4.0


def unit_of_derivative(name, x, k):
    """The same of the derivative, where the gradient that arrives is 1."""
    if name == "lgamma":
        return unit_of_value("digamma", x, 0)
    if name in ("digamma", "polygamma"):
        return unit_of_value("polygamma", x, k + 1 if name == "polygamma" else 1)
    return 0.0


@pytest.fixture(scope="module")
def is_glibc():
    """True where the C library gives the numbers that the page's functions are written after."""
    return all(
        engines_numbers(name, x[0], x[-1], 1.0)[0] == out for name, (*x, out) in GLIBC.items()
    )


@pytest.mark.parametrize("name", OPS)
def test_values_and_derivatives_are_the_engines(page, name, is_glibc):
    rng = random.Random(1)
    samples = []
    for _ in range(SAMPLES):
        x, y, g = draw(name, rng), draw_second(name, rng), rng.uniform(-2, 2)
        expected = engines_numbers(name, x, y, g)
        if expected:
            samples.append((x, y, g, expected))
    assert samples
    # Each derivative has the engine's own result, so that errors do not add up.
    rows = [[text(x), text(y), text(e[0]), text(g)] for x, y, g, e in samples]
    found = page.evaluate(
        """([name, rows]) => rows.map((texts) => {
            const [x, y, out, g] = texts.map(Number);
            const { value, derivatives } = OPERATORS[name];
            return [value(x, y), ...derivatives.map(d => d(x, y, out, g))].map(exact);
        })""",
        [name, rows],
    )
    allowed = (name in OFF_BY_ONE) if is_glibc else OTHER_LIBRARY
    for (x, y, g, expected), got in zip(samples, found):
        got = [float(number.replace("−", "-")) for number in got]
        units = [0.0] * 3
        if not is_glibc:
            units = [unit_of_value(name, x, y)] + [abs(g) * unit_of_derivative(name, x, y)] * 2
        for which, (a, b, unit) in enumerate(zip(got, expected, units)):
            assert ulps(a, b, unit) <= allowed, (which, x, y, g, expected, got)


def text(x):
    return repr(x).replace("inf", "Infinity")
